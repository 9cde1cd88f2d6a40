import type { ResolvedCsvDialect } from '../../plan/source.ts';
import type { DataType } from '../../plan/types.ts';
import { isCalendarDay, strptimeTest } from './strptime.ts';

/** What a text reads as; `date-format` and `timestamp-format` go by the user's pattern, the others by ISO 8601. */
export type FieldKind =
  | 'boolean'
  | 'int64'
  | 'int128'
  | 'float64'
  | 'date'
  | 'date-format'
  | 'timestamp'
  | 'timestamp-ns'
  | 'timestamp-format'
  | 'timestamptz'
  | 'string';

/** Patterns that a user gave for dates and timestamps. */
export type FieldFormats = Pick<ResolvedCsvDialect, 'dateFormat' | 'timestampFormat'>;

const types: Readonly<Record<FieldKind, DataType>> = {
  boolean: { kind: 'boolean' },
  int64: { kind: 'int64' },
  int128: { kind: 'int128' },
  float64: { kind: 'float64' },
  date: { kind: 'date' },
  'date-format': { kind: 'date' },
  timestamp: { kind: 'timestamp', unit: 'us' },
  'timestamp-ns': { kind: 'timestamp', unit: 'ns' },
  'timestamp-format': { kind: 'timestamp', unit: 'us' },
  timestamptz: { kind: 'timestamptz' },
  string: { kind: 'string' },
};

const integer = /^[+-]?(?:0|[1-9]\d*)$/;
const float = /^[+-]?(?:(?:0|[1-9]\d*)(?:\.\d*)?|\.\d+)(?:e[+-]?\d+)?$/i;
const floatWord = /^[+-]?(?:nan|inf|infinity)$/i;
const isoDate = /^(\d{4})-(\d{2})-(\d{2})$/;
const isoTimestamp =
  /^(\d{4})-(\d{2})-(\d{2})[T ](?:[01]\d|2[0-3]):[0-5]\d(?::[0-5]\d(?:\.(\d{1,9}))?)?(Z|[+-]\d{2}(?::?\d{2})?)?$/i;

const int64Limits = [-(2n ** 63n), 2n ** 63n - 1n] as const;
const int128Limits = [-(2n ** 127n), 2n ** 127n - 1n] as const;

/**
 * A function that tells what a field's text reads as, most narrowly.
 *
 * Leading zeros (`00501`, a ZIP code) make a string, as do integers beyond 128 bits, `1/0`, `yes` and ambiguous dates
 * (`01/02/2020`). Booleans are `true` and `false` in any case. Blanks around a number are ignored.
 */
export function fieldClassifier(formats: FieldFormats): (text: string) => FieldKind {
  const matchesDate = formats.dateFormat === null ? null : strptimeTest(formats.dateFormat);
  const matchesTimestamp = formats.timestampFormat === null ? null : strptimeTest(formats.timestampFormat);
  return (text) => {
    // Most texts are told by their first character: every pattern below costs as much as reading the field.
    const plain = !/^[\s\d+\-.tfni]/i.test(text);
    if (plain && !matchesDate && !matchesTimestamp) return 'string';
    const number = numberKind(text.trim());
    // A pattern such as %Y%m%d reads what would be an integer too; the user said what it is.
    if (matchesDate?.(text)) return 'date-format';
    if (matchesTimestamp?.(text)) return 'timestamp-format';
    return number ?? temporalKind(text) ?? (/^(true|false)$/i.test(text) ? 'boolean' : 'string');
  };
}

function numberKind(text: string): FieldKind | null {
  if (integer.test(text)) {
    if (text.length <= 18) return 'int64';
    const value = BigInt(text.replace('+', ''));
    return within(value, int64Limits) ? 'int64' : within(value, int128Limits) ? 'int128' : 'string';
  }
  if (float.test(text)) return Number.isFinite(Number(text)) ? 'float64' : 'string';
  return floatWord.test(text) ? 'float64' : null;
}

function within(value: bigint, [least, most]: readonly [bigint, bigint]): boolean {
  return value >= least && value <= most;
}

function temporalKind(text: string): FieldKind | null {
  const date = isoDate.exec(text);
  if (date) return isCalendarDay(Number(date[1]), Number(date[2]), Number(date[3])) ? 'date' : null;
  const time = isoTimestamp.exec(text);
  if (!time || !isCalendarDay(Number(time[1]), Number(time[2]), Number(time[3]))) return null;
  if (time[5]) return 'timestamptz';
  return (time[4] ?? '').replace(/0+$/, '').length > 6 ? 'timestamp-ns' : 'timestamp';
}

/** The narrowest kind that holds all values of both. */
export function joinKinds(a: FieldKind, b: FieldKind): FieldKind {
  if (a === b) return a;
  for (const chain of [numberChain, temporalChain]) {
    const [left, right] = [chain.indexOf(a), chain.indexOf(b)];
    if (left >= 0 && right >= 0) return left > right ? a : b;
  }
  return 'string';
}

const numberChain: readonly FieldKind[] = ['int64', 'int128', 'float64'];
const temporalChain: readonly FieldKind[] = ['date', 'timestamp', 'timestamp-ns'];

/** The type of a column whose values are of one kind. */
export function typeOfKind(kind: FieldKind): DataType {
  return types[kind];
}
