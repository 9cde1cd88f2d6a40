import { StorageError } from '../../errors.ts';
import { changedError } from '../expect.ts';
import { storageMessage } from '../failure.ts';
import type { ObjectInfo, StagedObject } from '../store.ts';
import type { Connection } from './connection.ts';
import { headAnswer } from './head.ts';

/** User metadata that every written object carries: a random id, by which it is known again after a lost reply. */
export const markName = 'shoal-id';

/**
 * S3 refused to show an object because of what stands there (412), or because its upload is gone (404). If what stands there is
 * that very object, an earlier try succeeded whose reply was lost.
 *
 * @param ifVersion the version that was to be replaced, if one was named
 * @throws {StorageError} ALREADY_EXISTS, OBJECT_CHANGED where a version was named, STORAGE_FAILED for an upload that is gone
 */
export async function shownBefore(
  connection: Connection,
  object: Pick<StagedObject, 'uri' | 'sizeBytes'>,
  mark: string,
  status: number,
  ifVersion?: string,
): Promise<ObjectInfo> {
  const { uri, sizeBytes } = object;
  const shown = await isShown(connection, uri, mark);
  if (shown) return shown;
  if (ifVersion !== undefined) throw changedError(uri, ifVersion);
  const details = { uri, bytes: sizeBytes, status };
  const what = `${uri} (${sizeBytes} bytes)`;
  if (status === 412)
    throw new StorageError('ALREADY_EXISTS', storageMessage('ALREADY_EXISTS', 'write', what, ''), { details });
  throw new StorageError(
    'STORAGE_FAILED',
    `Cannot write ${what}: its upload is gone. It was aborted, or what it wrote was replaced or deleted since.`,
    { details },
  );
}

/** What stands under a uri, if it carries this mark. */
export async function isShown(connection: Connection, uri: string, mark: string): Promise<ObjectInfo | null> {
  const there = await markOf(connection, uri);
  return there?.mark === mark ? there.info : null;
}

async function markOf(
  connection: Connection,
  uri: string,
): Promise<{ readonly mark: string | undefined; readonly info: ObjectInfo } | null> {
  try {
    const answer = await headAnswer(connection, uri);
    return {
      mark: answer.Metadata?.[markName],
      info: { uri, sizeBytes: answer.ContentLength ?? 0, version: answer.ETag ?? '' },
    };
  } catch (error) {
    if (error instanceof StorageError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}
