import type { ObjectStore } from '../../src/storage/store.ts';

/** What a process that was killed says no more. */
export class Crash extends Error {}

/** Whether the call that kills takes effect first. */
export type CrashMoment = 'before' | 'after';

/**
 * A store as a process sees it that is killed in its k-th call, counted from 1: before the call has had any effect, or after it;
 * nothing comes of any later call.
 */
export function crashingStore(inner: ObjectStore, k: number, moment: CrashMoment): ObjectStore & { calls(): number } {
  let calls = 0;
  const call = async <T>(run: () => Promise<T>): Promise<T> => {
    const number = ++calls;
    if (number > k || (number === k && moment === 'before')) throw new Crash(`killed in call ${k}`);
    const result = await run();
    // Others that were under way at the moment of death may have come through, and nobody hears of it.
    if (number === k || calls > k) throw new Crash(`killed in call ${k}`);
    return result;
  };
  async function* listing<T>(run: () => AsyncIterable<T>): AsyncIterable<T> {
    const all: T[] = [];
    await call(async () => {
      for await (const item of run()) all.push(item);
    });
    yield* all;
  }
  return {
    calls: () => calls,
    head: (uri, options) => call(() => inner.head(uri, options)),
    read: (uri, range, options) => call(() => inner.read(uri, range, options)),
    list: (prefix, options) => listing(() => inner.list(prefix, options)),
    stagingPath: (uri) => inner.stagingPath(uri),
    stage: (uri, content, options) => call(() => inner.stage(uri, content, options)),
    commit: (staged, mode) => call(() => inner.commit(staged, mode)),
    canCommit: (staged) => call(() => inner.canCommit(staged)),
    abort: (staged) => call(() => inner.abort(staged)),
    listStaged: (prefix) => listing(() => inner.listStaged(prefix)),
    write: (uri, content, mode, options) => call(() => inner.write(uri, content, mode, options)),
    delete: (uri) => call(() => inner.delete(uri)),
  };
}
