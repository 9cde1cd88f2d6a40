import type { ByteRange } from '../../storage/store.ts';

/** Wider gaps are not read over: a request costs about as much time as these bytes. */
const widestGapBytes = 1 << 20;

/** Most bytes between the wanted ones, for each wanted byte. */
const mostWaste = 0.1;

/**
 * Joins ranges that lie near each other into fewer requests: gaps of at most 1 MiB, the smallest first, while what is
 * read over stays within 10 % of the wanted bytes. Ranges that touch or overlap are always joined.
 *
 * @returns ascending ranges that do not touch
 */
export function coalesceRanges(wanted: readonly ByteRange[]): readonly ByteRange[] {
  const sorted = wanted
    .filter(({ startByte, endByte }) => endByte > startByte)
    .sort((a, b) => a.startByte - b.startByte);
  const islands = sorted.reduce<ByteRange[]>((joined, range) => appendRange(joined, range, 0), []);
  const gaps = islands.slice(1).map((range, index) => range.startByte - (islands[index]?.endByte ?? 0));
  const widest = widestGapWithin(gaps, totalBytes(islands) * mostWaste);
  return closeGaps(islands, gaps, widest);
}

/** Bytes in ranges that do not overlap. */
export function totalBytes(ranges: readonly ByteRange[]): number {
  return ranges.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0);
}

/** Joins `range` to the last one if at most `gapBytes` lie between; `ranges` is changed. */
function appendRange(ranges: ByteRange[], range: ByteRange, gapBytes: number): ByteRange[] {
  const last = ranges.at(-1);
  if (!last || range.startByte - last.endByte > gapBytes) ranges.push(range);
  else ranges[ranges.length - 1] = { startByte: last.startByte, endByte: Math.max(last.endByte, range.endByte) };
  return ranges;
}

/** How many of the smallest gaps fit into the budget, and where they end: gaps up to `bytes`, of those that wide only `count`. */
function widestGapWithin(
  gaps: readonly number[],
  budgetBytes: number,
): { readonly bytes: number; readonly count: number } {
  let [bytes, count, spent] = [0, 0, 0];
  for (const gap of gaps.filter((width) => width <= widestGapBytes).sort((a, b) => a - b)) {
    spent += gap;
    if (spent > budgetBytes) break;
    count = gap === bytes ? count + 1 : 1;
    bytes = gap;
  }
  return { bytes, count };
}

function closeGaps(
  islands: readonly ByteRange[],
  gaps: readonly number[],
  widest: { readonly bytes: number; readonly count: number },
): readonly ByteRange[] {
  let left = widest.count;
  return islands.reduce<ByteRange[]>((joined, range, index) => {
    const gap = gaps[index - 1] ?? Number.POSITIVE_INFINITY;
    const close = gap < widest.bytes || (gap === widest.bytes && left-- > 0);
    return appendRange(joined, range, close ? gap : 0);
  }, []);
}
