import type { BigIntStats } from 'node:fs';
import { stat } from 'node:fs/promises';
import { InternalError, StorageError } from '../errors.ts';
import { storageFailure } from './failure.ts';
import type { ObjectInfo } from './store.ts';
import { localPath } from './uri.ts';

/** What the file system knows of a file. @throws {StorageError} NOT_FOUND, also for folders; ACCESS_DENIED, STORAGE_FAILED */
export async function headFile(uri: string): Promise<ObjectInfo> {
  try {
    return fileInfo(uri, await stat(pathOf(uri), { bigint: true }));
  } catch (error) {
    throw storageFailure(error, 'read', uri);
  }
}

/** A file as a store tells it; its version keeps when the file is renamed. @throws {StorageError} NOT_FOUND for folders */
export function fileInfo(uri: string, stats: BigIntStats): ObjectInfo {
  if (!stats.isFile()) {
    const kind = stats.isDirectory() ? 'a folder' : 'no regular file';
    throw new StorageError('NOT_FOUND', `Cannot read ${uri}: it is ${kind}.`, { details: { uri } });
  }
  return { uri, sizeBytes: Number(stats.size), version: `${stats.mtimeNs}-${stats.size}` };
}

/** When a file of this version was last written to, milliseconds since 1970. */
export function writtenMs({ version }: Pick<ObjectInfo, 'version'>): number {
  return Number(version.slice(0, version.indexOf('-'))) / 1e6;
}

/** The path of a `file:` uri. @throws {InternalError} for another one */
export function pathOf(uri: string): string {
  const path = localPath(uri);
  if (path === null) throw new InternalError(`The file store was asked for ${uri}.`);
  return path;
}
