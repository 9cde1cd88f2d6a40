import { type NamedExpr, someExpr } from '../../plan/expr.ts';
import { foldCase, freshName } from './names.ts';
import { quoteIdentifier } from './quote.ts';
import { columnsOf, namesOf, nest, type Select } from './select.ts';

/** Whether a projection computes windows: the engine returns its rows window by window, not in their order. */
export function hasWindows(columns: readonly NamedExpr[]): boolean {
  return columns.some(({ expr }) => someExpr(expr, (part) => part.kind === 'window'));
}

/**
 * The SELECT, nested, with the SQL of each row's position in it. Its columns are those of `select`.
 *
 * @param reserved names that the position must not have either
 */
export function withPosition(
  select: Select,
  reserved: readonly string[] = [],
): { readonly select: Select; readonly position: string } {
  const numbered = withColumn(select.open ? select : nest(select), 'position', 'row_number() OVER ()', reserved);
  return { select: numbered.select, position: numbered.sql };
}

/**
 * An open SELECT, nested, with a further column that only its SQL gives: the columns are those of `select`.
 *
 * @param wish name of the column within, should it be free
 * @param value SQL of its value, over the columns of `select`
 */
export function withColumn(
  select: Select,
  wish: string,
  value: string,
  reserved: readonly string[] = [],
): { readonly select: Select; readonly sql: string } {
  const taken = new Set([...namesOf(select), ...reserved].map(foldCase));
  const name = freshName(wish, (candidate) => taken.has(candidate));
  const nested = nest({ ...select, columns: [...select.columns, { name, sql: value }], star: false, open: false });
  return {
    select: { ...nested, columns: nested.columns.filter((column) => column.name !== name), star: false },
    sql: columnsOf(nested).get(name) ?? quoteIdentifier(name),
  };
}
