import { formatBytes, formatCount, formatMs } from '../../plan/format-size.ts';

/** What a place where tasks run costs in time; the part of a backend's profile that the choice goes by. */
export interface PlaceProfile {
  readonly name: string;
  /** Tasks that run at once. */
  readonly slots: number;
  /** Before the first task of a query, milliseconds. */
  readonly startMs: number;
  /** Before each further one, milliseconds. */
  readonly invokeMs: number;
  /** Bytes that one task reads and works on a second. */
  readonly bytesPerSecond: number;
}

/** What a plan has to do. */
export interface Work {
  /** Bytes that scans read. */
  readonly scanBytes: number;
  /** Of the largest split. */
  readonly largestSplitBytes: number;
  readonly splits: number;
  /** About what crosses between stages. */
  readonly exchangedBytes: number;
  readonly stages: number;
}

/** The two ways to run a query, and which one is taken. */
export interface Cost {
  readonly singleMs: number;
  readonly spreadMs: number;
  readonly chosen: 'single' | 'spread';
  /** Why, for `explain({ cost: true })`. */
  readonly reason: string;
}

/** Rows that cross are written, read and parted: three times the work of reading them once (engine measurements: 17 % for either codec, as much for parting). */
const exchangeFactor = 3;

/**
 * Compares one task on the driver with many on a backend, by the time that each takes. Pure.
 *
 * One task: start + bytes / rate. Many: start + a start of every wave in each stage + max(bytes / (slots · rate), largest
 * split / rate) + what crosses, three times over, at the rate of all slots.
 *
 * @param forced a wish of the user that goes before the comparison
 */
export function chooseSpread(work: Work, driver: PlaceProfile, backend: PlaceProfile, forced: boolean): Cost {
  const singleMs = driver.startMs + (work.scanBytes / driver.bytesPerSecond) * 1000;
  const waves = Math.ceil(work.splits / backend.slots);
  const rate = backend.slots * backend.bytesPerSecond;
  const scanMs = Math.max(work.scanBytes / rate, work.largestSplitBytes / backend.bytesPerSecond) * 1000;
  const exchangeMs = ((work.exchangedBytes * exchangeFactor) / rate) * 1000;
  const spreadMs = backend.startMs + (waves + work.stages - 1) * backend.invokeMs + scanMs + exchangeMs;
  const chosen = forced || spreadMs < singleMs ? 'spread' : 'single';
  const reason = forced
    ? 'asked for by planner options'
    : chosen === 'spread'
      ? 'many tasks finish first'
      : 'one task finishes first';
  return { singleMs, spreadMs, chosen, reason };
}

/** The comparison as text. */
export function explainCost(cost: Cost, work: Work, driver: PlaceProfile, backend: PlaceProfile): string {
  return [
    `Cost: ${cost.chosen === 'single' ? 'one task' : 'many tasks'}, ${cost.reason}`,
    `  one task in ${driver.name}: ${formatMs(cost.singleMs)}, ${formatBytes(work.scanBytes)} to read`,
    `  ${formatCount(work.splits, 'split')} in ${backend.name}, ${formatCount(backend.slots, 'slot')}: ${formatMs(cost.spreadMs)}, about ${formatBytes(Math.round(work.exchangedBytes))} between ${formatCount(work.stages, 'stage')}`,
  ].join('\n');
}
