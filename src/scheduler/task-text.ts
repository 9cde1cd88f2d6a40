import { BackendError } from '../errors.ts';
import { encodeReferringTask, encodeTask, encodeTaskBody } from '../plan/serde.ts';
import type { Task } from '../plan/task.ts';
import { checksumOf } from '../storage/checksum.ts';
import type { ObjectInfo } from '../storage/store.ts';

/** Takes what tasks are about that are too long to be sent. */
export interface TaskBodies {
  /** Writes an object of the job. @param name below the job's own folder */
  write(name: string, bytes: Uint8Array): Promise<ObjectInfo>;
}

/**
 * A task as a backend takes it: JSON text of at most so many bytes. What a longer one is about is written to an object, and the
 * text names that; nothing longer is sent.
 *
 * @param maxTaskBytes of the backend
 * @throws {BackendError} PAYLOAD_TOO_LARGE for a task that is too long even so; what the store throws
 */
export async function taskText(task: Task, maxTaskBytes: number, bodies: TaskBodies): Promise<string> {
  const text = encodeTask(task);
  // A character is three bytes at most.
  if (text.length * 3 <= maxTaskBytes || Buffer.byteLength(text) <= maxTaskBytes) return text;
  const bytes = Buffer.from(encodeTaskBody(task));
  // Of this attempt alone: one that still runs may be about to read its own.
  const { uri, version, sizeBytes } = await bodies.write(`tasks/${task.id}-${task.attempt}`, bytes);
  const short = encodeReferringTask(task, { uri, version, sizeBytes, checksum: checksumOf(bytes) });
  const length = Buffer.byteLength(short);
  if (length <= maxTaskBytes) return short;
  throw new BackendError(
    'PAYLOAD_TOO_LARGE',
    `Task ${task.id} is ${length} bytes without its plan, and the backend takes ${maxTaskBytes}; give it a larger limit.`,
    { details: { task: task.id, bytes: length, maxTaskBytes } },
  );
}
