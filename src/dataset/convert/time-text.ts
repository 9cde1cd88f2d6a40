import type { Interval } from '../../plan/batch.ts';
import type { TimestampUnit } from '../../plan/types.ts';

/** The largest and smallest counts stand for ±infinity; the text of all of these is the engine's. */
export const infiniteDays = 2 ** 31 - 1;
/** See {@link infiniteDays}. */
export const infiniteTicks = 2n ** 63n - 1n;

/** Ticks of a unit in a second. */
export const ticksPerSecond: Readonly<Record<TimestampUnit, bigint>> = {
  s: 1n,
  ms: 1_000n,
  us: 1_000_000n,
  ns: 1_000_000_000n,
};

/** `2024-02-29` of days since 1970-01-01; years before 1 as `0044-03-15 (BC)`. */
export function formatDate(days: number): string {
  if (Math.abs(days) === infiniteDays) return days > 0 ? 'infinity' : '-infinity';
  const { year, month, day } = civilDate(days);
  const text = `${pad(year > 0 ? year : 1 - year, 4)}-${pad(month, 2)}-${pad(day, 2)}`;
  return year > 0 ? text : `${text} (BC)`;
}

/** `23:59:59.5` of microseconds since midnight. */
export function formatTime(micros: bigint): string {
  return clock(micros, 1_000_000n);
}

/** `2024-02-29 12:00:00.5` of ticks since 1970-01-01. */
export function formatTimestamp(ticks: bigint, unit: TimestampUnit): string {
  if (ticks === infiniteTicks || ticks === -infiniteTicks) return ticks > 0n ? 'infinity' : '-infinity';
  const perDay = 86_400n * ticksPerSecond[unit];
  const days = (ticks - mod(ticks, perDay)) / perDay;
  const [date, era] = formatDate(Number(days)).split(' ');
  return `${date}${era ? ` ${era}` : ''} ${clock(mod(ticks, perDay), ticksPerSecond[unit])}`;
}

/** `1 year 2 months 3 days 04:05:06.7`; each part keeps its own sign. */
export function formatInterval({ months, days, micros }: Interval): string {
  const part = (value: number, name: string) =>
    value === 0 ? [] : [`${value} ${name}${Math.abs(value) === 1 ? '' : 's'}`];
  const parts = [...part(Math.trunc(months / 12), 'year'), ...part(months % 12, 'month'), ...part(days, 'day')];
  if (micros !== 0n || parts.length === 0)
    parts.push(micros < 0n ? `-${clock(-micros, 1_000_000n)}` : clock(micros, 1_000_000n));
  return parts.join(' ');
}

function clock(ticks: bigint, perSecond: bigint): string {
  const seconds = Number(ticks / perSecond);
  const fraction = String(ticks % perSecond)
    .padStart(String(perSecond).length - 1, '0')
    .replace(/0+$/, '');
  const text = `${pad(Math.floor(seconds / 3600), 2)}:${pad(Math.floor(seconds / 60) % 60, 2)}:${pad(seconds % 60, 2)}`;
  return perSecond > 1n && fraction !== '' ? `${text}.${fraction}` : text;
}

/** Proleptic Gregorian, for any number of days; eras of 400 years from 0000-03-01 (H. Hinnant, chrono-compatible algorithms). */
function civilDate(days: number): { year: number; month: number; day: number } {
  const shifted = days + 719_468;
  const era = Math.floor(shifted / 146_097);
  const dayOfEra = shifted - era * 146_097;
  const yearOfEra = Math.floor(
    (dayOfEra - Math.floor(dayOfEra / 1460) + Math.floor(dayOfEra / 36_524) - Math.floor(dayOfEra / 146_096)) / 365,
  );
  const dayOfYear = dayOfEra - (365 * yearOfEra + Math.floor(yearOfEra / 4) - Math.floor(yearOfEra / 100));
  const marchMonth = Math.floor((5 * dayOfYear + 2) / 153);
  const month = marchMonth < 10 ? marchMonth + 3 : marchMonth - 9;
  const day = dayOfYear - Math.floor((153 * marchMonth + 2) / 5) + 1;
  return { year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, day };
}

function mod(value: bigint, divisor: bigint): bigint {
  const rest = value % divisor;
  return rest < 0n ? rest + divisor : rest;
}

function pad(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
