import { isUtf8 } from 'node:buffer';
import { SourceError } from '../../errors.ts';
import type { FieldKind } from './field-type.ts';
import type { CsvRecord } from './records.ts';

/** Nothing but digits and what stands between them in numbers, dates, times and codes: `1,5`, `01/02/2020`, `00501`, `12 %`. */
const valueLike = /^[\d\s.,:/%$€£+()-]*\d[\d\s.,:/%$€£+()-]*$/;

/**
 * Whether a first record names the columns. It does when some column's name is text where the column's values are not; it
 * does not when some field reads as a number, date or boolean otherwise, or looks like one; and when all is text, it does.
 *
 * @param first the first record's fields, with what each reads as; null for empty ones
 * @param columns what the records below read as, null where all values are empty or there are none
 */
export function looksLikeHeader(
  first: readonly { readonly text: string; readonly kind: FieldKind | null }[],
  columns: readonly (FieldKind | null)[],
): boolean {
  const isName = ({ text, kind }: (typeof first)[number]) => kind === 'string' && !valueLike.test(text);
  const nameAboveValues = first.some((field, index) => {
    const below = columns[index] ?? null;
    return isName(field) && below !== null && below !== 'string';
  });
  return nameAboveValues || first.every((field) => field.kind === null || isName(field));
}

/**
 * Column names of a header record, decoded; an empty name becomes `column<index>`, counted from 0.
 *
 * @throws {SourceError} DUPLICATE_COLUMN with both positions; BAD_RECORD for names that are not UTF-8
 */
export function headerNames(uri: string, header: CsvRecord, startByte: number): string[] {
  const names = header.fields.map(
    (field, index) => decodeName(uri, field.text, startByte + header.start) || `column${index}`,
  );
  const seen = new Map<string, number>();
  for (const [index, name] of names.entries()) {
    const earlier = seen.get(name);
    if (earlier !== undefined) throw duplicate(uri, name, earlier, index);
    seen.set(name, index);
  }
  return names;
}

function decodeName(uri: string, text: string, byteOffset: number): string {
  const bytes = Buffer.from(text, 'latin1');
  if (isUtf8(bytes)) return bytes.toString('utf8');
  throw new SourceError(
    'BAD_RECORD',
    `The header of ${uri} (row 1, byte ${byteOffset}) is not UTF-8. Convert the file to UTF-8, for instance from Latin-1: iconv -f LATIN1 -t UTF-8.`,
    { details: { uri, byteOffset, row: 1 } },
  );
}

function duplicate(uri: string, name: string, earlier: number, later: number): SourceError {
  return new SourceError(
    'DUPLICATE_COLUMN',
    `Column ${JSON.stringify(name)} stands twice in the header of ${uri}: as column ${earlier + 1} and as column ${later + 1}. ` +
      'Rename one in the file; or read it with { header: false }, as column0, column1, …, where the header is the first row.',
    { details: { uri, column: name, row: 1 } },
  );
}
