import { isBlank } from './aligned-records.ts';
import { parseRecords, type RecordDialect } from './records.ts';

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

/** Records that fit less those that don't; the first one began before the text and says nothing. */
function fitness(text: string, dialect: RecordDialect, width: number, inQuotes: boolean, atEnd: boolean): number {
  let fit = 0;
  let first = true;
  for (const record of parseRecords(text, dialect, { inQuotes, atEnd })) {
    if (!first && record.complete && !isBlank(record)) {
      fit += record.fields.length === width && record.problem === null ? 1 : -1;
    }
    first = false;
  }
  return fit;
}
