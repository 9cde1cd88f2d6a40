import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** One thing to time; what it returns is dropped. */
export type Work = () => Promise<unknown>;

/** Times of two contestants, measured in turn: `firstMs[i]` and `secondMs[i]` are neighbours in time. */
export interface PairedTimes {
  readonly firstMs: readonly number[];
  readonly secondMs: readonly number[];
  /** `firstMs[i] / secondMs[i]`. */
  readonly ratios: readonly number[];
}

/** Rounds that are run and not counted: files enter the page cache, code gets compiled. */
const WARM_UPS = 2;

/**
 * Times two pieces of work as interleaved pairs in this process: A B A B …, and B A B A … from the middle on.
 *
 * A pair shares the machine's mood of its moment (clock, caches, neighbours), which therefore cancels in its ratio.
 * Every run follows one of the other contestant: repeating itself, a contestant finds its own caches warm, which showed
 * as two separate heaps of ratios when the order changed from pair to pair.
 */
export async function timePairs(first: Work, second: Work, pairs: number): Promise<PairedTimes> {
  const firstMs: number[] = [];
  const secondMs: number[] = [];
  for (let round = 0; round < WARM_UPS; round++) {
    await first();
    await second();
  }
  const half = Math.ceil(pairs / 2);
  for (let pair = 0; pair < half; pair++) {
    firstMs.push(await time(first));
    secondMs.push(await time(second));
  }
  // Not counted: the next run would follow its own kind.
  await first();
  for (let pair = half; pair < pairs; pair++) {
    secondMs.push(await time(second));
    firstMs.push(await time(first));
  }
  return { firstMs, secondMs, ratios: firstMs.map((ms, i) => ms / (secondMs[i] as number)) };
}

async function time(work: Work): Promise<number> {
  collectGarbage();
  const start = performance.now();
  await work();
  return performance.now() - start;
}

/** Frees what the run before left behind, so that nobody pays for another's garbage. */
const collectGarbage: () => void = (() => {
  // The flag can be set late: contexts made after it have the function.
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
})();
