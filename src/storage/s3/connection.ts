import { setMaxListeners } from 'node:events';
import type { S3 } from '@aws-sdk/client-s3';
import { InternalError, ShoalError, StorageError } from '../../errors.ts';
import { parseUri } from '../uri.ts';
import type { ResolvedS3Options } from './options.ts';
import { GaveUp, type Timing, withRetry } from './retry.ts';
import { judge, type Request, s3Failure, statusOf } from './s3-failure.ts';

/** A client and how it is used: what every operation of the store works with. */
export interface Connection {
  readonly s3: S3;
  readonly options: ResolvedS3Options;
  readonly timing: Timing;
}

/** A status that the caller of {@link send} knows what to make of. */
export class Refused extends Error {
  readonly status: number;

  constructor(status: number) {
    super(`refused with ${status}`);
    this.status = status;
  }
}

/**
 * Makes a request, and makes it again while that may help.
 *
 * @param once the request and all that is read of its answer
 * @param expected statuses that are told apart instead of becoming a StorageError
 * @throws {StorageError} with uri, status and attempts
 * @throws {Refused} a status of `expected`
 */
export async function send<T>(
  connection: Connection,
  request: Request,
  once: (s3: S3, signal: { readonly abortSignal?: AbortSignal }) => Promise<T>,
  expected: readonly number[] = [],
): Promise<T> {
  const { signal } = request;
  // Every request under way listens to it: more than the ten at which Node suspects a leak.
  if (signal) setMaxListeners(0, signal);
  const attempts = connection.options.maxAttempts;
  try {
    return await withRetry(() => once(connection.s3, signal ? { abortSignal: signal } : {}), judge, {
      attempts,
      timing: connection.timing,
      signal,
    });
  } catch (failure) {
    if (!(failure instanceof GaveUp)) throw failure;
    const status = statusOf(failure.error);
    if (status !== undefined && expected.includes(status)) throw new Refused(status);
    throw failure.error instanceof ShoalError ? failure.error : s3Failure(failure.error, failure.attempts, request);
  }
}

/**
 * Bucket and key of an object as the SDK wants them, with what every request to an object carries.
 *
 * @throws {StorageError} NOT_FOUND for a bucket or a folder, even where an empty object marks the folder
 */
export function addressOf(connection: Connection, uri: string): { Bucket: string; Key: string } & Payer {
  const { bucket, path } = s3Parts(uri);
  if (path === '' || path.endsWith('/')) {
    throw new StorageError('NOT_FOUND', `There is no object ${uri}: it is a folder.`, { details: { uri } });
  }
  return { Bucket: bucket, Key: path, ...payerOf(connection) };
}

/** What requests carry when the bucket's owner does not pay for them. */
export type Payer = { RequestPayer?: 'requester' };

/** @see S3Options.requesterPays */
export function payerOf(connection: Connection): Payer {
  return connection.options.requesterPays ? { RequestPayer: 'requester' } : {};
}

/** Bucket and key, which is not percent-encoded. */
export function s3Parts(uri: string): { readonly bucket: string; readonly path: string } {
  const parts = parseUri(uri);
  if (parts.scheme === 's3') return parts;
  throw new InternalError(`The S3 store was asked for ${uri}.`);
}
