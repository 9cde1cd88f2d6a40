import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
import { StorageError } from '../../errors.ts';
import { expectVersion } from '../expect.ts';
import type { ObjectInfo } from '../store.ts';
import { addressOf, type Connection, send } from './connection.ts';

/**
 * What S3 knows of an object.
 *
 * @param version the one that is wanted, if any
 * @throws {StorageError} NOT_FOUND for a bucket or a folder too
 * @throws {SourceError} OBJECT_CHANGED
 */
export async function headObject(
  connection: Connection,
  uri: string,
  signal?: AbortSignal,
  version?: string,
): Promise<ObjectInfo> {
  const answer = await head(connection, uri, signal);
  const info = { uri, sizeBytes: answer.ContentLength ?? 0, version: answer.ETag ?? '' };
  expectVersion(info, version);
  return info;
}

/** The mark that `stage` and `write` put on an object, to be known again after a lost reply; null when there is no object. */
export async function markOf(
  connection: Connection,
  uri: string,
): Promise<{ readonly mark: string | undefined; readonly info: ObjectInfo } | null> {
  try {
    const answer = await head(connection, uri);
    return {
      mark: answer.Metadata?.[markName],
      info: { uri, sizeBytes: answer.ContentLength ?? 0, version: answer.ETag ?? '' },
    };
  } catch (error) {
    if (error instanceof StorageError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

/** Name of the user metadata that holds the mark. */
export const markName = 'shoal-id';

async function head(connection: Connection, uri: string, signal?: AbortSignal): Promise<HeadObjectCommandOutput> {
  return send(connection, { doing: 'read', uri, signal }, (s3, abort) =>
    s3.headObject(addressOf(connection, uri), abort),
  );
}
