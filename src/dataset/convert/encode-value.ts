import type { Interval } from '../../plan/batch.ts';
import type { DataType, TimestampUnit } from '../../plan/types.ts';
import { parseDate, parseTime, parseTimestamp } from './parse-time.ts';
import { ticksPerSecond } from './time-text.ts';

const dayMs = 86_400_000;
const uuidPattern = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const decimalPattern = /^(-?)(\d*)(?:\.(\d*))?(?:e([+-]?\d+))?$/i;

/** Ranges of integers that are stored as numbers. */
const smallIntegers: Readonly<Record<string, readonly [least: number, most: number]>> = {
  int8: [-(2 ** 7), 2 ** 7 - 1],
  int16: [-(2 ** 15), 2 ** 15 - 1],
  int32: [-(2 ** 31), 2 ** 31 - 1],
  uint8: [0, 2 ** 8 - 1],
  uint16: [0, 2 ** 16 - 1],
  uint32: [0, 2 ** 32 - 1],
};

/** Ranges of those stored as bigints. */
const largeIntegers: Readonly<Record<string, readonly [least: bigint, most: bigint]>> = {
  int64: [-(2n ** 63n), 2n ** 63n - 1n],
  int128: [-(2n ** 127n), 2n ** 127n - 1n],
  uint64: [0n, 2n ** 64n - 1n],
  uint128: [0n, 2n ** 128n - 1n],
};

/**
 * A JavaScript value in a column's own form (see `Column`), or undefined when it does not fit the type exactly. Not for
 * nested types.
 */
export function encodeValue(value: unknown, type: DataType): unknown {
  switch (type.kind) {
    case 'boolean':
      return typeof value === 'boolean' ? Number(value) : undefined;
    case 'float32':
    case 'float64':
      return encodeFloat(value);
    case 'decimal':
      return encodeDecimal(value, type.precision, type.scale);
    case 'string':
      return typeof value === 'string' ? value : undefined;
    case 'binary':
      return value instanceof Uint8Array ? value : undefined;
    case 'date':
      return encodeDate(value);
    case 'time':
      return typeof value === 'string' ? (parseTime(value) ?? undefined) : undefined;
    case 'timestamp':
      return encodeTimestamp(value, type.unit, false);
    case 'timestamptz':
      return encodeTimestamp(value, 'us', true);
    case 'interval':
      return encodeInterval(value);
    case 'uuid':
      return typeof value === 'string' && uuidPattern.test(value) ? value.toLowerCase() : undefined;
    case 'enum':
      return typeof value === 'string' && type.values.includes(value) ? value : undefined;
    default:
      return encodeInteger(value, type.kind);
  }
}

function encodeInteger(value: unknown, kind: string): number | bigint | undefined {
  const exact = typeof value === 'bigint' || Number.isSafeInteger(value) ? BigInt(value as bigint | number) : null;
  if (exact === null) return undefined;
  const small = smallIntegers[kind];
  if (small) return exact >= small[0] && exact <= small[1] ? Number(exact) : undefined;
  const large = largeIntegers[kind];
  return large && exact >= large[0] && exact <= large[1] ? exact : undefined;
}

function encodeFloat(value: unknown): number | undefined {
  if (typeof value === 'number') return value;
  return typeof value === 'bigint' && BigInt(Number(value)) === value ? Number(value) : undefined;
}

/** Digits as they are written: `0.1` is 0.1, not the double beside it. */
function encodeDecimal(value: unknown, precision: number, scale: number): number | bigint | undefined {
  if (typeof value !== 'number' && typeof value !== 'bigint' && typeof value !== 'string') return undefined;
  const [matched, sign = '', whole = '', fraction = '', exponent = '0'] = decimalPattern.exec(String(value)) ?? [];
  if (matched === undefined || whole + fraction === '') return undefined;
  const zeros = scale - fraction.length + Number(exponent);
  const digits =
    zeros >= 0 ? whole + fraction + '0'.repeat(Math.min(zeros, 80)) : (whole + fraction).slice(0, zeros) || '0';
  const cut = zeros >= 0 ? '' : (whole + fraction).slice(zeros);
  if (/[1-9]/.test(cut) || digits.replace(/^0+/, '').length > precision) return undefined;
  const unscaled = BigInt(`${digits}`) * (sign === '-' ? -1n : 1n);
  return precision <= 9 ? Number(unscaled) : unscaled;
}

function encodeDate(value: unknown): number | undefined {
  if (typeof value === 'string') return parseDate(value) ?? undefined;
  return value instanceof Date && value.getTime() % dayMs === 0 ? value.getTime() / dayMs : undefined;
}

function encodeTimestamp(value: unknown, unit: TimestampUnit, zoned: boolean): bigint | undefined {
  if (typeof value === 'string') return inRange(parseTimestamp(value, unit, zoned));
  if (typeof value === 'bigint') return inRange(value);
  if (!(value instanceof Date) || Number.isNaN(value.getTime())) return undefined;
  const ms = value.getTime();
  if (unit === 's' && ms % 1_000 !== 0) return undefined;
  return inRange(unit === 's' ? BigInt(ms / 1_000) : (BigInt(ms) * ticksPerSecond[unit]) / 1_000n);
}

function inRange(ticks: bigint | null): bigint | undefined {
  return ticks !== null && BigInt.asIntN(64, ticks) === ticks ? ticks : undefined;
}

function encodeInterval(value: unknown): Interval | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  const { months, days, micros } = value as Record<string, unknown>;
  const [encodedMonths, encodedDays, encodedMicros] = [
    encodeInteger(months, 'int32'),
    encodeInteger(days, 'int32'),
    encodeInteger(micros, 'int64'),
  ];
  if (typeof encodedMonths !== 'number' || typeof encodedDays !== 'number' || typeof encodedMicros !== 'bigint')
    return undefined;
  return { months: encodedMonths, days: encodedDays, micros: encodedMicros };
}
