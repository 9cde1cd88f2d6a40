import { InternalError } from '../../errors.ts';
import type { ReuseRel } from '../../plan/relation.ts';
import { sqlNames } from './names.ts';
import type { Rendering, SubplanTable } from './render-context.ts';
import { namesOf, parenthesized, type Select, selectFrom, selectLines } from './select.ts';

/** Puts the SELECT of a subplan among the tables that stand before the query. */
export function addTable(id: number, select: Select, { tables }: Rendering): void {
  tables.set(id, { name: `subplan_${id}`, lines: selectLines(select), columns: sqlNames(namesOf(select)) });
}

/** The SELECT of a subplan's columns. Its rows are in no order: several threads fill its table. */
export function renderReuse(rel: ReuseRel, { tables }: Rendering): Select {
  const table = tables.get(rel.subplan);
  if (!table) throw new InternalError(`A plan reuses subplan ${rel.subplan}, which stands nowhere before it.`);
  const columns = rel.columns.map((name) => {
    const sql = table.columns.get(name);
    if (sql === undefined)
      throw new InternalError(`Subplan ${rel.subplan} has no column ${JSON.stringify(name)} to be reused.`);
    return { name, sql };
  });
  return selectFrom([table.name], columns, false);
}

/** The WITH clause of these tables; no line where there are none. Each is computed once, whatever the engine would think best. */
export function renderWith(tables: ReadonlyMap<number, SubplanTable>): string[] {
  return [...tables.values()].flatMap(({ name, lines }, index, { length }) => {
    const [open = '(', ...rest] = parenthesized(lines, index < length - 1 ? '),' : ')');
    return [`${index === 0 ? 'WITH ' : ''}${name} AS MATERIALIZED ${open}`, ...rest];
  });
}
