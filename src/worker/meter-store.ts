import type { Transfer } from '../plan/transfer.ts';
import type { ObjectStore } from '../storage/store.ts';

/** A store that knows what went through it. */
export interface MeteredStore extends ObjectStore {
  /** Reads up to now, hedged and failed ones too, and the bytes that came. */
  readonly fetched: Transfer;
  /** Objects that were written or staged up to now, and the bytes that arrived. */
  readonly written: Transfer;
}

/** The store with a meter of its own: one for each task, so that tasks of one process are told apart. */
export function meterStore(store: ObjectStore): MeteredStore {
  const fetched = { requests: 0, bytes: 0 };
  const written = { requests: 0, bytes: 0 };
  return {
    fetched,
    written,
    head: (uri, options) => store.head(uri, options),
    read: async (uri, range, options) => {
      fetched.requests++;
      const bytes = await store.read(uri, range, options);
      fetched.bytes += bytes.length;
      return bytes;
    },
    list: (prefix, options) => store.list(prefix, options),
    stagingPath: (uri) => store.stagingPath(uri),
    stage: async (uri, content, options) => {
      written.requests++;
      const staged = await store.stage(uri, content, options);
      written.bytes += staged.sizeBytes;
      return staged;
    },
    commit: (staged, mode) => store.commit(staged, mode),
    canCommit: (staged) => store.canCommit(staged),
    abort: (staged) => store.abort(staged),
    listStaged: (prefix) => store.listStaged(prefix),
    write: async (uri, content, mode, options) => {
      written.requests++;
      const info = await store.write(uri, content, mode, options);
      written.bytes += info.sizeBytes;
      return info;
    },
    delete: (uri) => store.delete(uri),
  };
}
