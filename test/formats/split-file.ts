import type { Piece } from '../../src/formats/piece-queue.ts';
import { type CutPart, cutPart, type SplitRequest } from '../../src/formats/split-part.ts';
import { verifySpans } from '../../src/plan/part-span.ts';
import type { ByteRange } from '../../src/storage/store.ts';

/** A file cut at these offsets as a job does it: every part by itself, then those again whose guess was wrong. */
export interface CutFile {
  /** Bytes of each part's records. */
  readonly slices: readonly Buffer[];
  readonly cuts: readonly CutPart[];
  /** Parts that had to be cut again. */
  readonly reruns: number;
  /** Bytes that the parts read, reruns left out. */
  readonly bytesRead: number;
}

/** @param request for a part, its first record at `exactStart` if that is known */
export async function cutFile(
  bytes: Buffer,
  offsets: readonly number[],
  request: (part: ByteRange, exactStart: number | null) => SplitRequest,
  pieceBytes = 7,
): Promise<CutFile> {
  const bounds = [0, ...offsets, bytes.length];
  const parts = bounds.slice(1).map((endByte, index) => ({ startByte: bounds[index] ?? 0, endByte }));
  const cut = (part: ByteRange, exactStart: number | null) => cutOne(bytes, request(part, exactStart), pieceBytes);
  const done = await Promise.all(parts.map((part) => cut(part, null)));
  const bytesRead = done.reduce((sum, each) => sum + each.bytesRead, 0);
  for (let reruns = 0; ; reruns++) {
    const spans = done.map(({ result: { firstRecordByte, endByte } }, index) => ({
      scan: 0,
      uri: 'file:///a.csv',
      startByte: parts[index]?.startByte ?? 0,
      endByte: parts[index]?.endByte ?? 0,
      firstRecordByte,
      recordsEndByte: endByte,
      endState: 'record' as const,
      newline: '' as const,
      guessed: true,
    }));
    const verdicts = verifySpans(spans);
    const wrong = verdicts.findIndex((verdict) => verdict.kind === 'rerun');
    const [verdict, part] = [verdicts[wrong], parts[wrong]];
    if (verdict?.kind !== 'rerun' || !part)
      return { slices: done.map(({ slice }) => slice), cuts: done.map(({ result }) => result), reruns, bytesRead };
    done[wrong] = await cut(part, verdict.exactStart);
  }
}

async function cutOne(bytes: Buffer, request: SplitRequest, pieceBytes: number) {
  let bytesRead = 0;
  async function* read({ startByte, endByte }: ByteRange): AsyncIterable<Piece> {
    for (let start = startByte; start < endByte; start += pieceBytes) {
      const piece = bytes.subarray(start, Math.min(start + pieceBytes, endByte));
      bytesRead += piece.length;
      yield { startByte: start, bytes: piece };
    }
  }
  const taken: Uint8Array[] = [];
  const result = await cutPart(request, read, async (part) => void taken.push(Buffer.from(part)));
  return { result, slice: Buffer.concat(taken), bytesRead };
}
