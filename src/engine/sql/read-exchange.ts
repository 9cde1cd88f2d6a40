import { InternalError } from '../../errors.ts';
import { carrierType } from '../../plan/carrier-type.ts';
import type { ReadRel } from '../../plan/relation.ts';
import { type Field, sameType } from '../../plan/types.ts';
import { renderParquet } from './parquet.ts';
import { literalPath } from './paths.ts';
import { quoteString } from './quote.ts';
import type { RenderContext, Rendering } from './render-context.ts';
import { emptyTable } from './scan.ts';
import { nest, type Select, selectFrom } from './select.ts';
import { renderType } from './type.ts';

/** Rows of an exchange, in the order of its parts, cast from their wire types back to their own. */
export function renderRead(rel: ReadRel, { context }: Rendering): Select {
  const paths = context ? pathsOf(rel, context) : [];
  if (paths.length === 0) return emptyTable(rel.columns.map((name) => rel.schema[indexOf(rel, name)] as Field));
  const list = paths.map((path) => quoteString(literalPath(path))).join(', ');
  const columns = rel.columns.map((name) => ({ name, sql: renderColumn(rel, indexOf(rel, name)) }));
  const select = selectFrom([renderParquet(`[${list}]`, rel.schema)], columns, false);
  // A cast stands once, however often the column is used.
  return columns.every(({ sql }) => /^c\d+$/.test(sql)) ? select : nest(select);
}

function renderColumn(rel: ReadRel, index: number): string {
  // The index came from the schema.
  const { type } = rel.schema[index] as Field;
  // Columns of an exchange are named by their place.
  return sameType(carrierType(type), type) ? `c${index}` : `CAST(c${index} AS ${renderType(type)})`;
}

function pathsOf(rel: ReadRel, context: RenderContext): readonly string[] {
  if (!context.partPaths) throw new InternalError('A task reads an exchange, and its files were not fetched.');
  return context.partPaths(rel);
}

function indexOf(rel: ReadRel, name: string): number {
  const index = rel.schema.findIndex((field) => field.name === name);
  if (index < 0)
    throw new InternalError(
      `A task reads ${JSON.stringify(name)} of exchange ${rel.exchange}, which has no such column.`,
    );
  return index;
}
