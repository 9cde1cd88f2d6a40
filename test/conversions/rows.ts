import { renderType } from '../../src/engine/sql/type.ts';
import { col, type Dataset, type Session, sql } from '../../src/index.ts';
import { parseType } from '../../src/plan/type-name.ts';

/** Rows of one column, `v`. */
export type Rows = Dataset;

/** A row for each value, which is SQL that is cast to the type, and one for null. */
export function valuesOf(session: Session, type: string, values: readonly string[]): Rows {
  const name = renderType(parseType(type));
  const list = [...values, 'NULL'].map((value) => `CAST(${value} AS ${name})`).join(', ');
  return fromRows(session, [{ row: 0 }])
    .select({ v: sql(`[${list}]`) })
    .explode('v') as unknown as Rows;
}

/** `session.from`, of whatever rows. */
export function fromRows(
  session: Session,
  rows: readonly object[],
  schema: Readonly<Record<string, string>> = {},
): Rows {
  return session.from(rows as Record<string, unknown>[], { schema }) as unknown as Rows;
}

/** The engine's text of each value, which is another for every other value of the type. */
export async function textsOf(rows: Rows): Promise<readonly (string | null)[]> {
  const texts = await rows.select({ t: col('v').cast('string') }).toArray();
  return texts.map(({ t }) => t as string | null);
}
