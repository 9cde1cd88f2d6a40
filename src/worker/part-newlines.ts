import { SourceError } from '../errors.ts';
import { badRecordError } from '../formats/csv/bad-record.ts';
import { walkRecords } from '../formats/csv/walk-records.ts';
import type { Piece } from '../formats/piece-queue.ts';
import type { CutPart } from '../formats/split-part.ts';
import type { PartSpan } from '../plan/part-span.ts';
import type { ScanRel } from '../plan/relation.ts';
import type { FilePart, Newline, ScanFile } from '../plan/source.ts';
import type { Fetcher } from './fetcher.ts';

/*
 * The engine refuses a CSV file whose records do not all end alike. Of a part it sees no more than the part; what it cannot
 * see there is found here, so that many tasks refuse what one does.
 */

const carriageReturn = 0x0d;

/**
 * How the records of a part end, as far as the engine would not tell by itself.
 *
 * A `\r` that ends a file has no byte behind it that would tell it from a `\r\n`: the scanner gives it no name. At the end of
 * a part the engine takes it for a `\r\n` without a word, as it does at the end of a file.
 *
 * @param lastByte of the part's records
 */
export function newlineOfPart(
  { newline, endByte, endInQuotes }: CutPart,
  lastByte: number | null,
  sizeBytes: number,
): PartSpan['newline'] {
  if (lastByte !== carriageReturn || endByte === null || endInQuotes) return newline;
  if (newline === '') return '\r';
  return newline === '\r\n' && endByte < sizeBytes ? 'mixed' : newline;
}

/** A part of a CSV file that was cut. */
export interface CutCsv {
  readonly scan: ScanRel;
  readonly file: ScanFile;
  readonly part: Extract<FilePart, { kind: 'bytes' }>;
  readonly cut: CutPart;
  /** By {@link newlineOfPart}. */
  readonly newline: PartSpan['newline'];
}

/**
 * Passes when the records of a part, whose beginning is certain, end as those before it do.
 *
 * @throws {SourceError} BAD_RECORD for the first one that does not
 */
export async function refuseOtherNewlines({ scan, file, part, cut, newline }: CutCsv, fetcher: Fetcher): Promise<void> {
  const first = cut.firstRecordByte ?? part.startByte;
  const before = part.newline;
  const found = cut.newline === '' ? newline : cut.newline;
  // At the end of a file the engine takes a lone `\r` for a `\r\n`.
  const endsAlike = found === before || (cut.newline === '' && before === '\r\n');
  if (before !== undefined && !endsAlike)
    throw mixedNewlines(file, part, { byteOffset: first, row: null }, found, before);
  if (newline !== 'mixed' || scan.source.format.kind !== 'csv') return;
  const bytes = bytesOfPieces(fetcher.pieces(file, { startByte: first, endByte: cut.endByte ?? first }));
  for await (const { text, byteOffset, row } of walkRecords(bytes, scan.source.format.dialect, first)) {
    if (text.endsWith('\r\n')) continue;
    const place = { byteOffset, row: part.startByte === 0 ? row : null };
    throw mixedNewlines(file, part, place, text.endsWith('\r') ? '\r' : '\n', '\r\n');
  }
}

function mixedNewlines(
  { uri }: ScanFile,
  { startByte, endByte }: CutCsv['part'],
  place: { readonly byteOffset: number; readonly row: number | null },
  found: string,
  expected: Newline,
): SourceError {
  const problem = { kind: 'newline', found, expected } as const;
  const { code, message, details } = badRecordError({ uri, ...place }, problem, []);
  return new SourceError(code, message, { details: { ...details, startByte, endByte } });
}

async function* bytesOfPieces(pieces: AsyncIterable<Piece>): AsyncIterable<Uint8Array> {
  for await (const { bytes } of pieces) yield bytes;
}
