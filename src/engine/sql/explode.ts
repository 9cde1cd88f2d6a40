import type { ExplodeRel } from '../../plan/relation.ts';
import { columnsOf, nest, type Select } from './select.ts';

/**
 * The SELECT of one row an item, in the order of rows and items.
 *
 * @param input open
 * @param checked for binding only: the engine would also take a struct apart into columns
 */
export function renderExplode(rel: ExplodeRel, input: Select, checked: boolean): Select {
  const own = columnsOf(input);
  const list = own.get(rel.column) ?? 'NULL';
  const items = rel.keepEmpty ? `CASE WHEN len(${list}) > 0 THEN ${list} ELSE [NULL] END` : list;
  const columns = input.columns.map(({ name, sql }) =>
    name === rel.column ? { name, sql: `unnest(${checked ? `${list}[1:1]` : items})` } : { name, sql },
  );
  return nest({ ...input, columns, open: false, star: false });
}
