import type { ObjectStore } from '../storage/store.ts';
import { parseUri } from '../storage/uri.ts';
import { type Intent, intentNumber, intentUri, readIntent } from './intent.ts';
import { type Manifest, type ManifestFile, readManifest, replaceManifest, type StoredManifest } from './manifest.ts';
import { sideBySide } from './side-by-side.ts';

/**
 * Carries out a write that is decided, or what is left of it: shows its files, puts them into the manifest, deletes the files
 * whose place they take, and at last the intent. Any number may do it at once, the writer among them, and do it again after a
 * crash: every step done twice is done once, and the manifest is written only over the one that the write was decided on.
 *
 * @returns false for an intent that was decided on an older manifest than the folder has, and so never counted: then it alone
 * is removed
 * @throws {StorageError} when a file can neither be shown nor has been
 */
export async function rollForward(folder: string, intent: Intent, store: ObjectStore): Promise<boolean> {
  for (;;) {
    const before = await readManifest(folder, store);
    if (before.manifest.commit.number >= intent.number) return finish(folder, intent, before, store);
    try {
      // Under names of the job's own, so nothing of others is replaced; a second try finds its own file there.
      await sideBySide(intent.files, async (file) => void (await store.commit(file, 'replace')));
    } catch (error) {
      // Somebody else may have gone further, and files may be gone by a later write.
      const now = await readManifest(folder, store);
      if (now.manifest.commit.number >= intent.number) continue;
      throw error;
    }
    await replaceManifest(folder, manifestAfter(folder, intent, before.manifest), before, store);
  }
}

async function finish(
  folder: string,
  intent: Intent,
  { manifest }: StoredManifest,
  store: ObjectStore,
): Promise<boolean> {
  const { number, job } = manifest.commit;
  const isIn = number === intent.number && job === intent.job;
  if (isIn) await sideBySide(intent.remove, (uri) => store.delete(uri));
  await store.delete(intentUri(folder, intent.number));
  return isIn;
}

/** The intents that lie in a folder, carried out in their order; gives their numbers. Takes a listing's uris. */
export async function rollForwardAll(
  folder: string,
  uris: Iterable<string>,
  store: ObjectStore,
): Promise<readonly number[]> {
  const numbers = [...uris].flatMap((uri) => intentNumber(folder, uri) ?? []).sort((a, b) => a - b);
  for (const number of numbers) {
    const intent = await readIntent(folder, number, store);
    if (intent) await rollForward(folder, intent, store);
  }
  return numbers;
}

/** Files as a manifest names them. */
export function manifestFiles(folder: string, files: Intent['files']): readonly ManifestFile[] {
  return files.map(({ uri, rows, sizeBytes }) => ({ path: pathBelow(folder, uri), rows, bytes: sizeBytes }));
}

function manifestAfter(folder: string, { mode, files, number, job }: Intent, before: Manifest): Manifest {
  const known = mode === 'append' ? before.files : [];
  return { version: 1, commit: { number, job }, files: [...known, ...manifestFiles(folder, files)] };
}

/** What stands behind a folder in the path of something in it. */
export function pathBelow(folder: string, uri: string): string {
  return parseUri(uri).path.slice(parseUri(folder).path.length);
}
