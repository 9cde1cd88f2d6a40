import { rename, rm, stat } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { ShoalError } from '../errors.ts';
import { changedError } from './expect.ts';
import { storageFailure } from './failure.ts';
import { headFile, pathOf } from './file-info.ts';
import { linkNew, temporaryPath } from './file-staging.ts';
import type { ObjectInfo, StagedObject } from './store.ts';

/** A successor that its writer has not put in place for so long was left by a crash: the work takes well below a second. */
const leftAfterMs = 10_000;

/**
 * Puts a staged file in the place of one version of another. The file system has no such call, so its writers agree on a name
 * that only the version's one successor can have: `.name.<version>.next`, taken by a hard link, which one of several gets. The
 * winner looks once more whether the version is still the one, and renames. A winner that crashed in between is helped along
 * by whoever comes ten seconds later.
 *
 * It holds between processes that all replace by version, on file systems with atomic links and renames (local ones, NFS): a
 * plain write at the same moment is not noticed.
 *
 * @throws {StorageError} OBJECT_CHANGED when the version is not there, or somebody else is about to take its place
 */
export async function replaceVersion(staged: StagedObject, version: string): Promise<ObjectInfo> {
  const { uri, sizeBytes } = staged;
  const path = pathOf(uri);
  const next = join(dirname(path), `.${basename(path)}.${version}.next`);
  if ((await versionOf(uri)) !== version) throw changedError(uri, version);
  try {
    await linkNew(temporaryPath(staged), next);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw storageFailure(error, 'write', uri, sizeBytes);
    await help(next, uri, version);
    throw changedError(uri, version);
  }
  // The version's real successor may have come and gone since the look before.
  if ((await versionOf(uri)) !== version) {
    await rm(next, { force: true });
    throw changedError(uri, version);
  }
  try {
    await rename(next, path);
  } catch (error) {
    // Whoever helped has put it in place.
    if ((error as NodeJS.ErrnoException).code !== 'ENOENT') throw storageFailure(error, 'write', uri, sizeBytes);
  }
  return headFile(uri);
}

async function help(next: string, uri: string, version: string): Promise<void> {
  const found = await stat(next).catch(() => null);
  if (!found || Date.now() - found.ctimeMs < leftAfterMs) return;
  // An empty one reserved the name where there are no links, and has nothing to give.
  const isOfUse = found.size > 0 && (await versionOf(uri)) === version;
  await (isOfUse ? rename(next, pathOf(uri)).catch(() => {}) : rm(next, { force: true }));
}

async function versionOf(uri: string): Promise<string | null> {
  try {
    return (await headFile(uri)).version;
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}
