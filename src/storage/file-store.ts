import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { copyFile, type FileHandle, link, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { InternalError, StorageError } from '../errors.ts';
import { expectVersion, expectWithin } from './expect.ts';
import { storageFailure } from './failure.ts';
import type {
  ByteRange,
  CommitMode,
  ListOptions,
  ObjectInfo,
  ObjectStore,
  ReadOptions,
  StagedContent,
  StagedObject,
} from './store.ts';
import { compareCodePoints, formatUri, localPath } from './uri.ts';

/** A store over the files of this machine. Links are followed; a folder that leads back to itself is entered once. */
export function createFileStore(): ObjectStore {
  return { head, read, list, stagingPath, stage, commit, abort, write, delete: remove };
}

async function head(uri: string): Promise<ObjectInfo> {
  try {
    return fileInfo(uri, await stat(pathOf(uri), { bigint: true }));
  } catch (error) {
    throw storageFailure(error, 'read', uri);
  }
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

async function stagingPath(uri: string): Promise<string> {
  const path = pathOf(uri);
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw storageFailure(error, 'write', uri);
  }
  // Readers of folders skip names that begin with "_" or ".": an unfinished file is never taken for data.
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
}

async function stage(
  uri: string,
  content: StagedContent,
  options: { signal?: AbortSignal } = {},
): Promise<StagedObject> {
  const temporary = await stagingPath(uri);
  let written = 0;
  try {
    options.signal?.throwIfAborted();
    if (content.kind === 'file') await takeFile(content.path, temporary);
    const file = await open(temporary, content.kind === 'file' ? 'r+' : 'wx');
    try {
      for await (const chunk of chunksOf(content)) {
        options.signal?.throwIfAborted();
        written += chunk.length;
        await file.writeFile(chunk);
      }
      // A full disk may show only now; and after the rename it would be too late.
      await file.sync();
      written = Number((await file.stat()).size);
    } finally {
      await file.close();
    }
    return { uri, sizeBytes: written, token: temporary };
  } catch (error) {
    await rm(temporary, { force: true });
    throw storageFailure(error, 'write', uri, written);
  }
}

async function* chunksOf(content: StagedContent): AsyncIterable<Uint8Array> {
  if (content.kind === 'bytes') yield content.bytes;
  if (content.kind === 'chunks') yield* content.chunks;
}

async function takeFile(from: string, to: string): Promise<void> {
  try {
    await rename(from, to);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EXDEV') throw error;
    await copyFile(from, to);
    await unlink(from);
  }
}

async function commit(staged: StagedObject, mode: CommitMode): Promise<ObjectInfo> {
  const path = pathOf(staged.uri);
  try {
    if (mode === 'create') await linkNew(staged.token, path);
    else await rename(staged.token, path);
  } catch (error) {
    throw storageFailure(error, 'write', staged.uri, staged.sizeBytes);
  }
  return head(staged.uri);
}

/** A hard link, unlike a rename, refuses to take the place of a file. */
async function linkNew(from: string, to: string): Promise<void> {
  try {
    await link(from, to);
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? '';
    if (!['EPERM', 'ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EMLINK'].includes(code)) throw error;
    // No hard links here (FAT, some network drives): reserve the name, empty for a moment, then take its place.
    await (await open(to, 'wx')).close();
    await rename(from, to);
    return;
  }
  await unlink(from);
}

async function write(
  uri: string,
  content: StagedContent,
  mode: CommitMode,
  options: { signal?: AbortSignal } = {},
): Promise<ObjectInfo> {
  const staged = await stage(uri, content, options);
  try {
    return await commit(staged, mode);
  } catch (error) {
    await abort(staged);
    throw error;
  }
}

async function abort(staged: StagedObject): Promise<void> {
  await rm(staged.token, { force: true });
}

async function remove(uri: string): Promise<void> {
  try {
    await rm(pathOf(uri), { force: true });
  } catch (error) {
    throw storageFailure(error, 'delete', uri);
  }
}

function pathOf(uri: string): string {
  const path = localPath(uri);
  if (path === null) throw new InternalError(`The file store was asked for ${uri}.`);
  return path;
}

function fileInfo(uri: string, stats: BigIntStats): ObjectInfo {
  if (!stats.isFile()) {
    const kind = stats.isDirectory() ? 'a folder' : 'no regular file';
    throw new StorageError('NOT_FOUND', `Cannot read ${uri}: it is ${kind}.`, { details: { uri } });
  }
  return { uri, sizeBytes: Number(stats.size), version: `${stats.mtimeNs}-${stats.size}` };
}
