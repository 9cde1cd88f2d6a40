import { AbortError, StorageError } from '../errors.ts';
import type { SinkMode } from '../plan/stage.ts';
import type { StagedFile } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';
import { joinUri, parseUri } from '../storage/uri.ts';
import { encodeManifest, type Manifest, type ManifestFile, manifestName, readManifest } from './manifest.ts';

/** Where staged files go. */
export interface SinkTarget {
  readonly mode: SinkMode;
  /** Uri of the folder that they belong to, ending in `/`; null for one file of its own. */
  readonly folder: string | null;
}

/**
 * Refuses to write where something is, before any work is done; a race is caught at the commit.
 *
 * @throws {StorageError} ALREADY_EXISTS, naming what is there
 */
export async function checkTarget({ mode, folder }: SinkTarget, store: ObjectStore): Promise<void> {
  if (mode !== 'error' || folder === null) return;
  for await (const { uri } of store.list(folder)) {
    throw new StorageError(
      'ALREADY_EXISTS',
      `${folder} is not empty: it holds ${uri}. Write with { mode: 'append' } or { mode: 'overwrite' }, or elsewhere.`,
      {
        details: { uri },
      },
    );
  }
}

/**
 * Shows staged files: first all of them, then the folder's manifest, which names files, rows and bytes; with 'overwrite' the
 * files that were there before go last. When one file cannot be shown, those that are not shown yet are thrown away, and no
 * manifest names the others.
 */
export async function commitSink(
  staged: readonly StagedFile[],
  target: SinkTarget,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<void> {
  const before = target.folder !== null && target.mode === 'overwrite' ? await listed(target.folder, store) : [];
  try {
    if (signal.aborted)
      throw new AbortError('ABORTED', 'The query was aborted before its files were shown.', { cause: signal.reason });
    for (const file of staged) await store.commit(file, target.mode === 'overwrite' ? 'replace' : 'create');
  } catch (error) {
    for (const file of staged) await store.abort(file);
    throw error;
  }
  if (target.folder === null) return;
  await writeManifest(staged, { mode: target.mode, folder: target.folder }, store);
  const kept = new Set([...staged.map((file) => file.uri), joinUri(target.folder, manifestName)]);
  for (const uri of before) if (!kept.has(uri)) await store.delete(uri);
}

async function writeManifest(
  staged: readonly StagedFile[],
  { mode, folder }: { readonly mode: SinkMode; readonly folder: string },
  store: ObjectStore,
): Promise<void> {
  const own = staged.map(
    ({ uri, rows, sizeBytes }): ManifestFile => ({ path: pathBelow(folder, uri), rows, bytes: sizeBytes }),
  );
  const known = mode === 'append' ? ((await readManifest(folder, store))?.files ?? []) : [];
  const manifest: Manifest = { version: 1, files: [...known, ...own] };
  await store.write(
    joinUri(folder, manifestName),
    { kind: 'bytes', bytes: encodeManifest(manifest) },
    mode === 'error' ? 'create' : 'replace',
  );
}

function pathBelow(folder: string, uri: string): string {
  return parseUri(uri).path.slice(parseUri(folder).path.length);
}

async function listed(folder: string, store: ObjectStore): Promise<readonly string[]> {
  const uris: string[] = [];
  for await (const { uri } of store.list(folder)) uris.push(uri);
  return uris;
}
