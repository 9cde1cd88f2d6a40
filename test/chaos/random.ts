/** Mulberry32: the same numbers in `[0, 1)` for the same seed. */
export function randomOf(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** Runs of a chaos test: a few in `npm test`, `SHOAL_RUNS` in `npm run test:chaos`. */
export const runs: number = Number(process.env.SHOAL_RUNS ?? 2);

/** The first run's seed; `SHOAL_SEED` as a failure prints it, or `random`. */
export const firstSeed: number =
  process.env.SHOAL_SEED === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(process.env.SHOAL_SEED ?? 1);
