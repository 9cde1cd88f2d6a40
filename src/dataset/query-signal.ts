import { AbortError, PlanError } from '../errors.ts';
import { interruptible } from './interrupts.ts';

/** What may end an action. */
export interface Ending {
  /** The caller's. */
  readonly signal?: AbortSignal;
  /** After so many milliseconds. */
  readonly timeoutMs?: number;
}

/**
 * Runs an action that the caller's signal, its time-out, the session's end (`closed`) and Ctrl-C end.
 *
 * @throws {PlanError} INVALID_ARGUMENT for a time-out that is none
 * @throws {AbortError} ABORTED when one of them does
 */
export function underSignal<T>(
  closed: AbortSignal,
  ending: Ending,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = deadlineOf(closed, ending);
  return interruptible((interrupt) => {
    const signal = AbortSignal.any([deadline, interrupt]);
    return explainAbort(signal, () => action(signal));
  });
}

function deadlineOf(closed: AbortSignal, { signal, timeoutMs }: Ending): AbortSignal {
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new PlanError(
      'INVALID_ARGUMENT',
      `timeoutMs is a number of milliseconds above 0; it was given ${timeoutMs}.`,
    );
  }
  return AbortSignal.any([
    closed,
    ...(signal ? [signal] : []),
    ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]),
  ]);
}

/** Runs `action` under `signal`; its end by the signal is an AbortError that says who ended it. */
async function explainAbort<T>(signal: AbortSignal, action: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw abortError(signal);
  try {
    return await action();
  } catch (error) {
    throw signal.aborted ? abortError(signal) : error;
  }
}

function abortError(signal: AbortSignal): AbortError {
  const { reason } = signal;
  if (reason instanceof AbortError) return reason;
  const timedOut = reason instanceof DOMException && reason.name === 'TimeoutError';
  return new AbortError(
    'ABORTED',
    timedOut ? 'The query did not finish within its timeoutMs.' : 'The query was aborted by its signal.',
    { cause: reason },
  );
}
