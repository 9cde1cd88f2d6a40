import { createHash } from 'node:crypto';
import { encodeTask } from '../plan/serde.ts';
import type { Task, TaskOutput } from '../plan/task.ts';

/**
 * A name for what a task does: tasks of different runs that have the same one read the same versions of the same objects and
 * make the same rows of them. Attempts, and where the task's own output goes, are no part of it.
 *
 * @returns 64 hexadecimal digits
 */
export function taskKey(task: Task): string {
  const text = encodeTask({ ...task, attempt: 0, cancelMarker: null, output: withoutPlace(task.output) });
  return createHash('sha256').update(text).digest('hex');
}

function withoutPlace(output: TaskOutput): TaskOutput {
  switch (output.kind) {
    case 'exchange':
    case 'relay':
      return { ...output, prefix: '' };
    case 'result':
    case 'inspect':
    case 'sink':
      return output;
  }
}
