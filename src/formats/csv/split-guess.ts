import { isBlank } from './aligned-records.ts';
import { type CsvRecord, parseRecords, type RecordDialect } from './records.ts';

/**
 * Whether a text that begins anywhere in a file begins within quotes, as far as its own content tells: of both readings the
 * one where more records have `width` fields and good quotes is taken. A guess: who uses it has to hold the result against
 * what came before.
 *
 * @param text latin1 of the bytes
 * @param width fields of a record
 * @returns null when both readings are as good as each other: more text may tell
 */
export function guessInQuotes(text: string, dialect: RecordDialect, width: number, atEnd: boolean): boolean | null {
  if (dialect.quote === '') return false;
  const [outside, inside] = [false, true].map((inQuotes) => fitness(text, dialect, width, inQuotes, atEnd));
  if (outside === inside) return null;
  return (inside ?? 0) > (outside ?? 0);
}

/** Records that fit less those that don't; of the first one, which began before the text, only its quotes can be judged. */
function fitness(text: string, dialect: RecordDialect, width: number, inQuotes: boolean, atEnd: boolean): number {
  let fit = 0;
  let first = true;
  for (const record of parseRecords(text, dialect, { inQuotes, atEnd })) {
    const good = hasGoodQuotes(record, dialect.quote);
    if (first) fit -= good || !record.complete ? 0 : 1;
    else if (record.complete && !isBlank(record)) fit += good && record.fields.length === width ? 1 : -1;
    first = false;
  }
  return fit;
}

/** A quote within text that is not quoted is allowed, but rare: more likely it ends what was taken for the outside. */
function hasGoodQuotes(record: CsvRecord, quote: string): boolean {
  return record.problem === null && record.fields.every((field) => field.quoted || !field.text.includes(quote));
}
