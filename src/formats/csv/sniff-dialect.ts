import type { CsvDialect } from '../../plan/source.ts';
import { type FieldKind, fieldClassifier } from './field-type.ts';
import { type CsvRecord, parseRecords, type RecordDialect } from './records.ts';

/** Delimiters that are tried, the likelier ones first. */
const delimiters = [',', '\t', ';', '|'];

/** Most files, and most records of each, that a candidate is judged by. */
const mostFiles = 8;
const mostRecords = 200;

/** The beginning of a file. */
export interface HeadText {
  /** Latin1 text of the bytes, without byte order mark. */
  readonly text: string;
  /** Whether it is the whole file. */
  readonly atEnd: boolean;
}

/** How well a dialect explains the samples. */
interface Judgement {
  readonly dialect: RecordDialect;
  /** The commonest number of fields. */
  readonly width: number;
  /** Share of records of that width and without a quote problem. */
  readonly consistency: number;
  /** Share of fields that are numbers, dates or booleans; `1,5` counts where the comma is not the delimiter. */
  readonly typedShare: number;
  /** Fields that a quote opens. */
  readonly quotedFields: number;
  readonly problems: number;
}

/**
 * The dialect that explains the beginnings of some files best; members that the user gave are kept.
 *
 * A delimiter is better when more records have the same number of fields (a single column only when no other explains at
 * least half of the records), then when more fields read as values (so `1,5;2,5` is two decimals, not three fields), then when
 * it gives more fields, then in the order `,` tab `;` `|`. The quote is `"` even when the samples have none, since it may
 * come later; `'` only where it encloses all values of some column and `"` encloses none.
 */
export function sniffDialect(files: readonly HeadText[], given: CsvDialect): RecordDialect {
  const heads = files.slice(0, mostFiles);
  const quotes = given.quote === undefined ? ['"', "'"] : [given.quote];
  const best = (quote: string) =>
    candidates(heads, given, quote)
      .map((dialect) => judge(heads, dialect))
      .reduce((a, b) => (isBetter(b, a) ? b : a));
  const usual = best(quotes[0] ?? '');
  if (quotes[1] === undefined || usual.quotedFields > 0) return usual.dialect;
  const single = best(quotes[1]);
  return single.problems === 0 && enclosesColumn(heads, single.dialect) ? single.dialect : usual.dialect;
}

function candidates(heads: readonly HeadText[], given: CsvDialect, quote: string): RecordDialect[] {
  const backslash = quote !== '' && heads.some((head) => head.text.includes(`\\${quote}`));
  const escapes = given.escape === undefined ? [quote, ...(backslash ? ['\\'] : [])] : [given.escape];
  const tried = given.delimiter === undefined ? delimiters : [given.delimiter];
  return escapes.flatMap((escapeBy) => tried.map((delimiter) => ({ delimiter, quote, escape: escapeBy })));
}

/** Candidates that explain little are all alike: the first of them stays. */
function isBetter(a: Judgement, b: Judgement): boolean {
  const explains = (j: Judgement) => j.width > 1 && j.consistency > 0.5;
  const rank = (j: Judgement) => (explains(j) ? [round(j.consistency), round(j.typedShare), j.width] : [0, 0, 0]);
  const [left, right] = [rank(a), rank(b)];
  const differing = left.findIndex((value, index) => value !== right[index]);
  return differing >= 0 && (left[differing] ?? 0) > (right[differing] ?? 0);
}

function round(share: number): number {
  return Math.round(share * 100);
}

function judge(heads: readonly HeadText[], dialect: RecordDialect): Judgement {
  const records = heads.flatMap((head) => wholeRecords(head, dialect));
  const widths = new Map<number, number>();
  for (const record of records) widths.set(record.fields.length, (widths.get(record.fields.length) ?? 0) + 1);
  const [width] = [...widths].reduce((a, b) => (b[1] > a[1] ? b : a), [1, 0]);
  const fields = records.flatMap((record) => record.fields);
  const good = records.filter((record) => record.fields.length === width && record.problem === null);
  return {
    dialect,
    width,
    consistency: records.length === 0 ? 0 : good.length / records.length,
    typedShare: fields.length === 0 ? 0 : fields.filter((field) => isTyped(field.text, dialect)).length / fields.length,
    quotedFields: fields.filter((field) => field.quoted).length,
    problems: records.length - records.filter((record) => record.problem === null).length,
  };
}

/** Records that are whole and not blank; one that never ends counts when nothing else is there, as the mark of a wrong quote. */
function wholeRecords({ text, atEnd }: HeadText, dialect: RecordDialect): CsvRecord[] {
  const records: CsvRecord[] = [];
  let last: CsvRecord | null = null;
  for (const record of parseRecords(text, dialect, { atEnd })) {
    if (records.length >= mostRecords) break;
    last = record;
    const blank = record.fields.length === 1 && record.fields[0]?.text === '';
    if (record.complete && !blank) records.push(record);
  }
  return records.length === 0 && last ? [last] : records;
}

const classify: (text: string) => FieldKind = fieldClassifier({ dateFormat: null, timestampFormat: null });

function isTyped(text: string, dialect: RecordDialect): boolean {
  if (classify(text) !== 'string') return true;
  return dialect.delimiter !== ',' && /^[+-]?\d+,\d+$/.test(text);
}

/** Whether all values of some column stand in quotes; the first record may be a header without. */
function enclosesColumn(heads: readonly HeadText[], dialect: RecordDialect): boolean {
  const records = heads.flatMap((head) => wholeRecords(head, dialect).slice(1));
  const width = records[0]?.fields.length ?? 0;
  return Array.from({ length: width }, (_, index) => records.map((record) => record.fields[index])).some(
    (fields) => fields.some((field) => field?.quoted) && fields.every((field) => field?.quoted || field?.text === ''),
  );
}
