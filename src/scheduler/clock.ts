/** Time as the scheduler sees it; passed in, so that the simulator can make its own. */
export interface Clock {
  /** Milliseconds since some moment; never goes back. */
  now(): number;
  /** Calls `run` after so many milliseconds, unless the function that it returns is called before. */
  after(delayMs: number, run: () => void): () => void;
}

/** This machine's own time. */
export const systemClock: Clock = {
  now: () => performance.now(),
  after(delayMs, run) {
    const timer = setTimeout(run, delayMs);
    return () => clearTimeout(timer);
  },
};
