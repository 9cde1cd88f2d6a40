import type { Readable } from 'node:stream';
import type { GetObjectCommandOutput } from '@aws-sdk/client-s3';
import { StorageError } from '../../errors.ts';
import { expectVersion, expectWithin } from '../expect.ts';
import type { ByteRange, ObjectInfo, ReadOptions } from '../store.ts';
import { collectInto } from './body.ts';
import { addressOf, type Connection, Refused, send } from './connection.ts';
import { headObject } from './head.ts';
import { forEachParallel } from './parallel.ts';

/** GETs of one read at the same time. */
const parallelParts = 8;

/** A read under way; `version` is set from the first answer on, so that all parts are of one version. */
interface Read {
  readonly connection: Connection;
  readonly uri: string;
  readonly signal: AbortSignal | undefined;
  version: string | undefined;
}

/** Reads a range of an object, or all of it: see `ObjectStore.read`. */
export async function readObject(
  connection: Connection,
  uri: string,
  range: ByteRange | null,
  options: ReadOptions,
): Promise<Uint8Array> {
  options.signal?.throwIfAborted();
  const read: Read = { connection, uri, signal: options.signal, version: options.version };
  try {
    if (range === null) return await readWhole(read);
    return range.endByte > range.startByte && range.startByte >= 0
      ? await readRange(read, range)
      : await readNothing(read, range);
  } catch (error) {
    throw error instanceof Refused ? await explain(read, error, range) : error;
  }
}

/** The first part tells the size; S3 refuses a range of an object without bytes, which is how those are noticed. */
async function readWhole(read: Read): Promise<Uint8Array> {
  const { readPartBytes } = read.connection.options;
  let bytes = new Uint8Array(0);
  await get(read, { startByte: 0, endByte: readPartBytes }, (sizeBytes) => {
    if (bytes.length !== sizeBytes) bytes = allocate(sizeBytes);
    return bytes.subarray(0, Math.min(readPartBytes, sizeBytes));
  }).catch(async (error: unknown) => {
    if (!(error instanceof Refused && error.status === 416 && (await current(read)).sizeBytes === 0)) throw error;
  });
  if (bytes.length > readPartBytes)
    await readParts(read, { startByte: readPartBytes, endByte: bytes.length }, bytes, 0);
  return bytes;
}

async function readRange(read: Read, range: ByteRange): Promise<Uint8Array> {
  const { readPartBytes } = read.connection.options;
  const bytes = allocate(range.endByte - range.startByte);
  const several = bytes.length > 2 * readPartBytes;
  let startByte = range.startByte;
  if (!several || read.version === undefined) {
    const endByte = several ? startByte + readPartBytes : range.endByte;
    await getInto(read, { startByte, endByte }, bytes.subarray(0, endByte - startByte));
    startByte = endByte;
  }
  await readParts(read, { startByte, endByte: range.endByte }, bytes, range.startByte);
  return bytes;
}

/** HTTP has no empty ranges: only the version and the bounds are looked at. */
async function readNothing(read: Read, range: ByteRange): Promise<Uint8Array> {
  expectWithin(await current(read), range.startByte, range.endByte);
  return new Uint8Array(0);
}

/** @param originByte offset in the object of the first of `bytes` */
async function readParts(read: Read, range: ByteRange, bytes: Uint8Array, originByte: number): Promise<void> {
  const parts = partsOf(range, read.connection.options.readPartBytes);
  await forEachParallel(
    parts,
    parallelParts,
    (part, _, signal) =>
      getInto({ ...read, signal }, part, bytes.subarray(part.startByte - originByte, part.endByte - originByte)),
    read.signal,
  );
}

function* partsOf(range: ByteRange, partBytes: number): Iterable<ByteRange> {
  for (let { startByte } = range; startByte < range.endByte; startByte += partBytes) {
    yield { startByte, endByte: Math.min(startByte + partBytes, range.endByte) };
  }
}

/** One GET that has to bring all of `range`. */
async function getInto(read: Read, range: ByteRange, target: Uint8Array): Promise<void> {
  await get(read, range, (sizeBytes, version) => {
    expectWithin({ uri: read.uri, sizeBytes, version }, range.startByte, range.endByte);
    return target;
  });
}

/** @param place where the bytes go, known once the size is; the part of `range` that the object has must fill it */
async function get(
  read: Read,
  range: ByteRange,
  place: (sizeBytes: number, version: string) => Uint8Array,
): Promise<void> {
  const { connection, uri, signal } = read;
  const input = {
    ...addressOf(connection, uri),
    Range: `bytes=${range.startByte}-${range.endByte - 1}`,
    ...(read.version === undefined ? {} : { IfMatch: read.version }),
  };
  read.version = await send(
    connection,
    { doing: 'read', uri, signal },
    async (s3, abort) => {
      const answer = await s3.getObject(input, abort);
      // In Node the body is a stream of Node's; the SDK's type covers browsers too.
      const body = answer.Body as unknown as Readable;
      try {
        const version = answer.ETag ?? '';
        await collectInto(body, place(sizeOf(answer, uri), version), signal);
        return version;
      } catch (error) {
        body.destroy();
        throw error;
      }
    },
    [412, 416],
  );
}

function sizeOf(answer: GetObjectCommandOutput, uri: string): number {
  const size = /\/(\d+)$/.exec(answer.ContentRange ?? '')?.[1];
  if (size !== undefined) return Number(size);
  throw new StorageError(
    'STORAGE_FAILED',
    `Cannot read ${uri}: the store does not answer ranges of bytes (no Content-Range).`,
    { details: { uri } },
  );
}

function current(read: Read): Promise<ObjectInfo> {
  return headObject(read.connection, read.uri, read.signal, read.version);
}

/** S3's refusals say little: another look at the object tells what there is instead. */
async function explain(read: Read, refused: Refused, range: ByteRange | null): Promise<Error> {
  try {
    const now = await headObject(read.connection, read.uri, read.signal);
    expectVersion(now, read.version);
    if (range) expectWithin(now, range.startByte, range.endByte);
  } catch (error) {
    return error as Error;
  }
  return new StorageError(
    'STORAGE_FAILED',
    `Cannot read ${read.uri}: it was replaced at the same moment (${refused.status}).`,
    {
      retryable: true,
      details: { uri: read.uri, status: refused.status },
    },
  );
}

/** Not from Node's pool, so that the buffer below holds these bytes and nothing else. */
function allocate(bytes: number): Uint8Array<ArrayBuffer> {
  return Buffer.allocUnsafeSlow(bytes);
}
