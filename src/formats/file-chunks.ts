import type { ByteRange, ObjectInfo, ObjectStore } from '../storage/store.ts';
import { compressionOf } from './samples.ts';

/** Bytes fetched at a time. */
const chunkBytes = 4 << 20;

/**
 * A file's bytes piece by piece, decompressed when it is gzip; null for zstd, which Node 20 does not read.
 *
 * @param slice the bytes that are wanted of a file that is not compressed; null for all
 */
export function fileChunks(
  file: ObjectInfo,
  store: Pick<ObjectStore, 'read'>,
  slice: ByteRange | null = null,
): AsyncIterable<Uint8Array> | null {
  switch (compressionOf(file.uri)) {
    case 'none':
      return rawChunks(file, store, slice ?? { startByte: 0, endByte: file.sizeBytes });
    case 'gzip':
      return gunzipped(file, store);
    case 'zstd':
      return null;
  }
}

async function* rawChunks(
  file: ObjectInfo,
  store: Pick<ObjectStore, 'read'>,
  slice: ByteRange,
): AsyncIterable<Uint8Array> {
  for (let startByte = slice.startByte; startByte < slice.endByte; startByte += chunkBytes) {
    const endByte = Math.min(startByte + chunkBytes, slice.endByte);
    yield await store.read(file.uri, { startByte, endByte }, { version: file.version });
  }
}

async function* gunzipped(file: ObjectInfo, store: Pick<ObjectStore, 'read'>): AsyncIterable<Uint8Array> {
  const [{ createGunzip }, { Readable }] = await Promise.all([import('node:zlib'), import('node:stream')]);
  const packed = rawChunks(file, store, { startByte: 0, endByte: file.sizeBytes });
  yield* Readable.from(packed).compose(createGunzip()) as AsyncIterable<Uint8Array>;
}
