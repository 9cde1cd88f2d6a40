import { SourceError } from '../errors.ts';
import type { ScanFile } from '../plan/source.ts';
import type { ObjectStore } from '../storage/store.ts';

/**
 * Files that are read in place are not pinned to a version as ranges of an object are: they are looked at before the query
 * and again after it. One that changed since the plan was made gives rows of another state, or of two.
 *
 * @throws {SourceError} OBJECT_CHANGED
 */
export async function checkUnchanged(
  files: readonly ScanFile[],
  store: Pick<ObjectStore, 'head'>,
  signal: AbortSignal,
): Promise<void> {
  const byUri = new Map(files.map((file) => [file.uri, file]));
  await Promise.all(
    [...byUri.values()].map(async (file) => {
      const { version } = await store.head(file.uri, { signal });
      if (version === file.version) return;
      throw new SourceError('OBJECT_CHANGED', `${file.uri} changed after the query was planned; run the query again.`, {
        details: { uri: file.uri },
      });
    }),
  );
}
