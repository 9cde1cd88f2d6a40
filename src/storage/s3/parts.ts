import { type FileHandle, open } from 'node:fs/promises';
import { StorageError } from '../../errors.ts';
import { storageFailure } from '../failure.ts';
import type { StagedContent } from '../store.ts';
import { formatUri } from '../uri.ts';

/** Most parts that an upload may have. @see "Amazon S3 multipart upload limits" in the S3 User Guide */
export const maxParts = 10_000;

/**
 * Content in parts of equal size but the last, as R2 wants them; never none: an object without bytes is one empty part. Parts of
 * content in memory are views of it.
 *
 * @param partBytes made larger where known content would not fit into 10,000 parts
 */
export async function* partsOf(content: StagedContent, partBytes: number): AsyncGenerator<Uint8Array, void> {
  switch (content.kind) {
    case 'bytes':
      return yield* slices(content.bytes, fitting(content.bytes.length, partBytes));
    case 'file':
      return yield* fileParts(content.path, partBytes);
    case 'chunks':
      return yield* filled(content.chunks, partBytes);
  }
}

/** Size in whole MiB, as parts that all stores take. */
function fitting(sizeBytes: number, partBytes: number): number {
  const mebibyte = 1 << 20;
  return sizeBytes <= partBytes * maxParts ? partBytes : Math.ceil(sizeBytes / maxParts / mebibyte) * mebibyte;
}

function* slices(bytes: Uint8Array, partBytes: number): Generator<Uint8Array, void> {
  let start = 0;
  do {
    yield bytes.subarray(start, start + partBytes);
    start += partBytes;
  } while (start < bytes.length);
}

/** Every chunk is copied before the next is asked for: its maker may use the memory again. */
async function* filled(chunks: AsyncIterable<Uint8Array>, partBytes: number): AsyncGenerator<Uint8Array, void> {
  let part = Buffer.allocUnsafeSlow(partBytes);
  let length = 0;
  for await (const chunk of chunks) {
    for (let taken = 0; taken < chunk.length; ) {
      if (length === partBytes) {
        yield part;
        part = Buffer.allocUnsafeSlow(partBytes);
        length = 0;
      }
      const some = chunk.subarray(taken, taken + partBytes - length);
      part.set(some, length);
      length += some.length;
      taken += some.length;
    }
  }
  yield part.subarray(0, length);
}

async function* fileParts(path: string, partBytes: number): AsyncGenerator<Uint8Array, void> {
  const uri = formatUri({ scheme: 'file', path });
  let file: FileHandle | undefined;
  try {
    file = await open(path, 'r');
    const { size } = await file.stat();
    const step = fitting(size, partBytes);
    let start = 0;
    do {
      const part = Buffer.allocUnsafeSlow(Math.min(step, size - start));
      await fill(file, part, start, uri);
      yield part;
      start += part.length;
    } while (start < size);
  } catch (error) {
    throw storageFailure(error, 'read', uri);
  } finally {
    await file?.close();
  }
}

async function fill(file: FileHandle, part: Buffer, startByte: number, uri: string): Promise<void> {
  for (let filled = 0; filled < part.length; ) {
    const { bytesRead } = await file.read(part, filled, part.length - filled, startByte + filled);
    if (bytesRead === 0) {
      throw new StorageError(
        'STORAGE_FAILED',
        `Cannot read ${uri}: it became shorter while it was uploaded, and ends at byte ${startByte + filled}.`,
        {
          details: { uri },
        },
      );
    }
    filled += bytesRead;
  }
}
