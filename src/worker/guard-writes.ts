import { AbortError, ShoalError } from '../errors.ts';
import type { ObjectStore } from '../storage/store.ts';

/**
 * The store of a task that nobody can stop: nothing is written once the object `marker` is there, which says that the job is
 * over and its files are removed.
 *
 * @param marker see `Task.cancelMarker`; without one the store is as it was
 */
export function guardWrites(store: ObjectStore, marker: string | null): ObjectStore {
  if (marker === null) return store;
  return {
    ...store,
    stage: async (uri, content, options) => {
      await refuseWhenOver(store, marker, options?.signal);
      return store.stage(uri, content, options);
    },
    write: async (uri, content, mode, options) => {
      await refuseWhenOver(store, marker, options?.signal);
      return store.write(uri, content, mode, options);
    },
  };
}

async function refuseWhenOver(store: ObjectStore, marker: string, signal: AbortSignal | undefined): Promise<void> {
  try {
    await store.head(marker, signal ? { signal } : {});
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'NOT_FOUND') return;
    throw error;
  }
  throw new AbortError('ABORTED', `The job of this task is over: ${marker} is there. Nothing was written.`);
}
