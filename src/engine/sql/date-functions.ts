import { PlanError } from '../../errors.ts';
import type { ScalarFunction } from '../../plan/functions.ts';
import { named, type RenderCall } from './render-call.ts';

type DateFunction = Extract<ScalarFunction, `dt.${string}`>;

const units: ReadonlySet<string> = new Set([
  'year',
  'quarter',
  'month',
  'week',
  'day',
  'hour',
  'minute',
  'second',
  'millisecond',
  'microsecond',
]);

/**
 * Dates and timestamps. Units are plain words, not SQL: `dt.truncate(x, unit)`, `dt.add(x, unit, amount)`,
 * `dt.diff(x, unit, other)`, which counts the unit's boundaries from `x` to `other`. Weeks are ISO 8601's and
 * `dayOfWeek` is 1 (Monday) to 7; milliseconds and microseconds are those within the second.
 *
 * @throws {PlanError} INVALID_ARGUMENT for a unit that is none
 */
export const dateFunctions: Readonly<Record<DateFunction, RenderCall>> = {
  'dt.year': named('year'),
  'dt.quarter': named('quarter'),
  'dt.month': named('month'),
  'dt.week': named('week'),
  'dt.day': named('day'),
  'dt.dayOfWeek': named('isodow'),
  'dt.dayOfYear': named('dayofyear'),
  'dt.hour': named('hour'),
  'dt.minute': named('minute'),
  'dt.second': named('second'),
  // DuckDB's own count includes the seconds.
  'dt.millisecond': (x) => `(millisecond(${x}) % 1000)`,
  'dt.microsecond': (x) => `(microsecond(${x}) % 1000000)`,
  'dt.epochMs': named('epoch_ms'),
  'dt.truncate': (x, unit) => `date_trunc('${checkUnit(unit)}', ${x})`,
  'dt.format': named('strftime'),
  'dt.date': (x) => `CAST(${x} AS DATE)`,
  'dt.add': (x, unit, amount) => `(${x} + CAST(${amount} AS BIGINT) * INTERVAL '1 ${checkUnit(unit)}')`,
  'dt.diff': (x, unit, other) => `date_diff('${checkUnit(unit)}', ${x}, ${other})`,
  'dt.lastDayOfMonth': named('last_day'),
  'dt.atTimeZone': (x, zone) => `timezone(${zone}, ${x})`,
};

function checkUnit(unit: string): string {
  if (units.has(unit)) return unit;
  throw new PlanError(
    'INVALID_ARGUMENT',
    `Unknown unit of time ${JSON.stringify(unit)}. Units are ${[...units].join(', ')}.`,
  );
}
