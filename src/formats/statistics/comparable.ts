import type { JsonValue } from '../../errors.ts';
import type { LiteralExpr } from '../../plan/expr.ts';
import type { TimestampUnit } from '../../plan/types.ts';

/**
 * A value in a form whose order is the engine's order. Values of one family compare exactly, whatever their types: a
 * decimal with an integer, a date with a timestamp (the engine runs in UTC). Floats have no such form: compared with a
 * float the engine rounds the other side, and float statistics leave NaN out.
 */
export type Comparable =
  | { readonly family: 'boolean'; readonly value: boolean }
  /** `unscaled · 10^-scale` */
  | { readonly family: 'number'; readonly unscaled: bigint; readonly scale: number }
  /** Nanoseconds since 1970, or since midnight for times of day. */
  | { readonly family: 'instant' | 'time'; readonly nanoseconds: bigint }
  /** Ordered byte by byte, which for UTF-8 is the order of code points. */
  | { readonly family: 'text' | 'binary' | 'uuid'; readonly bytes: Buffer };

/** Most digits for which the engine compares a JavaScript fraction as a decimal; with more it compares floats. */
const exactDigits = 15;

/** Most digits after the point of such a decimal. */
const exactScale = 22;

const fractionDigits: Readonly<Record<TimestampUnit, number>> = { s: 0, ms: 3, us: 6, ns: 9 };

/**
 * The comparable form of a plan's constant or of a bound in statistics.
 *
 * @param value as `LiteralExpr` describes it for each type
 * @returns undefined for null, and for types and texts that are not compared exactly here
 */
export function comparable(type: LiteralExpr['type'], value: JsonValue): Comparable | undefined {
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? { family: 'boolean', value } : undefined;
    case 'number':
      return typeof value === 'number' ? ofNumber(value) : value === '-0' ? decimal('0') : undefined;
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'int128':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
    case 'uint128':
      return /^[+-]?\d+$/.test(String(value)) ? decimal(String(value)) : undefined;
    case 'decimal':
      return decimal(String(value));
    case 'string':
      return typeof value === 'string' ? { family: 'text', bytes: Buffer.from(value) } : undefined;
    case 'binary':
      return typeof value === 'string' ? { family: 'binary', bytes: Buffer.from(value, 'base64') } : undefined;
    case 'uuid':
      return ofUuid(value);
    case 'date':
      return instant(value, /^(\d{4})-(\d{2})-(\d{2})$/, 0);
    case 'timestamp':
      return instant(value, timestampPattern, fractionDigits[type.unit]);
    case 'timestamptz':
      return instant(typeof value === 'string' ? value.replace(/(Z|\+00(:00)?)$/, '') : value, timestampPattern, 6);
    case 'time':
      return ofTime(value);
    case 'float32':
    case 'float64':
    case 'interval':
    case 'enum':
    case 'null':
    case 'list':
    case 'array':
    case 'struct':
    case 'map':
      return undefined;
  }
}

/** Negative, 0 or positive as `a` is before, equal to or after `b`; undefined when they are not of one family. */
export function compare(a: Comparable, b: Comparable): number | undefined {
  switch (a.family) {
    case 'boolean':
      return b.family === 'boolean' ? Number(a.value) - Number(b.value) : undefined;
    case 'number':
      return b.family === 'number'
        ? sign(a.unscaled * power(b.scale - a.scale) - b.unscaled * power(a.scale - b.scale))
        : undefined;
    case 'instant':
    case 'time':
      return b.family === a.family ? sign(a.nanoseconds - b.nanoseconds) : undefined;
    case 'text':
    case 'binary':
    case 'uuid':
      return b.family === a.family ? Buffer.compare(a.bytes, b.bytes) : undefined;
  }
}

/** 10 to a power, 1 for negative ones. */
function power(exponent: number): bigint {
  return exponent > 0 ? 10n ** BigInt(exponent) : 1n;
}

function sign(difference: bigint): number {
  return difference === 0n ? 0 : difference < 0n ? -1 : 1;
}

/** As the engine sees it in a comparison: `engine/sql/number-literal.ts` decides between integer, decimal and float. */
function ofNumber(value: number): Comparable | undefined {
  if (Number.isInteger(value))
    return Math.abs(value) < 2 ** 127 ? { family: 'number', unscaled: BigInt(value), scale: 0 } : undefined;
  const text = /^(-?\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(value));
  if (!text) return undefined;
  const [, whole = '', fraction = '', exponent = '0'] = text;
  const digits = `${whole}${fraction}`;
  const scale = fraction.length - Number(exponent);
  if (digits.replace(/^-?0*/, '').length > exactDigits || scale > exactScale) return undefined;
  return { family: 'number', unscaled: BigInt(digits), scale };
}

function decimal(text: string): Comparable | undefined {
  const match = /^([+-]?\d+)(?:\.(\d+))?$/.exec(text);
  if (!match) return undefined;
  const [, whole = '', fraction = ''] = match;
  return { family: 'number', unscaled: BigInt(`${whole}${fraction}`), scale: fraction.length };
}

function ofUuid(value: JsonValue): Comparable | undefined {
  if (typeof value !== 'string' || !/^[\da-f]{8}(-[\da-f]{4}){3}-[\da-f]{12}$/i.test(value)) return undefined;
  return { family: 'uuid', bytes: Buffer.from(value.replaceAll('-', ''), 'hex') };
}

const timestampPattern = /^(\d{4})-(\d{2})-(\d{2})(?:[ T](\d{2}):(\d{2}):(\d{2})(?:\.(\d{1,9}))?)?$/;

/** Only texts that every reader takes for the same instant; finer fractions than the type holds would be rounded. */
function instant(value: JsonValue, pattern: RegExp, digits: number): Comparable | undefined {
  const match = typeof value === 'string' ? pattern.exec(value) : null;
  if (!match) return undefined;
  const [, year, month, day, hour = '00', minute = '00', second = '00', fraction = ''] = match;
  const text = `${year}-${month}-${day}T${hour}:${minute}:${second}.000Z`;
  const milliseconds = Date.parse(text);
  // Date.parse takes the 31st of any month for the next month's first day.
  if (Number.isNaN(milliseconds) || new Date(milliseconds).toISOString() !== text) return undefined;
  if (/[1-9]/.test(fraction.slice(digits))) return undefined;
  return { family: 'instant', nanoseconds: BigInt(milliseconds) * 1_000_000n + BigInt(fraction.padEnd(9, '0')) };
}

function ofTime(value: JsonValue): Comparable | undefined {
  const match = typeof value === 'string' ? /^([01]\d|2[0-3]):([0-5]\d):([0-5]\d)(?:\.(\d{1,6}))?$/.exec(value) : null;
  if (!match) return undefined;
  const [, hour, minute, second, fraction = ''] = match;
  const seconds = (Number(hour) * 60 + Number(minute)) * 60 + Number(second);
  return { family: 'time', nanoseconds: BigInt(seconds) * 1_000_000_000n + BigInt(fraction.padEnd(9, '0')) };
}
