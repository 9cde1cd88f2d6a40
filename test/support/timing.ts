import type { Timing } from '../../src/storage/s3/retry.ts';

/** Sleeps no time at all, notes how long it should have been, and always draws the same number. */
export function inventedTiming(random: number): Timing & { readonly slept: number[] } {
  const slept: number[] = [];
  return {
    slept,
    random: () => random,
    sleep: async (ms, signal) => {
      signal?.throwIfAborted();
      slept.push(ms);
    },
  };
}
