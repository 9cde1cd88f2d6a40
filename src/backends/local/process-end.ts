import { BackendError } from '../../errors.ts';
import { taskIdOf } from './task-id.ts';

/** How a child process ended: an exit code or a signal, or what kept it from starting. */
export interface ProcessEnd {
  readonly pid: number | undefined;
  readonly exitCode: number | null;
  readonly signal: NodeJS.Signals | null;
  readonly cause: Error | null;
}

/**
 * The error of a worker process that ended by itself: of `task` alone, or of the start when that is null. It may be tried
 * again: another process takes its place.
 *
 * @param task the task's JSON text
 * @param stderr the end of what the process said
 */
export function workerLost(end: ProcessEnd, task: string | null, stderr: string): BackendError {
  const taskId = task === null ? null : taskIdOf(task);
  const { pid = null, exitCode, signal, cause } = end;
  const details = { pid, exitCode, signal, task: taskId, stderr };
  if (cause) {
    const message = `A worker process could not be started: ${cause.message}.`;
    return new BackendError('WORKER_LOST', message, { retryable: true, details, cause });
  }
  const what = signal ? `was ended by ${signal}` : `exited with code ${exitCode}`;
  const when = taskId === null ? 'before it was ready' : `while it ran task ${taskId}`;
  return new BackendError('WORKER_LOST', `Worker process ${pid} ${what} ${when}.${hint(end)}`, {
    retryable: true,
    details,
  });
}

/** The error of a worker process that was killed because it said nothing for `silenceMs` while it ran `task`. */
export function workerSilent(pid: number | undefined, task: string | null, silenceMs: number): BackendError {
  const taskId = task === null ? null : taskIdOf(task);
  return new BackendError(
    'WORKER_LOST',
    `Worker process ${pid} said nothing for ${silenceMs / 1000} s while it ran task ${taskId}, and was killed. It was stopped, or the machine is out of memory.`,
    { retryable: true, details: { pid: pid ?? null, task: taskId, silenceMs } },
  );
}

/** Linux kills the process that holds most when memory runs out, by SIGKILL and without a word to its parent. */
function hint({ signal }: ProcessEnd): string {
  return signal === 'SIGKILL'
    ? ' If nobody killed it, the machine ran out of memory: connect() with fewer workers or a lower workerMemoryLimit.'
    : '';
}
