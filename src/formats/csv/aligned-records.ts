import type { Sample } from '../samples.ts';
import { type CsvRecord, parseRecords, type RecordDialect } from './records.ts';

/**
 * The whole records of a sample that begins anywhere. Whether its first byte lies within quotes is not known: both ways are
 * tried, and the one where all records have `width` fields and good quotes is taken. A sample that fits neither way gives
 * nothing: it is evidence that is left out, not an error.
 */
export function alignedRecords(sample: Sample, dialect: RecordDialect, width: number): readonly CsvRecord[] {
  const readings = [false, true].map((inQuotes) => readAs(sample, dialect, inQuotes, width));
  return readings.reduce((a, b) => (b.length > a.length ? b : a));
}

function readAs(sample: Sample, dialect: RecordDialect, inQuotes: boolean, width: number): readonly CsvRecord[] {
  const records: CsvRecord[] = [];
  let first = true;
  for (const record of parseRecords(sample.text, dialect, { inQuotes, atEnd: sample.atEnd })) {
    // The first record began before the sample, and the last may end after it.
    if (!first && record.complete) records.push(record);
    first = false;
  }
  const good = records.every(
    (record) => isBlank(record) || (record.fields.length === width && record.problem === null),
  );
  return good ? records.filter((record) => !isBlank(record) || width === 1) : [];
}

/** Whether a record is an empty line. */
export function isBlank(record: CsvRecord): boolean {
  return record.fields.length === 1 && record.fields[0]?.text === '' && !record.fields[0].quoted;
}
