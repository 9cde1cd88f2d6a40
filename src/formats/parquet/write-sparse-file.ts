import { type FileHandle, open } from 'node:fs/promises';
import type { SparseFilePlan } from './sparse-file.ts';

/** Bytes and where they stand in the object. */
export interface FetchedBytes {
  readonly startByte: number;
  readonly bytes: Uint8Array;
}

const magic = Buffer.from('PAR1');

/**
 * Writes the local stand-in of a Parquet file: fetched bytes at their own offsets as they come, then the new footer at the
 * end. The file is as long as the object but takes only the space of what is written.
 *
 * @param path where no file is yet: the engine could hold an older one of that name for this
 * @param fetched every range of the plan, whole or in parts, in any order
 * @param footer what `rewriteFooter` gave
 */
export async function materialize(
  path: string,
  plan: Pick<SparseFilePlan, 'sizeBytes' | 'footer'>,
  fetched: AsyncIterable<FetchedBytes> | Iterable<FetchedBytes>,
  footer: Uint8Array,
): Promise<void> {
  const file = await open(path, 'wx');
  try {
    await file.truncate(plan.sizeBytes);
    await writeAll(file, magic, 0);
    for await (const { startByte, bytes } of fetched) await writeAll(file, bytes, startByte);
    const tail = footerTail(footer);
    await writeAll(file, tail, tailStart(plan, tail.length));
  } finally {
    await file.close();
  }
}

/**
 * Where footer, length and magic begin: at the file's end, or, should the new footer be longer than the old one, behind
 * the last chunk.
 */
function tailStart({ sizeBytes, footer }: Pick<SparseFilePlan, 'sizeBytes' | 'footer'>, tailBytes: number): number {
  return Math.max(sizeBytes - tailBytes, footer.startByte);
}

/** Footer, its length in 4 bytes little endian, magic. */
function footerTail(footer: Uint8Array): Buffer {
  const length = Buffer.alloc(4);
  length.writeUInt32LE(footer.length);
  return Buffer.concat([footer, length, magic]);
}

async function writeAll(file: FileHandle, bytes: Uint8Array, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await file.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}
