import { StorageError } from '../../errors.ts';
import { storageMessage } from '../failure.ts';
import type { ObjectInfo, StagedObject } from '../store.ts';
import type { Connection } from './connection.ts';
import { headAnswer } from './head.ts';

/** User metadata that every written object carries: a random id, by which it is known again after a lost reply. */
export const markName = 'shoal-id';

/**
 * S3 refused to show an object because of what stands there (412), or because its upload is gone (404). If what stands there is
 * that very object, an earlier try succeeded whose reply was lost.
 */
export async function shownBefore(
  connection: Connection,
  object: Pick<StagedObject, 'uri' | 'sizeBytes'>,
  mark: string,
  status: number,
): Promise<ObjectInfo> {
  const { uri, sizeBytes } = object;
  const there = await markOf(connection, uri);
  if (there?.mark === mark) return there.info;
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
