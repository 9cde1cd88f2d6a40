import type { HeadObjectCommandOutput } from '@aws-sdk/client-s3';
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
  const answer = await headAnswer(connection, uri, signal);
  const info = { uri, sizeBytes: answer.ContentLength ?? 0, version: answer.ETag ?? '' };
  expectVersion(info, version);
  return info;
}

/** The SDK's answer to a HEAD. */
export async function headAnswer(
  connection: Connection,
  uri: string,
  signal?: AbortSignal,
): Promise<HeadObjectCommandOutput> {
  return send(connection, { doing: 'read', uri, signal }, (s3, abort) =>
    s3.headObject(addressOf(connection, uri), abort),
  );
}
