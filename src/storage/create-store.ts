import { PlanError } from '../errors.ts';
import { createFileStore } from './file-store.ts';
import type { ObjectStore } from './store.ts';
import { type ParsedUri, parseUri } from './uri.ts';

/** A store that hands every call to the store of the uri's scheme. */
export function createStore(): ObjectStore {
  const files = createFileStore();
  const storeOf = (uri: string) => storeOfScheme(parseUri(uri), files);
  return {
    head: async (uri, options) => storeOf(uri).head(uri, options),
    read: async (uri, range, options) => storeOf(uri).read(uri, range, options),
    list: (prefix, options) => storeOf(prefix).list(prefix, options),
    stagingPath: async (uri) => storeOf(uri).stagingPath(uri),
    stage: async (uri, content, options) => storeOf(uri).stage(uri, content, options),
    commit: async (staged, mode) => storeOf(staged.uri).commit(staged, mode),
    abort: async (staged) => storeOf(staged.uri).abort(staged),
    delete: async (uri) => storeOf(uri).delete(uri),
  };
}

function storeOfScheme(parts: ParsedUri, files: ObjectStore): ObjectStore {
  switch (parts.scheme) {
    case 'file':
      return files;
    case 's3':
      throw new PlanError(
        'INVALID_ARGUMENT',
        `s3://${parts.bucket}/${parts.path} is on S3, which this version does not read or write yet. Copy it to this machine.`,
      );
  }
}
