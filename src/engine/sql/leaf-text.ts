import type { DataType, TimestampUnit } from '../../plan/types.ts';
import { integerShape } from './integer-text.ts';
import { quoteString } from './quote.ts';
import { matches } from './text-matches.ts';
import { renderType } from './type.ts';

/** How texts are read as values. */
export interface TextRules {
  /** strptime patterns that dates and timestamps may have beside ISO 8601. */
  readonly dateFormat: string | null;
  readonly timestampFormat: string | null;
  /** Whether the texts are of JSON, where `true` is no number, and `1.0` not written as an integer. */
  readonly json: boolean;
  /** Whether types that the engine's readers read exactly are read as text too, where no such reader is at work. */
  readonly everyType: boolean;
}

/** What becomes of a text that does not convert: an error, or null. */
export type TextCast = 'CAST' | 'TRY_CAST';

/** A text, or something with texts in it, as a value of some type. */
export interface LooseText {
  /** SQL of the value. */
  readonly value: string;
  /**
   * SQL of a condition that holds for what loses nothing when it converts, whether or not it does; null and false are the
   * same.
   *
   * @param value SQL of the value, computed once
   */
  readonly shape: (value: string) => string;
}

/**
 * SQL that reads a text as a value of a type without any loss, where the engine's own casts round fractions to integers and
 * cut what they cannot hold; null for types whose texts the engine reads exactly.
 *
 * Each condition tries first what nearly all texts pass. Beside the engine's own reader, in a scan of 16 columns: an integer
 * that is the only column used costs 12 %, three of them 26 %, the date of TPC-H's first query 3 %.
 *
 * @param text SQL of the text, without side effects: it stands in the result several times
 */
export function leafText(text: string, type: DataType, rules: TextRules, cast: TextCast): LooseText | null {
  const value = castTo(text, type, cast);
  switch (type.kind) {
    case 'string':
    // Values of these are no texts, but may hold some.
    case 'list':
    case 'array':
    case 'struct':
    case 'map':
      return null;
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
      return { value, shape: (number) => integerShape(text, number, type.kind, rules.json) };
    case 'decimal':
      return { value, shape: (number) => decimalShape(text, number, type.scale, rules.json) };
    case 'binary':
      // The engine's JSON reader takes the text's own bytes.
      return rules.json ? { value, shape: () => 'TRUE' } : null;
    case 'boolean':
      return rules.json ? { value, shape: () => `${text} = 'true' OR ${text} = 'false'` } : null;
    case 'date':
      return patternOr(text, type, rules.dateFormat, {
        value,
        shape: (date) => `${text} GLOB '${dateShape}' OR ${isOwnText(text, date)}`,
      });
    case 'time':
      return { value, shape: () => matches(text, `[0-9]{1,2}:[0-9]{2}(:[0-9]{2}${fraction('us')})?`) };
    case 'timestamp':
      return patternOr(text, type, rules.timestampFormat, timestampText(text, value, type.unit));
    case 'timestamptz':
      return patternOr(text, type, rules.timestampFormat, zonedText(text, type, cast));
    default:
      return rules.everyType ? { value, shape: () => 'TRUE' } : null;
  }
}

/** JSON has numbers with exponents, which up to 15 characters a float tells: the engine's cast rounds what the scale does not hold. */
function decimalShape(text: string, value: string, scale: number, json: boolean): string {
  const digits = `[0-9]{0,${scale}}0*`;
  const decimal = matches(text, `\\s*[+-]?([0-9]+(\\.${digits})?|\\.${digits})\\s*`);
  const same = `CAST(${value} AS VARCHAR) = ${text} OR ${decimal}`;
  if (!json) return same;
  const number = matches(text, '-?[0-9]+(\\.[0-9]+)?e[+-]?[0-9]+');
  const float = `TRY_CAST(${text} AS DOUBLE) = CAST(CAST(${value} AS VARCHAR) AS DOUBLE)`;
  return `${same} OR (strlen(${text}) <= 15 AND ${number} AND ${float})`;
}

/** An ISO date: a text of this shape that converts has nothing but the date, which is all that the cast looks at. */
const dateShape = '[0-9]???-??-?[0-9]';

const isoDate = '[0-9]{4}-[0-9]{2}-[0-9]{2}';

/** Texts without a fraction are told by their shape. */
function timestampText(text: string, value: string, unit: TimestampUnit): LooseText {
  const pattern = `${isoDate}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}${fraction(unit)})?)?`;
  const whole = `${text} GLOB '${dateShape}?[0-9][0-9]:[0-9][0-9]:[0-9][0-9]'`;
  return { value, shape: (time) => `${whole} OR ${matches(text, pattern)} OR ${isOwnTimestamp(text, time, unit)}` };
}

/** What the engine writes, it reads: years before 1 and beyond 9999, and infinity. */
function isOwnText(text: string, value: string): string {
  return `CAST(${value} AS VARCHAR) = ${text}`;
}

/** The engine fails on the texts of seconds and milliseconds that are no microseconds, which rounding may give. */
function isOwnTimestamp(text: string, value: string, unit: TimestampUnit): string {
  if (unit === 'us' || unit === 'ns') return isOwnText(text, value);
  const micros = `TRY_CAST(${text} AS TIMESTAMP)`;
  return `(${isOwnText(text, micros)} AND NOT regexp_matches(${text}, '\\.[0-9]{${unit === 's' ? 1 : 4}}'))`;
}

/** Near the last instant the engine reads another one than it has written. */
function isOwnZoned(text: string, value: string): string {
  const zoneless = `left(${text}, -3)`;
  const micros = `TRY_CAST(${zoneless} AS TIMESTAMP)`;
  const same = `${isOwnText(zoneless, micros)} AND epoch_us(${micros}) = epoch_us(${value})`;
  return `${text} IN ('infinity', '-infinity') OR (ends_with(${text}, '+00') AND ${same})`;
}

function zonedText(text: string, type: DataType, cast: TextCast): LooseText {
  // The cast wants seconds before a zone, and a large Z.
  const complete = `regexp_replace(upper(${text}), '^(.{16})(Z|[+-])', '\\1:00\\2')`;
  // Of 25 characters, 16 lie before the seconds: no fraction has a seventh digit.
  const short = `(strlen(${text}) <= 25 AND ${text} GLOB '${dateShape}?[0-9][0-9]:[0-9][0-9]:*')`;
  const pattern = `${isoDate}([T ][0-9]{2}:[0-9]{2}(:[0-9]{2}${fraction('us')})?(Z|[+-][0-9]{2}(:?[0-9]{2})?)?)?`;
  return {
    value: `coalesce(${castTo(text, type, 'TRY_CAST')}, ${castTo(complete, type, cast)})`,
    shape: (time) => `${short} OR ${matches(text, pattern)} OR ${isOwnZoned(text, time)}`,
  };
}

/** A pattern of the user's goes first: `%Y-%d-%m` reads what could be an ISO date too. */
function patternOr(text: string, type: DataType, format: string | null, iso: LooseText): LooseText {
  if (format === null) return iso;
  const parsed = `try_strptime(${text}, ${quoteString(format)})`;
  // The engine takes these words for 1900-01-01, whatever the pattern.
  const isWord = matches(text, '\\s*[+-]?(infinity|epoch)\\s*');
  return {
    value: `CASE WHEN ${parsed} IS NULL THEN ${iso.value} ELSE ${castTo(parsed, type, 'CAST')} END`,
    shape: (value) =>
      `CASE WHEN ${parsed} IS NULL THEN ${iso.shape(value)} ELSE ${parsed} <> DATE '1900-01-01' OR NOT ${isWord} END`,
  };
}

/** A fraction of a second that the unit holds. */
function fraction(unit: TimestampUnit): string {
  const digits = { s: 0, ms: 3, us: 6, ns: 9 }[unit];
  return digits === 0 ? '(\\.0+)?' : `(\\.[0-9]{1,${digits}}0*)?`;
}

function castTo(sql: string, type: DataType, cast: TextCast): string {
  return `${cast}(${sql} AS ${renderType(type)})`;
}
