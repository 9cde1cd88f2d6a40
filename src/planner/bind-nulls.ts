import type { JsonValue } from '../errors.ts';
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
    if (names) return { name, expr: names.includes(name) ? coalesce(column, value) : column };
    // The value is cast, not the column: a fraction beside a decimal would make float64 of both.
    const cast: Expr = { kind: 'cast', safe: false, type, input: value };
    return { name, expr: fits(value, type) ? coalesce(column, cast) : column };
  });
  return { kind: 'project', input, columns };
}

function coalesce(column: Expr, value: Expr): Expr {
  return { kind: 'call', fn: 'coalesce', args: [column, value] };
}

/** A number fits where it is a value of the column's type; dates and timestamps take both kinds of dates. */
function fits(value: LiteralExpr, type: DataType): boolean {
  const given = value.type.kind;
  if (given === 'number' || given === 'int64' || given === 'int128') return isNumeric(type) && holds(type, value.value);
  if (given === 'date') return type.kind === 'date' || type.kind === 'timestamp' || type.kind === 'timestamptz';
  return given === type.kind;
}

/** @param digits a number, or the digits of a large one, or the name of one that is not finite */
function holds(type: DataType, digits: JsonValue): boolean {
  const number = Number(digits);
  if (type.kind === 'decimal') return Math.abs(number) < 10 ** (type.precision - type.scale);
  const bits = /^u?int(\d+)$/.exec(type.kind)?.[1];
  if (bits === undefined) return true;
  if (!Number.isInteger(number)) return false;
  const exact = BigInt(typeof digits === 'string' ? digits : number);
  return (type.kind.startsWith('u') ? BigInt.asUintN : BigInt.asIntN)(Number(bits), exact) === exact;
}
