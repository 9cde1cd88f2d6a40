import type { ByteRange } from './store.ts';

/** Longest range that is read in one request and held in memory, bytes; it is half of what the S3 store asks for in one GET. */
export const pieceBytes = 8 << 20;

/** Consecutive ranges of at most 8 MiB that together are `range`; none for an empty one. */
export function* cutRange({ startByte, endByte }: ByteRange): Generator<ByteRange> {
  for (let start = startByte; start < endByte; start += pieceBytes) {
    yield { startByte: start, endByte: Math.min(start + pieceBytes, endByte) };
  }
}

/** Bytes up to which a slice of an exchange is one request; a longer one would be too much to hold in memory. */
export const longestSliceBytes = 16 << 20;
