import { open, stat } from 'node:fs/promises';
import { storageFailure } from '../failure.ts';
import type { StagedContent } from '../store.ts';

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
      return yield* filled(fileChunks(content.path, partBytes), fitting((await stat(content.path)).size, partBytes));
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

async function* fileChunks(path: string, chunkBytes: number): AsyncGenerator<Uint8Array, void> {
  const file = await open(path, 'r').catch((error: unknown) => {
    throw storageFailure(error, 'read', path);
  });
  try {
    const buffer = Buffer.allocUnsafeSlow(Math.min(chunkBytes, 1 << 20));
    for (;;) {
      const { bytesRead } = await file.read(buffer, 0, buffer.length);
      if (bytesRead === 0) return;
      yield buffer.subarray(0, bytesRead);
    }
  } finally {
    await file.close();
  }
}
