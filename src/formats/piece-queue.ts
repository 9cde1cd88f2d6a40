import type { ByteRange } from '../storage/store.ts';

/** Bytes of a file and where they stand in it. */
export interface Piece {
  readonly startByte: number;
  readonly bytes: Uint8Array;
}

/** Reads bytes of one version of one file, in pieces that follow each other. */
export type ReadPieces = (range: ByteRange) => AsyncIterable<Piece>;

/** First read behind the range; each further one has four times as many. */
const firstOverread = 64 << 10;
const largestOverread = 4 << 20;

/** The pieces of a range, and then, in growing steps, those behind it up to the file's end, for as long as somebody asks. */
export class PieceQueue {
  private readonly source: AsyncIterator<Piece, void>;
  private readonly waiting: Piece[] = [];
  private ended = false;

  constructor(range: ByteRange, sizeBytes: number, read: ReadPieces) {
    this.source = piecesFrom(range, sizeBytes, read)[Symbol.asyncIterator]();
  }

  /** The next piece; null at the file's end. */
  async next(): Promise<Piece | null> {
    return this.waiting.shift() ?? (await this.pull());
  }

  /** Bytes from `startByte` on, at least `wanted` unless the file ends before; {@link next} gives them still. */
  async peek(startByte: number, wanted: number): Promise<{ readonly bytes: Uint8Array; readonly atEnd: boolean }> {
    const held = () => (this.waiting.at(-1) ? endOf(this.waiting.at(-1)) - startByte : 0);
    while (held() < wanted && !this.ended) {
      const piece = await this.pull();
      if (piece) this.waiting.push(piece);
    }
    const first = this.waiting[0]?.startByte ?? startByte;
    const bytes = Buffer.concat(this.waiting.map((piece) => piece.bytes)).subarray(startByte - first);
    return { bytes: bytes.subarray(0, wanted), atEnd: this.ended && bytes.length <= wanted };
  }

  /** Ends what is still being read. */
  async close(): Promise<void> {
    await this.source.return?.();
  }

  private async pull(): Promise<Piece | null> {
    const { value, done } = await this.source.next();
    if (!done) return value;
    this.ended = true;
    return null;
  }
}

async function* piecesFrom(range: ByteRange, sizeBytes: number, read: ReadPieces): AsyncGenerator<Piece, void> {
  yield* read(range);
  let length = firstOverread;
  for (let startByte = range.endByte; startByte < sizeBytes; length = Math.min(length * 4, largestOverread)) {
    const endByte = Math.min(startByte + length, sizeBytes);
    yield* read({ startByte, endByte });
    startByte = endByte;
  }
}

function endOf(piece: Piece | undefined): number {
  return piece ? piece.startByte + piece.bytes.length : 0;
}
