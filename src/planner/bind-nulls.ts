import type { Expr, LiteralExpr } from '../plan/expr.ts';
import type { FillNullNode } from '../plan/logical.ts';
import type { RelNode } from '../plan/relation.ts';
import { type DataType, isNumeric, type Schema } from '../plan/types.ts';
import { checkNames } from './check-columns.ts';

/** True where no column is null. */
export function noneIsNull(names: readonly string[]): Expr {
  const tests = names.map((name): Expr => ({ kind: 'call', fn: 'isNotNull', args: [{ kind: 'column', name }] }));
  const [first] = tests;
  return first && tests.length === 1 ? first : { kind: 'call', fn: 'and', args: tests };
}

/**
 * The input with the value in place of nulls: in the named columns, or in those whose type it fits, which keep it.
 *
 * @throws {UnknownColumnError}
 */
export function fillNulls(input: RelNode, node: FillNullNode, schema: Schema): RelNode {
  const { names, value } = node;
  checkNames(names ?? [], input, 'fillNull');
  const columns = schema.map(({ name, type }) => {
    const column: Expr = { kind: 'column', name };
    const filled: Expr = { kind: 'call', fn: 'coalesce', args: [column, value] };
    if (names) return { name, expr: names.includes(name) ? filled : column };
    return { name, expr: fits(value, type) ? ({ kind: 'cast', safe: false, type, input: filled } as const) : column };
  });
  return { kind: 'project', input, columns };
}

/** A fraction fits no integer column; dates and timestamps take both kinds of dates. */
function fits(value: LiteralExpr, type: DataType): boolean {
  const given = value.type.kind;
  if (given === 'number') return isNumeric(type) && (Number.isInteger(value.value) || !/^u?int/.test(type.kind));
  if (given === 'int64' || given === 'int128') return isNumeric(type);
  if (given === 'date') return type.kind === 'date' || type.kind === 'timestamp' || type.kind === 'timestamptz';
  return given === type.kind;
}
