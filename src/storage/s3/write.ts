import { randomUUID } from 'node:crypto';
import type { PutObjectCommandInput } from '@aws-sdk/client-s3';
import type { CommitMode, ObjectInfo, StagedContent, WriteOptions } from '../store.ts';
import { addressOf, type Connection, Refused, send } from './connection.ts';
import { encryptionOf } from './encryption.ts';
import { markName, shownBefore } from './mark.ts';
import { partsOf } from './parts.ts';
import { abortObject, commitObject, conditionOf, stageParts, type Write } from './upload.ts';

/** Writes and shows an object: one PUT if it is one part, otherwise an upload of several. */
export async function writeObject(
  connection: Connection,
  uri: string,
  content: StagedContent,
  mode: CommitMode,
  { signal, ifVersion }: WriteOptions = {},
): Promise<ObjectInfo> {
  signal?.throwIfAborted();
  const write: Write = { connection, uri, signal };
  const parts = partsOf(content, connection.options.writePartBytes);
  const [first, second] = [await parts.next(), await parts.next()];
  if (second.done) return put(write, first.value ?? new Uint8Array(0), mode, ifVersion);
  const all = (async function* () {
    // There is a second part, so there is a first.
    yield first.value as Uint8Array;
    yield second.value;
    yield* parts;
  })();
  const staged = await stageParts(write, all);
  try {
    return await commitObject(connection, staged, mode, ifVersion);
  } catch (error) {
    await abortObject(connection, staged).catch(() => {});
    throw error;
  }
}

async function put(
  { connection, uri, signal }: Write,
  bytes: Uint8Array,
  mode: CommitMode,
  ifVersion: string | undefined,
): Promise<ObjectInfo> {
  const mark = randomUUID();
  const input: PutObjectCommandInput = {
    ...addressOf(connection, uri),
    ...encryptionOf(connection),
    Body: bytes,
    Metadata: { [markName]: mark },
    ...conditionOf(mode, ifVersion),
  };
  const sizeBytes = bytes.length;
  try {
    const answer = await send(
      connection,
      { doing: 'write', uri, bytes: sizeBytes, signal },
      (s3, abort) => s3.putObject(input, abort),
      // If-Match of an object that is not there is 404, and so is a bucket that is not.
      ifVersion === undefined ? [412] : [404, 412],
    );
    return { uri, sizeBytes, version: answer.ETag ?? '' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return await shownBefore(connection, { uri, sizeBytes }, mark, error.status, ifVersion);
  }
}
