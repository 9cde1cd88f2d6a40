import { setTimeout } from 'node:timers/promises';

/** Time and chance, passed in so that tests and the simulator can make up their own. */
export interface Timing {
  /** Resolves after so many milliseconds; rejects when the signal is aborted. */
  sleep(ms: number, signal?: AbortSignal): Promise<void>;
  /** Uniform in [0, 1). */
  random(): number;
}

/** The machine's own clock and randomness. */
export const realTiming: Timing = {
  sleep: (ms, signal) => setTimeout(ms, undefined, signal ? { signal } : {}),
  random: Math.random,
};

/**
 * What a failure means for another try: `final` none, `again` as often as allowed, `unreachable` a few times only (nobody
 * answers at that address, which is more often a mistake in it than an accident).
 */
export type Verdict = 'final' | 'again' | 'unreachable';

/** A failure that is not tried again, with how often it was tried. */
export class GaveUp extends Error {
  readonly error: unknown;
  readonly attempts: number;

  constructor(error: unknown, attempts: number) {
    super('gave up');
    this.error = error;
    this.attempts = attempts;
  }
}

const baseMs = 100;
const capMs = 5_000;
const unreachableAttempts = 4;

/**
 * Runs `once` until it succeeds. Between tries it waits a random part of 100, 200, 400 … 5,000 ms ("full jitter", which keeps
 * many workers that failed together from coming back together).
 *
 * @throws {GaveUp} the last failure
 */
export async function withRetry<T>(
  once: () => Promise<T>,
  judge: (error: unknown) => Verdict,
  options: { readonly attempts: number; readonly timing: Timing; readonly signal?: AbortSignal | undefined },
): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    options.signal?.throwIfAborted();
    try {
      return await once();
    } catch (error) {
      options.signal?.throwIfAborted();
      const allowed = {
        final: 1,
        again: options.attempts,
        unreachable: Math.min(unreachableAttempts, options.attempts),
      };
      if (attempt >= allowed[judge(error)]) throw new GaveUp(error, attempt);
      await pause(options.timing.random() * Math.min(capMs, baseMs * 2 ** (attempt - 1)), options);
    }
  }
}

async function pause(
  ms: number,
  options: { readonly timing: Timing; readonly signal?: AbortSignal | undefined },
): Promise<void> {
  try {
    await options.timing.sleep(ms, options.signal);
  } catch (error) {
    // The reason that the caller gave says more than the timer's own error.
    options.signal?.throwIfAborted();
    throw error;
  }
}
