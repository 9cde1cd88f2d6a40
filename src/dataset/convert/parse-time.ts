import type { TimestampUnit } from '../../plan/types.ts';
import { ticksPerSecond } from './time-text.ts';

const datePattern = /^(\d{4,})-(\d\d)-(\d\d)$/;
const clockPattern = /^(\d\d):(\d\d)(?::(\d\d)(?:\.(\d{1,9}))?)?$/;
const timestampPattern = /^(\d{4,}-\d\d-\d\d)(?:[T ](\d\d:\d\d(?::\d\d(?:\.\d{1,9})?)?))?(Z|[+-]\d\d(?::?\d\d)?)?$/;
const dayMs = 86_400_000;

/** Days since 1970-01-01 of `2024-02-29`, or null for any other text and for days that no calendar has. */
export function parseDate(text: string): number | null {
  const [, year, month, day] = datePattern.exec(text) ?? [];
  if (year === undefined) return null;
  const date = new Date(0);
  date.setUTCFullYear(Number(year), Number(month) - 1, Number(day));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day) ? date.getTime() / dayMs : null;
}

/** Microseconds since midnight of `23:59[:59[.999999]]`, or null. */
export function parseTime(text: string): bigint | null {
  return parseClock(text, 'us');
}

/**
 * Ticks since 1970-01-01 of an ISO date or timestamp (`T` or a space between them), or null. A zone offset is subtracted
 * when `zoned`, and refused otherwise; digits below the unit are refused.
 */
export function parseTimestamp(text: string, unit: TimestampUnit, zoned: boolean): bigint | null {
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
