import type { ObjectInfo, ObjectStore } from '../storage/store.ts';
import { compressionOf } from './samples.ts';

/** Bytes fetched at a time. */
const chunkBytes = 4 << 20;

/** A file's bytes piece by piece, decompressed when it is gzip; null for zstd, which Node 20 does not read. */
export function fileChunks(file: ObjectInfo, store: Pick<ObjectStore, 'read'>): AsyncIterable<Uint8Array> | null {
  switch (compressionOf(file.uri)) {
    case 'none':
      return rawChunks(file, store);
    case 'gzip':
      return gunzipped(file, store);
    case 'zstd':
      return null;
  }
}

async function* rawChunks(file: ObjectInfo, store: Pick<ObjectStore, 'read'>): AsyncIterable<Uint8Array> {
  for (let startByte = 0; startByte < file.sizeBytes; startByte += chunkBytes) {
    const endByte = Math.min(startByte + chunkBytes, file.sizeBytes);
    yield await store.read(file.uri, { startByte, endByte }, { version: file.version });
  }
}

async function* gunzipped(file: ObjectInfo, store: Pick<ObjectStore, 'read'>): AsyncIterable<Uint8Array> {
  const [{ createGunzip }, { Readable }] = await Promise.all([import('node:zlib'), import('node:stream')]);
  yield* Readable.from(rawChunks(file, store)).compose(createGunzip()) as AsyncIterable<Uint8Array>;
}
