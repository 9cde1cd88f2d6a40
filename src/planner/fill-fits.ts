import type { JsonValue } from '../errors.ts';
import type { LiteralExpr } from '../plan/expr.ts';
import type { DataType } from '../plan/types.ts';

/** Whether a cast to the type gives the constant's own value: no digit, and no time of day, is lost. */
export function fillFits({ type: given, value }: LiteralExpr, type: DataType): boolean {
  switch (given.kind) {
    case 'number':
    case 'int64':
    case 'int128':
      return holdsNumber(type, value);
    case 'date':
      return type.kind === 'date' || type.kind === 'timestamp' || type.kind === 'timestamptz';
    case 'timestamp':
      return type.kind === 'timestamptz' || (type.kind === 'timestamp' && (type.unit !== 's' || isWholeSecond(value)));
    case 'string':
      return type.kind === 'string' || (type.kind === 'enum' && type.values.includes(String(value)));
    default:
      return given.kind === type.kind;
  }
}

/** @param digits a number, or the digits of a large one, or the name of one that is not finite */
function holdsNumber(type: DataType, digits: JsonValue): boolean {
  const number = Number(digits);
  // A large integer that no float is, is not one of a float's values; a fraction stands for the float next to it.
  if (type.kind === 'float32' || type.kind === 'float64')
    return (
      typeof digits === 'number' || !/^-?\d{16,}$/.test(String(digits)) || BigInt(number) === BigInt(String(digits))
    );
  if (type.kind === 'decimal') return holdsDecimal(type, digits);
  const bits = /^u?int(\d+)$/.exec(type.kind)?.[1];
  if (bits === undefined || !Number.isInteger(number)) return false;
  const exact = BigInt(typeof digits === 'string' ? digits : number);
  return (type.kind.startsWith('u') ? BigInt.asUintN : BigInt.asIntN)(Number(bits), exact) === exact;
}

/** Digits of a number are those that JavaScript prints. */
function holdsDecimal(type: DataType & { readonly kind: 'decimal' }, digits: JsonValue): boolean {
  const number = Number(digits);
  const isWhole = Math.abs(number) < 10 ** (type.precision - type.scale);
  return isWhole && (Number.isInteger(number) || Number(number.toFixed(type.scale)) === number);
}

function isWholeSecond(text: JsonValue): boolean {
  return !/\.\d*[1-9]/.test(String(text));
}
