import { SourceError } from '../../errors.ts';
import type { ResolvedFormat } from '../../plan/source.ts';
import { formatType } from '../../plan/type-name.ts';
import type { DataType } from '../../plan/types.ts';
import { propertyName, shorten } from '../bad-text.ts';
import { fieldFits } from './field-fits.ts';
import type { CsvField, CsvRecord, QuoteProblem } from './records.ts';

/** CSV with nothing left to guess. */
export type CsvFormat = Extract<ResolvedFormat, { readonly kind: 'csv' }>;

/** Why a record does not fit. */
export type RecordProblem =
  | { readonly kind: 'value'; readonly column: string; readonly value: string; readonly expected: DataType }
  | { readonly kind: 'field-count'; readonly found: number }
  | {
      readonly kind: 'encoding' /** From the record's first byte; null where only the record is known. */;
      readonly offset: number | null;
    }
  | { readonly kind: 'newline'; readonly found: string; readonly expected: string }
  | { readonly kind: 'quote'; readonly problem: QuoteProblem }
  /** Something that only the engine knows, in its own words. */
  | { readonly kind: 'other'; readonly message: string };

/** Where a record stands. */
export interface RecordPlace {
  readonly uri: string;
  /** Of the record's first byte, in the object; null where it cannot be known (compressed files). */
  readonly byteOffset: number | null;
  /**
   * 1-based; the header and blank lines count, a record of several lines counts once. Null where it cannot be known: in a part
   * of a file that does not begin where the file does.
   */
  readonly row: number | null;
}

/**
 * The first thing that is wrong with a record, or null for a good one. No value may lose anything in its column's type.
 *
 * @param record parsed from latin1 text
 * @param names of the columns in this file's own order
 * @param used names of those whose values were looked at; null for all
 */
export function recordProblem(
  record: CsvRecord,
  format: CsvFormat,
  names: readonly string[],
  used: ReadonlySet<string> | null,
): RecordProblem | null {
  if (record.problem) return { kind: 'quote', problem: record.problem };
  // Nulls behind the last column are nothing to the engine: a delimiter at the end of each row, for instance.
  const more = record.fields.slice(names.length);
  if (record.fields.length < names.length || !more.every((field) => isNull(field, format)))
    return { kind: 'field-count', found: record.fields.length };
  const fits = fieldFits(format.dialect);
  for (const [index, column] of names.entries()) {
    if (used && !used.has(column)) continue;
    const field = record.fields[index];
    const expected = format.columns.find((candidate) => candidate.name === column)?.type;
    if (!field || !expected || isNull(field, format)) continue;
    if (!fits(field.text, expected)) return { kind: 'value', column, value: decode(field.text), expected };
  }
  return null;
}

/**
 * The error for a record that does not fit: what stands there, what was expected, and what mends it.
 *
 * @param names of the columns in this file's own order
 */
export function badRecordError(
  place: RecordPlace,
  problem: RecordProblem,
  names: readonly string[],
  cause?: unknown,
): SourceError {
  return new SourceError(
    'BAD_RECORD',
    `${describePlace(place)} ${describeProblem(place, problem, names)}${mend(problem)}`,
    {
      ...(cause === undefined ? {} : { cause }),
      details: {
        uri: place.uri,
        ...(place.row === null ? {} : { row: place.row }),
        ...(place.byteOffset === null ? {} : { byteOffset: place.byteOffset }),
        ...(problem.kind === 'value'
          ? { column: problem.column, value: problem.value, expected: formatType(problem.expected) }
          : {}),
        ...(problem.kind === 'field-count' ? { fields: problem.found, expectedFields: names.length } : {}),
      },
    },
  );
}

/** One sentence about a record, as `RejectedRecord.message` has it. */
export function describeProblem(place: RecordPlace, problem: RecordProblem, names: readonly string[]): string {
  switch (problem.kind) {
    case 'value':
      return `has ${JSON.stringify(shorten(problem.value))} in column ${JSON.stringify(problem.column)}, which is no ${formatType(problem.expected)}.`;
    case 'field-count':
      return `has ${problem.found} ${problem.found === 1 ? 'field' : 'fields'}, expected ${names.length} (${shorten(names.join(', '))}).`;
    case 'encoding':
      return place.byteOffset === null || problem.offset === null
        ? 'is not UTF-8.'
        : `is not UTF-8: the first invalid byte is at ${place.byteOffset + problem.offset}.`;
    case 'newline':
      return `ends in ${JSON.stringify(problem.found)}, where the rows before it end in ${JSON.stringify(problem.expected)}.`;
    case 'quote':
      return problem.problem === 'unterminated quote'
        ? 'opens a quote that nothing closes.'
        : 'has text after a closing quote.';
    case 'other':
      return `cannot be read: ${problem.message}`;
  }
}

function describePlace({ uri, byteOffset, row }: RecordPlace): string {
  if (row === null) return `The row at byte ${byteOffset ?? 0} of ${uri}`;
  return `Row ${row} of ${uri}${byteOffset === null ? '' : ` (byte ${byteOffset})`}`;
}

function mend(problem: RecordProblem): string {
  const leaveOut = "leave such rows out with { onBadRow: 'skip' } or { onBadRow: 'collect' }";
  switch (problem.kind) {
    case 'value':
      return ` Read the column as text with { schema: { ${propertyName(problem.column)}: 'string' } }, or ${leaveOut}.`;
    case 'field-count':
      return ` If the delimiter is another one, give it: { delimiter: ';' }; otherwise mend the file, or ${leaveOut}.`;
    case 'encoding':
      return ` Convert the file to UTF-8, for instance from Latin-1: iconv -f LATIN1 -t UTF-8; or ${leaveOut}.`;
    case 'newline':
      return ' Give all rows the same newline, for instance with dos2unix.';
    case 'quote':
      return ` If the file quotes differently, say how: { quote: "'" } or { quote: '' }; otherwise mend the file, or ${leaveOut}.`;
    case 'other':
      return ` Mend the file, or ${leaveOut}.`;
  }
}

function isNull(field: CsvField, format: CsvFormat): boolean {
  return !field.quoted && (field.text === '' || format.dialect.nullValues.includes(decode(field.text)));
}

function decode(latin1: string): string {
  return Buffer.from(latin1, 'latin1').toString('utf8');
}
