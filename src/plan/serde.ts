import { BackendError, InternalError } from '../errors.ts';
import { type Task, taskVersion } from './task.ts';

/** Largest task as JSON, bytes: what an asynchronous invocation of a function service takes. Larger inputs go by reference. */
export const maxTaskBytes = 256 * 1024;

/** The task as JSON text. */
export function encodeTask(task: Task): string {
  return JSON.stringify(task);
}

/**
 * Reads a task's JSON text.
 *
 * @throws {BackendError} WORKER_LOST when driver and worker are of different versions; {InternalError} for text that is no task
 */
export function decodeTask(text: string, engineVersion: string): Task {
  const task: unknown = JSON.parse(text);
  if (typeof task !== 'object' || task === null || !('version' in task) || !('plan' in task) || !('output' in task)) {
    throw new InternalError(`A worker received ${text.slice(0, 80)}…, which is no task.`);
  }
  const { version, engineVersion: planned } = task as Task;
  if (version !== taskVersion || planned !== engineVersion) {
    throw new BackendError(
      'WORKER_LOST',
      `The worker runs task version ${taskVersion} on DuckDB ${engineVersion}; the driver sent version ${version} for DuckDB ${planned}. Deploy the same shoal on both.`,
    );
  }
  return task as Task;
}
