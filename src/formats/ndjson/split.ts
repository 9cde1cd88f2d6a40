import type { ByteRange } from '../../storage/store.ts';
import { createLineScanner } from '../record-scanner.ts';
import type { SplitRequest } from '../split-part.ts';

/** How `cutPart` cuts a part of an NDJSON or text file: nothing needs to be guessed. */
export function lineSplit(part: ByteRange, sizeBytes: number, exactStart: number | null): SplitRequest {
  return {
    part,
    sizeBytes,
    exactStart,
    scanner: createLineScanner,
    guessInQuotes: () => false,
    longestRecordBytes: Number.POSITIVE_INFINITY,
  };
}
