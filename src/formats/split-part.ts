import type { Newline } from '../plan/source.ts';
import type { ByteRange } from '../storage/store.ts';
import { type Piece, PieceQueue, type ReadPieces } from './piece-queue.ts';
import type { RecordScanner, ScanStart } from './record-scanner.ts';

/** The part of a file to be cut, and how. */
export interface SplitRequest {
  /** Records that begin in these bytes. */
  readonly part: ByteRange;
  /** Size of the file. */
  readonly sizeBytes: number;
  /** Where the part's first record begins, when it is known. */
  readonly exactStart: number | null;
  /** A scanner whose first byte is `offset`. */
  readonly scanner: (offset: number, start: ScanStart) => RecordScanner;
  /** Whether the text (latin1) that begins at the part's first byte begins within quotes; null when it does not tell. */
  readonly guessInQuotes: (text: string, atEnd: boolean) => boolean | null;
  /** Bytes behind the part after which a last record that does not end casts doubt on a guess. */
  readonly longestRecordBytes: number;
}

/** Which bytes the part's records are. */
export interface CutPart {
  /** First byte of the first record; null when none begins in the part. */
  readonly firstRecordByte: number | null;
  /** Behind the last record; null with the former, and when the guess was given up. */
  readonly endByte: number | null;
  /** Whether the file ended within quotes. */
  readonly endInQuotes: boolean;
  readonly newline: Newline | '';
}

/** Text that a guess looks at first. */
const guessBytes = 64 << 10;
const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

const noRecords: CutPart = { firstRecordByte: null, endByte: null, endInQuotes: false, newline: '' };

/**
 * Cuts the records that begin in a part out of a file: reads from one byte before the part, and behind it until the last
 * record is whole.
 *
 * @param take gets the records' bytes in order; when the guess is given up (`endByte` is null), what it got is worthless
 */
export async function cutPart(
  request: SplitRequest,
  read: ReadPieces,
  take: (bytes: Uint8Array) => Promise<void>,
): Promise<CutPart> {
  const { part, sizeBytes, exactStart } = request;
  const exact = part.startByte === 0 ? 0 : exactStart;
  if (exact !== null && exact >= part.endByte) return noRecords;
  const pieces = new PieceQueue({ startByte: exact ?? part.startByte - 1, endByte: part.endByte }, sizeBytes, read);
  try {
    return exact === null
      ? await cutGuessed(request, pieces, take)
      : await cutFrom(request, request.scanner(await afterMark(exact, pieces), 'record'), exact, pieces, take);
  } finally {
    await pieces.close();
  }
}

async function cutGuessed(
  request: SplitRequest,
  pieces: PieceQueue,
  take: (bytes: Uint8Array) => Promise<void>,
): Promise<CutPart> {
  const { startByte } = request.part;
  const inQuotes = await guess(request, pieces);
  const scanner = inQuotes ? request.scanner(startByte, 'quotes') : request.scanner(startByte - 1, 'outside');
  return cutFrom(request, scanner, null, pieces, take);
}

/** Looks at more and more text until it tells, or until it is longer than any record should be. */
async function guess(request: SplitRequest, pieces: PieceQueue): Promise<boolean> {
  const { startByte, endByte } = request.part;
  // The part itself before what lies behind it, which may never be needed.
  for (let wanted = Math.min(guessBytes, endByte - startByte); ; wanted = Math.max(guessBytes, wanted * 16)) {
    const { bytes, atEnd } = await pieces.peek(startByte, wanted);
    const told = request.guessInQuotes(Buffer.from(bytes).toString('latin1'), atEnd);
    if (told !== null) return told;
    if (atEnd || wanted >= request.longestRecordBytes) return false;
  }
}

/** @param first where the first record begins; null when the scanner has to find it */
async function cutFrom(
  request: SplitRequest,
  scanner: RecordScanner,
  first: number | null,
  pieces: PieceQueue,
  take: (bytes: Uint8Array) => Promise<void>,
): Promise<CutPart> {
  const { part, sizeBytes, longestRecordBytes } = request;
  let firstRecordByte = first;
  let newline: Newline | '' = '';
  for (;;) {
    const piece = await pieces.next();
    if (piece === null) break;
    firstRecordByte ??= scanner.scan(clip(piece, 0, part.endByte), piece.startByte, part.startByte);
    if (firstRecordByte === null || firstRecordByte >= part.endByte) {
      if (piece.startByte + piece.bytes.length >= part.endByte) return noRecords;
      continue;
    }
    let end: number | null = null;
    if (newline === '') {
      end = scanner.scan(piece.bytes, piece.startByte, firstRecordByte + 1);
      newline = end === null ? '' : scanner.newline;
    }
    if (newline !== '' && (end === null || end < part.endByte))
      end = scanner.scan(piece.bytes, piece.startByte, part.endByte);
    await take(clip(piece, firstRecordByte, end ?? Number.POSITIVE_INFINITY));
    if (end !== null && end >= part.endByte) return { firstRecordByte, endByte: end, endInQuotes: false, newline };
    // A guess that was wrong might read to the file's end.
    if (first === null && piece.startByte + piece.bytes.length - part.endByte > longestRecordBytes)
      return { firstRecordByte, endByte: null, endInQuotes: scanner.inQuotes, newline };
  }
  if (firstRecordByte === null) return noRecords;
  return { firstRecordByte, endByte: sizeBytes, endInQuotes: scanner.inQuotes, newline };
}

/** Where text begins: behind the byte order mark, if the file begins with one. */
async function afterMark(exactStart: number, pieces: PieceQueue): Promise<number> {
  if (exactStart > 0) return exactStart;
  const { bytes } = await pieces.peek(0, byteOrderMark.length);
  return byteOrderMark.equals(bytes) ? byteOrderMark.length : 0;
}

/** The bytes of a piece between two offsets of the file. */
function clip({ startByte, bytes }: Piece, from: number, to: number): Uint8Array {
  return bytes.subarray(Math.max(0, from - startByte), Math.max(0, to - startByte));
}
