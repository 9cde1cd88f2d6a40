import { randomUUID } from 'node:crypto';
import type { BigIntStats } from 'node:fs';
import { copyFile, link, mkdir, open, rename, rm, stat, unlink } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { StorageError } from '../errors.ts';
import { storageFailure } from './failure.ts';
import { headFile, pathOf, writtenMs } from './file-info.ts';
import type {
  CommitMode,
  ObjectInfo,
  StagedContent,
  StagedLeftover,
  StagedName,
  StagedObject,
  WriteOptions,
} from './store.ts';
import { folderOf, formatUri, joinUri, nameOf } from './uri.ts';

/** What `commit` and `abort` need, as JSON in `StagedObject.token`. */
interface Token {
  /** The temporary file. */
  readonly path: string;
  /** Its inode and version, which the final file has too: by them the object is known again once it is shown. */
  readonly identity: string;
}

/** Names that {@link stagingPath} makes, and what those of `replaceVersion` look like. */
const temporaryName = /^\.(.+)\.(?:[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.tmp|\d+-\d+\.next)$/;

/** A new name beside an object's: see `ObjectStore.stagingPath`. */
export async function stagingPath(uri: string): Promise<string> {
  const path = pathOf(uri);
  try {
    await mkdir(dirname(path), { recursive: true });
  } catch (error) {
    throw storageFailure(error, 'write', uri);
  }
  // Readers of folders skip names that begin with "_" or ".": an unfinished file is never taken for data.
  return join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`);
}

/** What a temporary file was to become; null for any other file. */
export function leftoverOf(file: ObjectInfo): StagedLeftover | null {
  const name = temporaryName.exec(nameOf(file.uri))?.[1];
  if (name === undefined) return null;
  const token: Pick<Token, 'path'> = { path: pathOf(file.uri) };
  return { uri: joinUri(folderOf(file.uri), name), token: JSON.stringify(token), sinceMs: writtenMs(file) };
}

/** Writes a temporary file: see `ObjectStore.stage`. */
export async function stageFile(
  uri: string,
  content: StagedContent,
  options: Pick<WriteOptions, 'signal' | 'durable'> = {},
): Promise<StagedObject> {
  const path = await stagingPath(uri);
  let written = 0;
  try {
    options.signal?.throwIfAborted();
    if (content.kind === 'file') await takeFile(content.path, path);
    const file = await open(path, content.kind === 'file' ? 'r+' : 'wx');
    try {
      for await (const chunk of chunksOf(content)) {
        options.signal?.throwIfAborted();
        written += chunk.length;
        await file.writeFile(chunk);
      }
      // A full disk may show only now; and after the rename it would be too late.
      if (options.durable ?? true) await file.sync();
      const stats = await file.stat({ bigint: true });
      written = Number(stats.size);
      return { uri, sizeBytes: written, token: JSON.stringify({ path, identity: identityOf(stats) } satisfies Token) };
    } finally {
      await file.close();
    }
  } catch (error) {
    await rm(path, { force: true });
    throw storageFailure(error, 'write', uri, written);
  }
}

/** Gives a temporary file its final name: see `ObjectStore.commit`. */
export async function commitFile(staged: StagedObject, mode: CommitMode): Promise<ObjectInfo> {
  const { uri, sizeBytes } = staged;
  const { path } = tokenOf(staged);
  try {
    if (mode === 'create') await linkNew(path, pathOf(uri));
    else await rename(path, pathOf(uri));
  } catch (error) {
    const shown = await shownBefore(staged);
    if (!shown) throw isGone(error) ? goneError(uri, sizeBytes, error) : storageFailure(error, 'write', uri, sizeBytes);
    // A crash between the link and the end of the temporary name leaves both.
    await rm(path, { force: true });
    return shown;
  }
  return headFile(uri);
}

/** See `ObjectStore.canCommit`. */
export async function canCommitFile(staged: StagedObject): Promise<boolean> {
  const { path, identity } = tokenOf(staged);
  return (await identityAt(path)) === identity || (await shownBefore(staged)) !== null;
}

/** Removes a temporary file: see `ObjectStore.abort`. */
export async function abortFile(staged: StagedName): Promise<void> {
  await rm(tokenOf(staged).path, { force: true });
}

/** Path of a staged object's temporary file. */
export function temporaryPath(staged: StagedName): string {
  return tokenOf(staged).path;
}

/** Gives a file another name where none is: a hard link, unlike a rename, refuses to take the place of a file. */
export async function linkNew(from: string, to: string): Promise<void> {
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
  // Somebody may have finished the same commit meanwhile.
  await rm(from, { force: true });
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

/** What stands under the final name, if it is the staged object. */
async function shownBefore(staged: StagedObject): Promise<ObjectInfo | null> {
  const isIt = (await identityAt(pathOf(staged.uri))) === tokenOf(staged).identity;
  return isIt ? headFile(staged.uri) : null;
}

async function identityAt(path: string): Promise<string | null> {
  try {
    return identityOf(await stat(path, { bigint: true }));
  } catch (error) {
    if (isGone(error)) return null;
    throw storageFailure(error, 'read', formatUri({ scheme: 'file', path }));
  }
}

/** Clocks of file systems tick some hundred times a second: time and size alone don't tell small files apart. */
function identityOf({ ino, mtimeNs, size }: BigIntStats): string {
  return `${ino}-${mtimeNs}-${size}`;
}

function isGone(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

function goneError(uri: string, bytes: number, cause: unknown): StorageError {
  return new StorageError(
    'STORAGE_FAILED',
    `Cannot write ${uri} (${bytes} bytes): its temporary file is gone. It was removed, or what it wrote was replaced or deleted since.`,
    { cause, details: { uri, bytes } },
  );
}

function tokenOf({ token }: StagedName): Token {
  return JSON.parse(token) as Token;
}
