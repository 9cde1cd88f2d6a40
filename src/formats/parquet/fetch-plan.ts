import { cutRange } from '../../storage/cut-range.ts';
import type { ByteRange } from '../../storage/store.ts';
import type { ParquetFooter } from './footer.ts';
import { planSparseFile } from './sparse-file.ts';

/** The first request of a file's end: of 1,000 columns and row groups most footers are shorter. */
export const tailBytes = 64 << 10;

/** What a worker asks for to read some row groups and columns of an object. */
export interface FetchPlan {
  /** Requests for the footer; the first is the object's end. */
  readonly footer: readonly ByteRange[];
  /** Ranges of column chunks that do not lie in that end. */
  readonly ranges: readonly ByteRange[];
  /** The same in the pieces in which they are read, each one request. */
  readonly pieces: readonly ByteRange[];
}

/** Where the first request of an object of `sizeBytes` begins, which goes to its end. */
export function tailStart(sizeBytes: number): number {
  return Math.max(0, sizeBytes - tailBytes);
}

/** Requests that reading a footer takes: one, or two for a footer that is longer than 64 KiB. Pure. */
export function footerRequests({ sizeBytes, footer }: ParquetFooter): readonly ByteRange[] {
  const startByte = tailStart(sizeBytes);
  const tail = { startByte, endByte: sizeBytes };
  return footer.startByte >= startByte ? [tail] : [tail, { startByte: footer.startByte, endByte: startByte }];
}

/** Parts of `ranges` before `untilByte`: what lies behind is held already. Pure. */
export function rangesBefore(ranges: readonly ByteRange[], untilByte: number): readonly ByteRange[] {
  return ranges
    .filter(({ startByte }) => startByte < untilByte)
    .map(({ startByte, endByte }) => ({ startByte, endByte: Math.min(endByte, untilByte) }));
}

/**
 * The requests for these row groups and columns of an object. Pure: the worker makes the same ones.
 *
 * @param columns names as the engine shows them
 */
export function planFetch(footer: ParquetFooter, rowGroups: readonly number[], columns: readonly string[]): FetchPlan {
  const { ranges } = planSparseFile(footer, rowGroups, columns);
  const missing = rangesBefore(ranges, tailStart(footer.sizeBytes));
  return { footer: footerRequests(footer), ranges: missing, pieces: missing.flatMap((range) => [...cutRange(range)]) };
}
