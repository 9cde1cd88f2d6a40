/** A measured value with its 95 % interval. */
export interface Estimate {
  readonly value: number;
  readonly low: number;
  readonly high: number;
}

/** Resamples per interval: the ends then move by less than the last printed digit from seed to seed. */
const RESAMPLES = 4_000;

/** Returns the middle value, or the mean of the two in the middle. @throws {RangeError} of an empty list */
export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const upper = sorted[sorted.length >> 1];
  const lower = sorted[(sorted.length - 1) >> 1];
  if (upper === undefined || lower === undefined) throw new RangeError('The median of nothing');
  return (lower + upper) / 2;
}

/** Returns the median with its bootstrap interval. */
export function medianEstimate(values: readonly number[]): Estimate {
  return bootstrap([values], ([only]) => median(only ?? []));
}

/** Returns the geometric mean of the lists' medians; the interval comes from resampling within each list. */
export function geometricMeanEstimate(lists: readonly (readonly number[])[]): Estimate {
  return bootstrap(lists, (samples) => geometricMean(samples.map(median)));
}

function geometricMean(values: readonly number[]): number {
  return Math.exp(values.reduce((sum, value) => sum + Math.log(value), 0) / values.length);
}

/**
 * The percentile bootstrap: the statistic of many resamples, drawn with replacement, between the 2.5 % and 97.5 % ranks.
 * The seed is fixed, so that the same times give the same interval.
 */
function bootstrap(
  lists: readonly (readonly number[])[],
  statistic: (lists: readonly (readonly number[])[]) => number,
): Estimate {
  const next = randomSequence(20_240_601);
  const resampled = Array.from({ length: RESAMPLES }, () =>
    // An index below the length is always there.
    statistic(lists.map((list) => list.map(() => list[Math.floor(next() * list.length)] as number))),
  ).sort((a, b) => a - b);
  const rank = (share: number) => resampled[Math.round(share * (RESAMPLES - 1))] as number;
  return { value: statistic(lists), low: rank(0.025), high: rank(0.975) };
}

/** Mulberry32: equally distributed numbers in `[0, 1)`. */
function randomSequence(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
