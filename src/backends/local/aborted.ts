import { AbortError } from '../../errors.ts';
import { taskIdOf } from './task-id.ts';

/** A task that came too late. */
export function closedError(): AbortError {
  return new AbortError('CLOSED', 'The backend is closed: it was given a task after close().');
}

/** A task that `close()` ended or kept from starting. */
export function closedMeanwhile(): AbortError {
  return new AbortError('CLOSED', 'The backend was closed before the task was done.');
}

/** A task whose signal was earlier than its start. */
export function neverStarted(signal: AbortSignal): AbortError {
  return new AbortError('ABORTED', 'The task was aborted before it started.', { cause: signal.reason });
}

/** A task that its signal ended: whatever else it failed with came of that. */
export function abortedTask(task: string, signal: AbortSignal): AbortError {
  return new AbortError('ABORTED', `Task ${taskIdOf(task)} was aborted.`, { cause: signal.reason });
}

/** A task that its signal ended, and its worker process with it. */
export function abortedByKill(task: string, signal: AbortSignal): AbortError {
  const message = `Task ${taskIdOf(task)} was aborted; its worker process did not stop in time and was killed.`;
  return new AbortError('ABORTED', message, { cause: signal.reason });
}
