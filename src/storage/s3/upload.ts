import { randomUUID } from 'node:crypto';
import { StorageError } from '../../errors.ts';
import type { CommitMode, ObjectInfo, StagedContent, StagedName, StagedObject } from '../store.ts';
import { addressOf, type Connection, Refused, send } from './connection.ts';
import { encryptionOf } from './encryption.ts';
import { isShown, markName, shownBefore } from './mark.ts';
import { forEachParallel } from './parallel.ts';
import { maxParts, partsOf } from './parts.ts';

/** Parts of one upload on their way at the same time; each is held in memory. */
const parallelParts = 4;

/** What `commit` and `abort` need, as JSON in `StagedObject.token`. */
interface Token {
  readonly uploadId: string;
  /** ETags of the parts 1, 2 … */
  readonly etags: readonly string[];
  /** Stands in the object's metadata: tells whose it is when a reply was lost. */
  readonly mark: string;
}

/** A write under way. */
export interface Write {
  readonly connection: Connection;
  readonly uri: string;
  readonly signal: AbortSignal | undefined;
}

/** Uploads all parts and leaves the upload uncompleted: see `ObjectStore.stage`. */
export async function stageObject(
  connection: Connection,
  uri: string,
  content: StagedContent,
  signal?: AbortSignal,
): Promise<StagedObject> {
  signal?.throwIfAborted();
  return stageParts({ connection, uri, signal }, partsOf(content, connection.options.writePartBytes));
}

/** Completes an upload; doing it again, after a lost reply or a crash, gives the same: see `ObjectStore.commit`. */
export async function commitObject(
  connection: Connection,
  staged: StagedObject,
  mode: CommitMode,
  ifVersion?: string,
): Promise<ObjectInfo> {
  const { uri, sizeBytes } = staged;
  const { uploadId, etags, mark } = JSON.parse(staged.token) as Token;
  const input = {
    ...addressOf(connection, uri),
    UploadId: uploadId,
    MultipartUpload: { Parts: etags.map((ETag, index) => ({ ETag, PartNumber: index + 1 })) },
    ...conditionOf(mode, ifVersion),
  };
  try {
    const answer = await send(
      connection,
      { doing: 'write', uri, bytes: sizeBytes },
      (s3) => s3.completeMultipartUpload(input),
      [404, 412],
    );
    return { uri, sizeBytes, version: answer.ETag ?? '' };
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return await shownBefore(connection, staged, mark, error.status, ifVersion);
  }
}

/** What a write asks of the object whose place it takes. */
export function conditionOf(
  mode: CommitMode,
  ifVersion: string | undefined,
): { IfNoneMatch?: '*' } | { IfMatch: string } {
  if (ifVersion !== undefined) return { IfMatch: ifVersion };
  return mode === 'create' ? { IfNoneMatch: '*' } : {};
}

/** Whether an upload is still uncompleted, or was completed and its object stands there: see `ObjectStore.canCommit`. */
export async function canCommitObject(connection: Connection, staged: StagedObject): Promise<boolean> {
  const { uri } = staged;
  const { uploadId, mark } = JSON.parse(staged.token) as Token;
  const input = { ...addressOf(connection, uri), UploadId: uploadId, MaxParts: 1 };
  try {
    await send(connection, { doing: 'look for the upload of', uri }, (s3) => s3.listParts(input), [404]);
    return true;
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    return (await isShown(connection, uri, mark)) !== null;
  }
}

/** What `abort` needs of an upload that a listing told. */
export function abortToken(uploadId: string): string {
  return JSON.stringify({ uploadId } satisfies Pick<Token, 'uploadId'>);
}

/** Aborts an upload and so frees its parts; one that is completed or aborted already is fine. */
export async function abortObject(connection: Connection, staged: StagedName): Promise<void> {
  const { uploadId } = JSON.parse(staged.token) as Token;
  const input = { ...addressOf(connection, staged.uri), UploadId: uploadId };
  try {
    await send(
      connection,
      { doing: 'abort the upload of', uri: staged.uri },
      (s3) => s3.abortMultipartUpload(input),
      [404],
    );
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
  }
}

/**
 * Starts an upload and sends its parts. What fails leaves no upload, but one whose start was done and whose reply was lost:
 * nobody knows its id, and it stays until uploads are cleaned up by prefix or age.
 */
export async function stageParts(write: Write, parts: AsyncIterable<Uint8Array>): Promise<StagedObject> {
  const { connection, uri, signal } = write;
  const mark = randomUUID();
  const input = { ...addressOf(connection, uri), ...encryptionOf(connection), Metadata: { [markName]: mark } };
  const created = await send(connection, { doing: 'write', uri, signal }, (s3, abort) =>
    s3.createMultipartUpload(input, abort),
  );
  const uploadId = created.UploadId ?? '';
  const etags: string[] = [];
  let sizeBytes = 0;
  const upload = async (bytes: Uint8Array, index: number, either: AbortSignal) => {
    sizeBytes += bytes.length;
    etags[index] = await uploadPart({ ...write, signal: either }, uploadId, index + 1, bytes);
  };
  try {
    await forEachParallel(parts, parallelParts, upload, signal);
  } catch (error) {
    await abortObject(connection, { uri, token: abortToken(uploadId) }).catch(() => {});
    throw error;
  }
  return { uri, sizeBytes, token: JSON.stringify({ uploadId, etags, mark } satisfies Token) };
}

async function uploadPart(
  { connection, uri, signal }: Write,
  uploadId: string,
  number: number,
  bytes: Uint8Array,
): Promise<string> {
  if (number > maxParts) {
    throw new StorageError(
      'STORAGE_FAILED',
      `Cannot write ${uri}: S3 takes ${maxParts} parts of an object, and more came. Write smaller objects.`,
      {
        details: { uri },
      },
    );
  }
  const input = { ...addressOf(connection, uri), UploadId: uploadId, PartNumber: number, Body: bytes };
  const answer = await send(connection, { doing: 'write', uri, bytes: bytes.length, signal }, (s3, abort) =>
    s3.uploadPart(input, abort),
  );
  return answer.ETag ?? '';
}
