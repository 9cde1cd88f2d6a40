import { decodeTask } from '../../src/plan/serde.ts';
import { taskKey } from '../../src/scheduler/task-key.ts';
import type { Drive } from './driver.ts';
import { TaskBook } from './task-book.ts';
import type { World } from './world.ts';

/**
 * Tasks that ran again although drivers before had finished them, and a journal knows it. The last of these may have begun to
 * remove the journal.
 */
export function checkRepeated(
  driver: Drive,
  before: readonly Drive[],
  { engineVersion, store }: World,
): readonly string[] {
  // A run before that is about to die may write its lease at the very moment: then nothing is resumed.
  if (!driver.hasJournal || before.some(({ actor }) => store.deleters.has(actor.name))) return [];
  const keyOf = (text: string): string | null => {
    const task = decodeTask(text, engineVersion);
    return 'body' in task ? null : taskKey(task);
  };
  const known = new Set(before.flatMap((drive) => finishedKeys(drive, keyOf)));
  if (known.size === 0) return [];
  const again = driver.backend.book.texts.filter((text) => known.has(keyOf(text) ?? ''));
  return again.length > 0 ? [`Tasks ran again that were done: ${again.map(TaskBook.idOf).join(', ')}.`] : [];
}

/** Of a part that was guessed wrong there are two tasks of one name, of which only one may have finished. */
function finishedKeys(
  { backend, events, hasJournal }: Drive,
  keyOf: (text: string) => string | null,
): readonly string[] {
  if (!hasJournal) return [];
  const finished = new Set(events.flatMap((event) => (event.kind === 'task-finished' ? [event.task] : [])));
  const keys = new Map<string, Set<string>>();
  for (const text of backend.book.texts) {
    const [id, key] = [TaskBook.idOf(text), keyOf(text)];
    if (finished.has(id) && key) keys.set(id, (keys.get(id) ?? new Set()).add(key));
  }
  return [...keys.values()].flatMap((own) => (own.size === 1 ? [...own] : []));
}
