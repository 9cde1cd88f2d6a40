import { BackendError, ShoalError } from '../errors.ts';

/**
 * What an attempt's failure means for the next one: `throttled`, it came when there were too many; `lost`, it may go well
 * elsewhere or later; `memory`, it needs less to do or more room; `final`, it will fail again however often it is tried.
 */
export type FailureKind = 'throttled' | 'lost' | 'memory' | 'final';

/** Statuses of HTTP for "too many requests": function services say 429, object stores 503. */
const tooMany: readonly unknown[] = [429, 503];

/** Judges an attempt's failure by its class and code. Pure. */
export function classify(error: unknown): FailureKind {
  if (!(error instanceof ShoalError)) return 'final';
  if (error.code === 'OUT_OF_MEMORY') return 'memory';
  if (error.code === 'THROTTLED' || (error.retryable && tooMany.includes(error.details.status))) return 'throttled';
  return error.retryable ? 'lost' : 'final';
}

/** Whether a lost worker was killed as the system kills the process that holds most when memory runs out. */
export function wasKilled(error: unknown): boolean {
  return error instanceof BackendError && error.code === 'WORKER_LOST' && error.details.signal === 'SIGKILL';
}

/** Whether an attempt failed because nothing was heard of its worker any more, which says nothing of what that does. */
export function mayRunOn(error: unknown): boolean {
  return error instanceof BackendError && (error.code === 'WORKER_LOST' || error.code === 'TIMED_OUT');
}
