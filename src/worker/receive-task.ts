import { StorageError } from '../errors.ts';
import { decodeTask, decodeTaskBody } from '../plan/serde.ts';
import type { Task } from '../plan/task.ts';
import { checksumOf, formatChecksum } from '../storage/checksum.ts';
import type { ObjectStore } from '../storage/store.ts';

/**
 * Reads a task's JSON text, and the object where the rest of it lies if it was too long to be sent along.
 *
 * @throws {BackendError} WORKER_LOST when driver and worker are of different versions; {InternalError} for text that is no task
 * @throws {StorageError} STORAGE_FAILED, retryable, for an object that is not as it was written; what the store throws
 */
export async function receiveTask(
  text: string,
  engineVersion: string,
  store: Pick<ObjectStore, 'read'>,
  signal: AbortSignal,
): Promise<Task> {
  const task = decodeTask(text, engineVersion);
  if (!('body' in task)) return task;
  const { uri, version, sizeBytes, checksum } = task.body;
  const bytes = await store.read(uri, { startByte: 0, endByte: sizeBytes }, { version, signal });
  const actual = checksumOf(bytes);
  if (actual === checksum) return decodeTaskBody(task, Buffer.from(bytes).toString('utf8'));
  throw new StorageError(
    'STORAGE_FAILED',
    `${uri}, which holds what task ${task.id} is about, is not as it was written: expected checksum ${formatChecksum(checksum)}, got ${formatChecksum(actual)}.`,
    { retryable: true, details: { uri, expected: formatChecksum(checksum), actual: formatChecksum(actual) } },
  );
}
