import type { VirtualClock } from '../virtual-clock.ts';

/** Turns of the event loop without anything that happens, after which something waits for nothing; some minutes. */
const mostIdleTurns = 50_000_000;

/** Counts what waits for virtual time, so that the clock stands still while only real work is done. */
export class Waits {
  count = 0;

  /** Counts a promise until it settles. */
  async track<T>(wait: Promise<T>): Promise<T> {
    this.count++;
    try {
      return await wait;
    } finally {
      this.count--;
    }
  }
}

/**
 * Lets virtual time pass until `work` is done. Real work (the engine binds plans) takes no virtual time.
 *
 * @param waits what waits for virtual time; the clock goes on only while there is any
 */
export async function runVirtual<T>(clock: VirtualClock, work: Promise<T>, waits: Waits): Promise<T> {
  let isDone = false;
  const done = () => {
    isDone = true;
  };
  work.then(done, done);
  for (let idle = 0; idle < mostIdleTurns; ) {
    await new Promise<void>((resolve) => process.nextTick(resolve));
    if (isDone) return work;
    if (waits.count > 0 && clock.step()) idle = 0;
    else {
      idle++;
      await new Promise<void>((resolve) => setImmediate(resolve));
    }
  }
  throw new Error('The simulated job waits for something that does not come.');
}
