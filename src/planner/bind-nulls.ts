import { exprText } from '../engine/sql/expr-text.ts';
import { TypeMismatchError } from '../errors.ts';
import { propertyName } from '../formats/bad-text.ts';
import type { Expr, LiteralExpr } from '../plan/expr.ts';
import type { FillNullNode } from '../plan/logical.ts';
import type { RelNode } from '../plan/relation.ts';
import { formatType } from '../plan/type-name.ts';
import type { Field, Schema } from '../plan/types.ts';
import { checkNames } from './check-columns.ts';
import { fillFits } from './fill-fits.ts';

/** True where no column is null. */
export function noneIsNull(names: readonly string[]): Expr {
  const tests = names.map((name): Expr => ({ kind: 'call', fn: 'isNotNull', args: [{ kind: 'column', name }] }));
  const [first] = tests;
  return first && tests.length === 1 ? first : { kind: 'call', fn: 'and', args: tests };
}

/**
 * The input with the value in place of nulls: in the named columns, or in those whose type it fits. All columns keep their
 * types.
 *
 * @throws {UnknownColumnError}
 * @throws {TypeMismatchError} for a named column of a type that does not hold the value
 */
export function fillNulls(input: RelNode, node: FillNullNode, schema: Schema): RelNode {
  const { names, value } = node;
  checkNames(names ?? [], input, 'fillNull');
  const columns = schema.map((field) => {
    const { name, type } = field;
    const column: Expr = { kind: 'column', name };
    if (names && !names.includes(name)) return { name, expr: column };
    // A column of nulls alone has no type to keep.
    if (names && type.kind === 'null') return { name, expr: coalesce(column, value) };
    if (!fillFits(value, type)) {
      if (names) throw misfit(value, field);
      return { name, expr: column };
    }
    // The value is cast, not the column: a fraction beside a decimal would make float64 of both.
    return { name, expr: coalesce(column, { kind: 'cast', safe: false, type, input: value }) };
  });
  return { kind: 'project', input, columns };
}

function coalesce(column: Expr, value: Expr): Expr {
  return { kind: 'call', fn: 'coalesce', args: [column, value] };
}

function misfit(value: LiteralExpr, { name, type }: Field): TypeMismatchError {
  const [column, text] = [JSON.stringify(name), exprText(value)];
  return new TypeMismatchError(
    'TYPE_MISMATCH',
    `${text} does not fit column ${column} in fillNull(), which is ${formatType(type)}. Fill it with a value of that type, ` +
      `or cast the column before: .withColumns({ ${propertyName(name)}: col(${column}).cast('${widerType(value)}') }).`,
    { details: { where: 'fillNull()', columns: [name], types: [formatType(type)] } },
  );
}

/** A type that holds the value, for a proposal. */
function widerType({ type, value }: LiteralExpr): string {
  if (type.kind !== 'number') return formatType(type);
  return Number.isSafeInteger(value) ? 'int64' : 'float64';
}
