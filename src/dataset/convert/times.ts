import type { Column, Interval } from '../../plan/batch.ts';
import type { TimestampUnit } from '../../plan/types.ts';
import { safeNumber } from './integers.ts';
import { formatDate, formatTime, formatTimestamp, ticksPerSecond } from './time-text.ts';
import { mapValid, type Place, unsafeValue, type Values } from './values.ts';

const dayMs = 86_400_000;
const twoTo32 = 2 ** 32;

/** Largest distance from 1970 that a `Date` reaches, milliseconds (ECMA-262, time values). */
const maxDateMs = 8.64e15;

/**
 * Days as `Date`s at UTC midnight.
 *
 * @throws {ResultError} UNSAFE_VALUE for infinity and what lies beyond a `Date`'s range
 */
export function convertDates(column: Column, place: Place): Values {
  return mapValid<number, Date>(column, column.data as Int32Array, (days, index) => {
    if (Math.abs(days * dayMs) > maxDateMs) {
      throw unsafeValue(
        place,
        index,
        formatDate(days),
        'is beyond the range of a Date',
        "Cast the column to 'string'.",
      );
    }
    return new Date(days * dayMs);
  });
}

/**
 * Timestamps, as `options.timestamp` says.
 *
 * @throws {ResultError} UNSAFE_VALUE for the first value that no `Date` holds exactly
 */
export function convertTimestamps(column: Column, unit: TimestampUnit, zoned: boolean, place: Place): Values {
  const data = column.data as BigInt64Array;
  switch (place.options.timestamp ?? 'date') {
    case 'bigint':
      return column.validity === null ? data : mapValid<bigint, bigint>(column, data, (ticks) => ticks);
    case 'string':
      return mapValid<bigint, string>(column, data, (ticks) => timestampText(ticks, unit, zoned));
    case 'date':
      return convertToDates(column, data, unit, zoned, place);
  }
}

/** The engine's text of a timestamp, `+00` behind zoned ones. */
export function timestampText(ticks: bigint, unit: TimestampUnit, zoned: boolean): string {
  const text = formatTimestamp(ticks, unit);
  return zoned && !text.endsWith('infinity') ? `${text}+00` : text;
}

function convertToDates(
  column: Column,
  data: BigInt64Array,
  unit: TimestampUnit,
  zoned: boolean,
  place: Place,
): Values {
  const { length } = data;
  const low = new Uint32Array(data.buffer, data.byteOffset, length * 2);
  const high = new Int32Array(data.buffer, data.byteOffset, length * 2);
  const perMs = Number(ticksPerSecond[unit]) / 1_000;
  return mapValid<bigint, Date>(column, data, (_, index) => {
    const ticks = (high[index * 2 + 1] ?? 0) * twoTo32 + (low[index * 2] ?? 0);
    const ms = ticks / perMs;
    // Beyond 2^53 the sum of halves is rounded: those, and nanoseconds above all, are decided exactly.
    const whole = Number.isSafeInteger(ticks)
      ? Number.isInteger(ms)
      : (data[index] ?? 0n) % BigInt(Math.ceil(perMs)) === 0n;
    if (whole && Math.abs(ms) <= maxDateMs) {
      return new Date(Number.isSafeInteger(ticks) ? ms : Number((data[index] ?? 0n) / BigInt(Math.ceil(perMs))));
    }
    const problem = whole
      ? 'is beyond the range of a Date'
      : 'has digits below the millisecond, which a Date does not hold';
    const remedy =
      "Ask for { timestamp: 'string' } or { timestamp: 'bigint' }, or truncate the column to milliseconds.";
    throw unsafeValue(place, index, timestampText(data[index] ?? 0n, unit, zoned), problem, remedy);
  });
}

/** Times of day as `HH:MM:SS[.ffffff]`. */
export function convertTimes(column: Column): Values {
  return mapValid<bigint, string>(column, column.data as BigInt64Array, formatTime);
}

/** An interval as results give it. */
export interface JsInterval {
  readonly months: number;
  readonly days: number;
  /** A bigint under `{ int64: 'bigint' }`. */
  readonly micros: number | bigint;
}

/** @throws {ResultError} UNSAFE_VALUE for microseconds that no number holds exactly */
export function convertIntervals(column: Column, place: Place): Values {
  const exact = place.options.int64 === 'bigint';
  return mapValid<Interval, JsInterval>(
    column,
    column.data as readonly Interval[],
    ({ months, days, micros }, index) => ({
      months,
      days,
      micros: exact ? micros : safeNumber(micros, index, place),
    }),
  );
}
