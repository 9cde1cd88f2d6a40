import type { BigIntStats } from 'node:fs';
import { type FileHandle, open, readdir, rm, rmdir, stat } from 'node:fs/promises';
import { dirname, join, resolve, sep } from 'node:path';
import { expectVersion, expectWithin } from './expect.ts';
import { storageFailure } from './failure.ts';
import { fileInfo, headFile, pathOf } from './file-info.ts';
import { replaceVersion } from './file-replace.ts';
import { abortFile, canCommitFile, commitFile, leftoverOf, stageFile, stagingPath } from './file-staging.ts';
import type {
  ByteRange,
  CommitMode,
  DeleteOptions,
  ListOptions,
  ObjectInfo,
  ObjectStore,
  ReadOptions,
  StagedContent,
  StagedLeftover,
  WriteOptions,
} from './store.ts';
import { compareCodePoints, formatUri } from './uri.ts';

/** A store over the files of this machine. Links are followed; a folder that leads back to itself is entered once. */
export function createFileStore(): ObjectStore {
  return {
    head: headFile,
    read,
    list,
    stagingPath,
    stage: stageFile,
    commit: commitFile,
    canCommit: canCommitFile,
    abort: abortFile,
    listStaged,
    write,
    delete: remove,
  };
}

async function read(uri: string, range?: ByteRange | null, options: ReadOptions = {}): Promise<Uint8Array> {
  options.signal?.throwIfAborted();
  let file: FileHandle | undefined;
  try {
    file = await open(pathOf(uri), 'r');
    const before = fileInfo(uri, await file.stat({ bigint: true }));
    expectVersion(before, options.version);
    const { startByte, endByte } = range ?? { startByte: 0, endByte: before.sizeBytes };
    expectWithin(before, startByte, endByte);
    const bytes = await readExactly(file, startByte, endByte, options.signal);
    // A writer may have come between the two looks: then the bytes may be of both versions, or fewer than were asked for.
    expectVersion(fileInfo(uri, await file.stat({ bigint: true })), before.version);
    return bytes;
  } catch (error) {
    throw storageFailure(error, 'read', uri);
  } finally {
    await file?.close();
  }
}

async function readExactly(
  file: FileHandle,
  startByte: number,
  endByte: number,
  signal?: AbortSignal,
): Promise<Uint8Array> {
  const bytes = Buffer.allocUnsafe(endByte - startByte);
  let filled = 0;
  while (filled < bytes.length) {
    signal?.throwIfAborted();
    const { bytesRead } = await file.read(bytes, filled, bytes.length - filled, startByte + filled);
    if (bytesRead === 0) break;
    filled += bytesRead;
  }
  return bytes;
}

async function* list(prefix: string, options: ListOptions = {}): AsyncIterable<ObjectInfo> {
  yield* walk(pathOf(prefix), options, []);
}

async function* walk(folder: string, options: ListOptions, above: readonly string[]): AsyncIterable<ObjectInfo> {
  options.signal?.throwIfAborted();
  const here = await folderIdentity(folder);
  if (here === null || above.includes(here)) return;
  let entries: Awaited<ReturnType<typeof readEntries>>;
  try {
    entries = await readEntries(folder);
  } catch (error) {
    // It went away since it was looked at: somebody removes empty folders.
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return;
    throw storageFailure(error, 'list', formatUri({ scheme: 'file', path: folder }));
  }
  for (const entry of entries) {
    const path = join(folder, entry.name);
    const uri = formatUri({ scheme: 'file', path });
    const target = entry.isSymbolicLink() || entry.isFile() ? await statOrNull(path) : null;
    if (target?.isFile()) yield fileInfo(uri, target);
    else if (entry.isDirectory() || target?.isDirectory()) {
      if (options.enter?.(`${uri}/`) ?? true) yield* walk(path, options, [...above, here]);
    }
  }
}

async function readEntries(folder: string) {
  const entries = await readdir(folder, { withFileTypes: true });
  return entries.sort((a, b) => compareCodePoints(a.name, b.name));
}

async function folderIdentity(path: string): Promise<string | null> {
  const stats = await statOrNull(path);
  return stats?.isDirectory() ? `${stats.dev}:${stats.ino}` : null;
}

/** Null for what is not there: a link without a target, or a file that went away since its folder was read. */
async function statOrNull(path: string): Promise<BigIntStats | null> {
  try {
    return await stat(path, { bigint: true });
  } catch {
    return null;
  }
}

async function* listStaged(prefix: string): AsyncIterable<StagedLeftover> {
  for await (const file of list(prefix)) {
    const leftover = leftoverOf(file);
    if (leftover) yield leftover;
  }
}

async function write(
  uri: string,
  content: StagedContent,
  mode: CommitMode,
  { ifVersion, ...options }: WriteOptions = {},
): Promise<ObjectInfo> {
  const staged = await stageFile(uri, content, options);
  try {
    return ifVersion === undefined ? await commitFile(staged, mode) : await replaceVersion(staged, ifVersion);
  } catch (error) {
    await abortFile(staged);
    throw error;
  }
}

async function remove(uri: string, { emptyFoldersBelow }: DeleteOptions = {}): Promise<void> {
  try {
    await rm(pathOf(uri), { force: true });
  } catch (error) {
    throw storageFailure(error, 'delete', uri);
  }
  if (emptyFoldersBelow !== undefined)
    await removeEmptyFolders(dirname(pathOf(uri)), resolve(pathOf(emptyFoldersBelow)));
}

/**
 * Only an empty folder can be removed, so nothing is lost; whoever makes a folder below one that goes at this moment makes that
 * one again (`mkdir` with `recursive`).
 */
async function removeEmptyFolders(from: string, below: string): Promise<void> {
  for (let folder = resolve(from); folder.startsWith(join(below, sep)); folder = dirname(folder)) {
    try {
      await rmdir(folder);
    } catch (error) {
      // Gone already: somebody else deleted the last object. Anything else says that it is to stay.
      if ((error as NodeJS.ErrnoException).code !== 'ENOENT') return;
    }
  }
}
