import { splitTargetBytes } from '../../formats/parquet/split-row-groups.ts';
import type { PlaceProfile } from './cost.ts';

/** A split takes so many times as long to read as a task to be invoked: below that, more tasks are no gain. */
const leastInvocations = 10;

/**
 * About how many bytes each split of a scan should have: `splitBytes`, or fewer where that keeps every slot of the backend
 * busy to the end. Nine splits for two slots leave one of them idle while the ninth runs; ten smaller ones don't. Pure.
 *
 * @param scanBytes of the whole scan
 * @param splitBytes wanted bytes of a split
 */
export function splitTarget(
  scanBytes: number,
  splitBytes: number,
  { slots, invokeMs, bytesPerSecond }: PlaceProfile,
): number {
  const wanted = Math.max(1, Math.round(scanBytes / splitBytes));
  const even = Math.ceil(wanted / slots) * slots;
  const leastBytes = ((bytesPerSecond * invokeMs) / 1000) * leastInvocations;
  const count = Math.max(wanted, Math.min(even, Math.floor(scanBytes / leastBytes)));
  return Math.max(1, Math.ceil(scanBytes / count));
}

/** What is not fetched takes no memory and no disk; and each split costs another look at the footer, and a filter of its rows. */
const inPlaceFactor = 4;

/** Wanted bytes of a split of files that are read where they lie: more than of fetched ones, unless fewer were asked for. */
export function inPlaceBytes(splitBytes: number): number {
  return splitBytes < splitTargetBytes ? splitBytes : splitBytes * inPlaceFactor;
}
