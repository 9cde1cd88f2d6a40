import type { DateUnit } from '../../../src/dataset/expression-dt.ts';
import type { Choices } from '../choices.ts';
import {
  type AnyExpr,
  type Catalog,
  date,
  type FunctionSpec,
  int64,
  numberOf,
  string,
  textOf,
  timestamp,
} from './function-spec.ts';

const units = ['day', 'month', 'year', 'quarter', 'week'];
const smallUnits = [...units, 'hour', 'minute', 'second', 'millisecond', 'microsecond'];
const unit = (param: unknown) => textOf(param as string) as DateUnit;
const shift = (choices: Choices) => [choices.between(-3, 40), choices.pick(units)];

/** A part of a date as a whole number. */
function part(kind: string, field: string, build: (x: AnyExpr['dt']) => AnyExpr, sql?: string): FunctionSpec {
  return {
    takes: [kind],
    gives: int64,
    bound: () => 1e6,
    build: ([a]) => build(a.dt),
    sql: ([a]) => sql?.replaceAll('$', a) ?? `date_part('${field}', ${a})`,
  };
}

/** Functions of dates and timestamps. */
export const timeFunctions: Catalog = {
  yearOfDate: part('date', 'year', (x) => x.year()),
  monthOfDate: part('date', 'month', (x) => x.month()),
  quarterOfDate: part('date', 'quarter', (x) => x.quarter()),
  weekOfDate: part('date', 'week', (x) => x.week()),
  dayOfDate: part('date', 'day', (x) => x.day()),
  dayOfWeekOfDate: part('date', 'isodow', (x) => x.dayOfWeek()),
  dayOfYearOfDate: part('date', 'doy', (x) => x.dayOfYear()),
  yearOfTimestamp: part('timestamp', 'year', (x) => x.year()),
  dayOfTimestamp: part('timestamp', 'day', (x) => x.day()),
  hourOfTimestamp: part('timestamp', 'hour', (x) => x.hour()),
  minuteOfTimestamp: part('timestamp', 'minute', (x) => x.minute()),
  secondOfTimestamp: part('timestamp', 'second', (x) => x.second()),
  millisecondOfTimestamp: part('timestamp', '', (x) => x.millisecond(), "(date_part('milliseconds', $) % 1000)"),
  microsecondOfTimestamp: part('timestamp', '', (x) => x.microsecond(), "(date_part('microseconds', $) % 1000000)"),
  epochMs: { ...part('timestamp', '', (x) => x.epochMs(), 'epoch_ms($)'), bound: () => 1e15 },
  truncateTimestamp: {
    takes: ['timestamp'],
    gives: timestamp,
    params: (choices) => [choices.pick(smallUnits)],
    build: ([a], [to]) => a.dt.truncate(unit(to)),
    sql: ([a], [to]) => `date_trunc('${to}', ${a})`,
  },
  truncateDate: {
    takes: ['date'],
    gives: timestamp,
    params: (choices) => [choices.pick(units)],
    build: ([a], [to]) => a.dt.truncate(unit(to)),
    sql: ([a], [to]) => `date_trunc('${to}', ${a})`,
  },
  addToDate: {
    takes: ['date'],
    gives: timestamp,
    params: shift,
    build: ([a], [amount, of]) => a.dt.add(numberOf(amount), unit(of)),
    sql: ([a], [amount, of]) => `(${a} + INTERVAL (${amount}) ${of})`,
  },
  addToTimestamp: {
    takes: ['timestamp'],
    gives: timestamp,
    params: (choices) => [choices.between(-3, 40), choices.pick(smallUnits)],
    build: ([a], [amount, of]) => a.dt.add(numberOf(amount), unit(of)),
    sql: ([a], [amount, of]) => `(${a} + INTERVAL (${amount}) ${of})`,
  },
  daysBetween: {
    takes: ['date', 'date'],
    gives: int64,
    bound: () => 1e8,
    params: (choices) => [choices.pick(units)],
    build: ([a, b], [of]) => a.dt.diff(b, unit(of)),
    sql: ([a, b], [of]) => `date_diff('${of}', ${a}, ${b})`,
  },
  timeBetween: {
    takes: ['timestamp', 'timestamp'],
    gives: int64,
    bound: () => 2 ** 60,
    params: (choices) => [choices.pick(smallUnits)],
    build: ([a, b], [of]) => a.dt.diff(b, unit(of)),
    sql: ([a, b], [of]) => `date_diff('${of}', ${a}, ${b})`,
  },
  dateOfTimestamp: { takes: ['timestamp'], gives: date, build: ([a]) => a.dt.date(), sql: ([a]) => `${a}::DATE` },
  timestampToDate: { takes: ['timestamp'], gives: date, build: ([a]) => a.cast('date'), sql: ([a]) => `${a}::DATE` },
  dateToTimestamp: {
    takes: ['date'],
    gives: timestamp,
    build: ([a]) => a.cast('timestamp'),
    sql: ([a]) => `${a}::TIMESTAMP`,
  },
  lastDay: { takes: ['date'], gives: date, build: ([a]) => a.dt.lastDayOfMonth(), sql: ([a]) => `last_day(${a})` },
  formatTime: {
    takes: ['timestamp'],
    gives: string,
    params: (choices) => [choices.pick(['%Y-%m', '%d.%m.%Y %H:%M:%S', '%j'])],
    build: ([a], [format]) => a.dt.format(textOf(format)),
    sql: ([a], [format]) => `strftime(${a}, '${format}')`,
  },
};
