import type { Expr, LiteralExpr } from '../plan/expr.ts';
import type { FillNullNode } from '../plan/logical.ts';
import type { RelNode } from '../plan/relation.ts';
import { type DataType, isNumeric, type Schema } from '../plan/types.ts';

/** True where no column is null. */
export function noneIsNull(names: readonly string[]): Expr {
  const tests = names.map((name): Expr => ({ kind: 'call', fn: 'isNotNull', args: [{ kind: 'column', name }] }));
  const [first] = tests;
  return first && tests.length === 1 ? first : { kind: 'call', fn: 'and', args: tests };
}

/** The input with the value in place of nulls, in the columns whose type it fits. */
export function fillNulls(input: RelNode, node: FillNullNode, schema: Schema): RelNode {
  const columns = schema.map(({ name, type }) => {
    const column: Expr = { kind: 'column', name };
    return { name, expr: fits(node.value, type) ? fill(column, node.value, type) : column };
  });
  return { kind: 'project', input, columns };
}

/** A column's type stays what it was. */
function fill(column: Expr, value: LiteralExpr, type: DataType): Expr {
  return { kind: 'cast', safe: false, type, input: { kind: 'call', fn: 'coalesce', args: [column, value] } };
}

/** A fraction fits no integer column; dates and timestamps take both kinds of dates. */
function fits(value: LiteralExpr, type: DataType): boolean {
  const given = value.type.kind;
  if (given === 'number') return isNumeric(type) && (Number.isInteger(value.value) || !/^u?int/.test(type.kind));
  if (given === 'int64' || given === 'int128') return isNumeric(type);
  if (given === 'date') return type.kind === 'date' || type.kind === 'timestamp' || type.kind === 'timestamptz';
  return given === type.kind;
}
