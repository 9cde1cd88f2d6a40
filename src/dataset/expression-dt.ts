import type { Expression } from './expression.ts';
import type { Call, Value } from './expression-types.ts';

/** Units of time in date methods. */
export type DateUnit =
  | 'year'
  | 'quarter'
  | 'month'
  | 'week'
  | 'day'
  | 'hour'
  | 'minute'
  | 'second'
  | 'millisecond'
  | 'microsecond';

/** Methods of dates and timestamps. Zone-less timestamps are taken as they are; zoned ones are seen in the session's time zone (UTC by default). */
export class DateMethods<in Needs> {
  private readonly self: Value;
  private readonly call: Call;

  constructor(self: Value, call: Call) {
    this.self = self;
    this.call = call;
  }

  year(): Expression<number, Needs> {
    return this.call('dt.year', this.self);
  }
  /** 1 to 4. */
  quarter(): Expression<number, Needs> {
    return this.call('dt.quarter', this.self);
  }
  /** 1 to 12. */
  month(): Expression<number, Needs> {
    return this.call('dt.month', this.self);
  }
  /** ISO 8601 week, 1 to 53. */
  week(): Expression<number, Needs> {
    return this.call('dt.week', this.self);
  }
  /** Day of the month, 1 to 31. */
  day(): Expression<number, Needs> {
    return this.call('dt.day', this.self);
  }
  /** ISO 8601: Monday is 1, Sunday 7. */
  dayOfWeek(): Expression<number, Needs> {
    return this.call('dt.dayOfWeek', this.self);
  }
  /** 1 to 366. */
  dayOfYear(): Expression<number, Needs> {
    return this.call('dt.dayOfYear', this.self);
  }
  hour(): Expression<number, Needs> {
    return this.call('dt.hour', this.self);
  }
  minute(): Expression<number, Needs> {
    return this.call('dt.minute', this.self);
  }
  /** Whole seconds, 0 to 59. */
  second(): Expression<number, Needs> {
    return this.call('dt.second', this.self);
  }
  /** Milliseconds within the second, 0 to 999. */
  millisecond(): Expression<number, Needs> {
    return this.call('dt.millisecond', this.self);
  }
  /** Microseconds within the second, 0 to 999,999. */
  microsecond(): Expression<number, Needs> {
    return this.call('dt.microsecond', this.self);
  }
  /** Milliseconds since 1970-01-01 UTC. */
  epochMs(): Expression<number, Needs> {
    return this.call('dt.epochMs', this.self);
  }
  /** The start of the `unit` that it lies in. */
  truncate(unit: DateUnit): Expression<Date, Needs> {
    return this.call('dt.truncate', this.self, unit);
  }
  /** Text by a strftime `format` such as `%Y-%m`. */
  format(format: string): Expression<string, Needs> {
    return this.call('dt.format', this.self, format);
  }
  /** The day alone. */
  date(): Expression<Date, Needs> {
    return this.call('dt.date', this.self);
  }
  /** `amount` (negative too) of `unit` later; the last day of a shorter month where that day does not exist. */
  add(amount: number | Value, unit: DateUnit): Expression<Date, Needs> {
    return this.call('dt.add', this.self, unit, amount);
  }
  /** How many boundaries of `unit` lie between this and `other`; negative when `other` is earlier. */
  diff(other: Date | Value, unit: DateUnit): Expression<number, Needs> {
    return this.call('dt.diff', this.self, unit, other);
  }
  lastDayOfMonth(): Expression<Date, Needs> {
    return this.call('dt.lastDayOfMonth', this.self);
  }
  /** A zone-less timestamp read as that of `zone` (an IANA name) becomes zoned; a zoned one becomes that zone's clock time. */
  atTimeZone(zone: string): Expression<Date, Needs> {
    return this.call('dt.atTimeZone', this.self, zone);
  }
}
