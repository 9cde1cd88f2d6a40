import type { ByteRange, ObjectStore } from '../../src/storage/store.ts';

/** Calls of a store by operation, and the bytes that went through it. */
export interface StoreCounts {
  head: number;
  read: number;
  list: number;
  stage: number;
  commit: number;
  abort: number;
  write: number;
  delete: number;
  bytesRead: number;
  bytesWritten: number;
}

/** A store that counts, and its counts up to now. */
export interface CountingStore {
  readonly store: ObjectStore;
  readonly counts: StoreCounts;
  /** Every read that succeeded, in order; null is all of an object. */
  readonly reads: { readonly uri: string; readonly range: ByteRange | null; readonly bytes: number }[];
  /** Sets all counts back to 0. */
  reset(): void;
}

/** Wraps any store; calls are counted when they are made, bytes when they have come through. */
export function countingStore(inner: ObjectStore): CountingStore {
  const counts = noCounts();
  const reads: CountingStore['reads'] = [];
  const store: ObjectStore = {
    head: (uri, options) => {
      counts.head++;
      return inner.head(uri, options);
    },
    read: async (uri, range = null, options) => {
      counts.read++;
      const bytes = await inner.read(uri, range, options);
      counts.bytesRead += bytes.length;
      reads.push({ uri, range, bytes: bytes.length });
      return bytes;
    },
    list: (prefix, options) => {
      counts.list++;
      return inner.list(prefix, options);
    },
    stagingPath: (uri) => inner.stagingPath(uri),
    stage: async (uri, content, options) => {
      counts.stage++;
      const staged = await inner.stage(uri, content, options);
      counts.bytesWritten += staged.sizeBytes;
      return staged;
    },
    commit: (staged, mode) => {
      counts.commit++;
      return inner.commit(staged, mode);
    },
    canCommit: (staged) => inner.canCommit(staged),
    abort: (staged) => {
      counts.abort++;
      return inner.abort(staged);
    },
    listStaged: (prefix) => inner.listStaged(prefix),
    write: async (uri, content, mode, options) => {
      counts.write++;
      const info = await inner.write(uri, content, mode, options);
      counts.bytesWritten += info.sizeBytes;
      return info;
    },
    delete: (uri, options) => {
      counts.delete++;
      return inner.delete(uri, options);
    },
  };
  const reset = () => {
    Object.assign(counts, noCounts());
    reads.splice(0);
  };
  return { store, counts, reads, reset };
}

function noCounts(): StoreCounts {
  return {
    head: 0,
    read: 0,
    list: 0,
    stage: 0,
    commit: 0,
    abort: 0,
    write: 0,
    delete: 0,
    bytesRead: 0,
    bytesWritten: 0,
  };
}
