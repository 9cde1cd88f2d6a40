import { type CsvRecord, parseRecords, type RecordDialect } from './records.ts';

/** A record and where it stands. */
export interface PlacedRecord {
  readonly record: CsvRecord;
  /** Latin1 text of the record with its newline. */
  readonly text: string;
  /** Of its first byte in the file (decompressed). */
  readonly byteOffset: number;
  /** 1-based among those that are walked, blank lines and the header counted. */
  readonly row: number;
}

/**
 * All records of a file, in order, with exact offsets: slow and certain, for explaining failures.
 *
 * @param chunks the file's bytes from `startByte` on, where a record begins
 */
export async function* walkRecords(
  chunks: AsyncIterable<Uint8Array>,
  dialect: RecordDialect,
  startByte = 0,
): AsyncIterable<PlacedRecord> {
  let pending = '';
  let offset = startByte;
  let row = 0;
  for await (const chunk of withEnd(chunks)) {
    if (chunk) pending += Buffer.from(chunk).toString('latin1');
    let from = offset === 0 && pending.startsWith('\xef\xbb\xbf') ? 3 : 0;
    for (const record of parseRecords(pending, dialect, { from, atEnd: chunk === null })) {
      if (!record.complete) break;
      row++;
      yield { record, text: pending.slice(record.start, record.end), byteOffset: offset + record.start, row };
      from = record.end;
    }
    // A mark at the very beginning stays until the first record is whole.
    if (row > 0) {
      pending = pending.slice(from);
      offset += from;
    }
  }
}

async function* withEnd(chunks: AsyncIterable<Uint8Array>): AsyncIterable<Uint8Array | null> {
  yield* chunks;
  yield null;
}
