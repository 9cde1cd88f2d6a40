import { createFileStore } from './file-store.ts';
import type { S3Options } from './s3/options.ts';
import type { ListOptions, ObjectInfo, ObjectStore, StagedLeftover } from './store.ts';
import { parseUri } from './uri.ts';

/** How the stores are reached, by kind; plain JSON, so that tasks can carry it to workers. */
export interface StoreOptions {
  readonly s3?: S3Options;
}

/** A store that hands every call to the store of the uri's scheme; that of S3 is loaded by the first `s3:` uri. */
export function createStore(options: StoreOptions = {}): ObjectStore {
  const files = createFileStore();
  let s3: Promise<ObjectStore> | undefined;
  const openS3 = async () => (await import('./s3/s3-store.ts')).openS3Store(options.s3);
  const storeOf = async (uri: string): Promise<ObjectStore> => {
    const { scheme } = parseUri(uri);
    switch (scheme) {
      case 'file':
        return files;
      case 's3':
        s3 ??= openS3();
        return s3;
    }
  };
  return {
    head: async (uri, headOptions) => (await storeOf(uri)).head(uri, headOptions),
    read: async (uri, range, readOptions) => (await storeOf(uri)).read(uri, range, readOptions),
    list: (prefix, listOptions) => listOf(storeOf, prefix, listOptions),
    stagingPath: async (uri) => (await storeOf(uri)).stagingPath(uri),
    stage: async (uri, content, stageOptions) => (await storeOf(uri)).stage(uri, content, stageOptions),
    commit: async (staged, mode) => (await storeOf(staged.uri)).commit(staged, mode),
    canCommit: async (staged) => (await storeOf(staged.uri)).canCommit(staged),
    abort: async (staged) => (await storeOf(staged.uri)).abort(staged),
    listStaged: (prefix) => stagedOf(storeOf, prefix),
    write: async (uri, content, mode, writeOptions) => (await storeOf(uri)).write(uri, content, mode, writeOptions),
    delete: async (uri, deleteOptions) => (await storeOf(uri)).delete(uri, deleteOptions),
  };
}

async function* listOf(
  storeOf: (uri: string) => Promise<ObjectStore>,
  prefix: string,
  options?: ListOptions,
): AsyncIterable<ObjectInfo> {
  yield* (await storeOf(prefix)).list(prefix, options);
}

async function* stagedOf(
  storeOf: (uri: string) => Promise<ObjectStore>,
  prefix: string,
): AsyncIterable<StagedLeftover> {
  yield* (await storeOf(prefix)).listStaged(prefix);
}
