import type { PairedTimes } from './pairs.ts';
import { type Estimate, median, medianEstimate } from './statistics.ts';

/** What an issue asked of a figure. */
export interface Goal {
  readonly bound: 'at most' | 'at least';
  readonly value: number;
}

/** One line of the report. */
export interface Figure {
  /** What was measured: `q1: shoal ÷ DuckDB`. */
  readonly what: string;
  /** A ratio of times, megabytes of memory, or how many a second. */
  readonly unit: 'ratio' | 'MB' | '/s';
  readonly estimate: Estimate;
  readonly goal?: Goal;
  /** Median time of shoal, in milliseconds. */
  readonly shoalMs?: number;
  /** Median time of whoever it was compared with. */
  readonly otherMs?: number;
}

/** How a figure stands to its goal; `noise` when the value misses it and the interval's favourable end does not. */
export type Verdict = 'met' | 'noise' | 'missed';

/** The figure of pairs timed as shoal first, the other second: how long shoal takes, in units of the other's time. */
export function timeRatio(what: string, other: string, times: PairedTimes, goal?: Goal): Figure {
  return {
    what: `${what}: shoal ÷ ${other}`,
    unit: 'ratio',
    estimate: medianEstimate(times.ratios),
    shoalMs: median(times.firstMs),
    otherMs: median(times.secondMs),
    ...(goal ? { goal } : {}),
  };
}

/** The same pairs the other way round: how many times faster shoal is. */
export function speedUp(what: string, other: string, times: PairedTimes, goal?: Goal): Figure {
  return {
    ...timeRatio(what, other, times, goal),
    what: `${what}: ${other} ÷ shoal`,
    estimate: medianEstimate(times.ratios.map((ratio) => 1 / ratio)),
  };
}

/** Judges an estimate by its goal. */
export function judge({ value, low, high }: Estimate, goal: Goal): Verdict {
  const atMost = goal.bound === 'at most';
  if (atMost ? value <= goal.value : value >= goal.value) return 'met';
  return (atMost ? low <= goal.value : high >= goal.value) ? 'noise' : 'missed';
}
