import type { JsonValue } from '../errors.ts';
import { PlanError } from '../errors.ts';
import type { LiteralExpr } from '../plan/expr.ts';
import type { DataType } from '../plan/types.ts';

/** JavaScript values that may stand in an expression. */
export type Scalar = null | undefined | boolean | number | bigint | string | Date | Uint8Array;

/**
 * The plan's constant for a JavaScript value: numbers adapt to the other operand; a `Date` at UTC midnight is a date
 * (which compares with dates and timestamps alike), any other a timestamp; `undefined` is null.
 *
 * @throws {PlanError} INVALID_ARGUMENT for values that no column can hold (functions, invalid dates, bigints beyond 128 bits)
 */
export function literal(value: Scalar): LiteralExpr {
  if (value === null || value === undefined) return constant({ kind: 'null' }, null);
  switch (typeof value) {
    case 'boolean':
      return constant({ kind: 'boolean' }, value);
    case 'string':
      return constant({ kind: 'string' }, value);
    case 'number':
      return { kind: 'literal', type: { kind: 'number' }, value: encodeNumber(value) };
    case 'bigint':
      return constant(integerType(value), value.toString());
  }
  if (value instanceof Date) return dateLiteral(value);
  if (value instanceof Uint8Array) return constant({ kind: 'binary' }, Buffer.from(value).toString('base64'));
  throw new PlanError(
    'INVALID_ARGUMENT',
    `${describe(value)} cannot stand in an expression; use null, boolean, number, bigint, string, Date or Uint8Array.`,
  );
}

function constant(type: DataType, value: JsonValue): LiteralExpr {
  return { kind: 'literal', type, value };
}

/** JSON has no NaN, infinities or −0: those travel as text. */
function encodeNumber(value: number): JsonValue {
  return Number.isFinite(value) && !Object.is(value, -0) ? value : Object.is(value, -0) ? '-0' : String(value);
}

function integerType(value: bigint): DataType {
  if (BigInt.asIntN(64, value) === value) return { kind: 'int64' };
  if (BigInt.asIntN(128, value) === value) return { kind: 'int128' };
  throw new PlanError('INVALID_ARGUMENT', `The integer ${value} needs more than 128 bits.`);
}

function dateLiteral(value: Date): LiteralExpr {
  if (Number.isNaN(value.getTime()))
    throw new PlanError('INVALID_ARGUMENT', 'An invalid Date cannot stand in an expression.');
  const text = value.toISOString().replace('T', ' ').replace('Z', '');
  return text.endsWith(' 00:00:00.000')
    ? constant({ kind: 'date' }, text.slice(0, -13))
    : constant({ kind: 'timestamp', unit: 'us' }, text);
}

function describe(value: unknown): string {
  return typeof value === 'function'
    ? `The function ${value.name || '(anonymous)'}`
    : Array.isArray(value)
      ? 'An array'
      : `A value of type ${typeof value}`;
}
