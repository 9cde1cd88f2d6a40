import type { TimestampUnit } from '../../plan/types.ts';
import { infiniteDays, infiniteTicks, ticksPerSecond } from './time-text.ts';

const datePattern = /^(\d{4,})-(\d\d)-(\d\d)( \(BC\))?$/;
const clockPattern = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/;
const timestampPattern =
  /^(\d{4,}-\d\d-\d\d(?: \(BC\))?)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?(Z|[+-]\d\d(?::?\d\d)?)?$/;
const dayMs = 86_400_000;

/** The calendar repeats itself after as many years, which are as many days. */
const eraYears = 400;
const eraDays = 146_097;

/**
 * Days since 1970-01-01 of `2024-02-29` or `0044-03-15 (BC)`, and of ±`infinity`; null for any other text and for days that no
 * calendar has.
 */
export function parseDate(text: string): number | null {
  if (text === 'infinity' || text === '-infinity') return text === 'infinity' ? infiniteDays : -infiniteDays;
  const [, digits, month, day, era] = datePattern.exec(text) ?? [];
  if (digits === undefined) return null;
  const year = era === undefined ? Number(digits) : 1 - Number(digits);
  // A `Date` reaches 275,760 years only.
  const eras = Math.floor(year / eraYears);
  const date = new Date(0);
  date.setUTCFullYear(year - eras * eraYears, Number(month) - 1, Number(day));
  if (date.getUTCMonth() !== Number(month) - 1 || date.getUTCDate() !== Number(day)) return null;
  const days = date.getTime() / dayMs + eras * eraDays;
  return Math.abs(days) < infiniteDays ? days : null;
}

/** Microseconds since midnight of `23:59[:59[.999999]]`, or of `24:00[:00]`; null for any other text. */
export function parseTime(text: string): bigint | null {
  return /^24:00(:00(\.0+)?)?$/.test(text) ? 86_400n * ticksPerSecond.us : parseClock(text, 'us');
}

/**
 * Ticks since 1970-01-01 of an ISO date or timestamp (`T` or a space between them) or of ±`infinity`, or null. A zone offset is subtracted
 * when `zoned`, and refused otherwise; digits below the unit are refused.
 */
export function parseTimestamp(text: string, unit: TimestampUnit, zoned: boolean): bigint | null {
  if (text === 'infinity' || text === '-infinity') return text === 'infinity' ? infiniteTicks : -infiniteTicks;
  const [, dateText, clockText, zone] = timestampPattern.exec(text) ?? [];
  if (dateText === undefined || (zone !== undefined && !zoned)) return null;
  const days = parseDate(dateText);
  const clock = clockText === undefined ? 0n : parseClock(clockText, unit);
  if (days === null || clock === null) return null;
  return (BigInt(days) * 86_400n - offsetSeconds(zone)) * ticksPerSecond[unit] + clock;
}

function parseClock(text: string, unit: TimestampUnit): bigint | null {
  const [, hours, minutes, seconds = '0', fraction = ''] = clockPattern.exec(text) ?? [];
  if (hours === undefined || Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const digits = String(ticksPerSecond[unit]).length - 1;
  const significant = fraction.replace(/0+$/, '');
  if (significant.length > digits) return null;
  const whole = BigInt(Number(hours) * 3600 + Number(minutes) * 60 + Number(seconds));
  return whole * ticksPerSecond[unit] + BigInt(significant.padEnd(digits, '0') || '0');
}

function offsetSeconds(zone: string | undefined): bigint {
  if (zone === undefined || zone === 'Z') return 0n;
  const minutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(3).replace(':', '') || '0');
  return BigInt(zone.startsWith('-') ? -minutes * 60 : minutes * 60);
}
