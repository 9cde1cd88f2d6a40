import { SourceError } from '../../../src/errors.ts';
import type { ScanFile } from '../../../src/plan/source.ts';
import type { ByteRange, ObjectStore } from '../../../src/storage/store.ts';

/** One object in memory whose reads are written down. */
export class MemoryReads implements Pick<ObjectStore, 'read'> {
  readonly ranges: [startByte: number, endByte: number][] = [];
  readonly file: ScanFile;
  private readonly bytes: Uint8Array;

  constructor(bytes: Uint8Array) {
    this.bytes = bytes;
    this.file = { uri: 'file:///lake/a.parquet', sizeBytes: bytes.length, version: 'v1', partition: {} };
  }

  async read(
    uri: string,
    range?: ByteRange | null,
    options?: { signal?: AbortSignal; version?: string },
  ): Promise<Uint8Array> {
    options?.signal?.throwIfAborted();
    if (options?.version !== 'v1') throw new SourceError('OBJECT_CHANGED', `${uri} changed`);
    const { startByte, endByte } = range ?? { startByte: 0, endByte: this.bytes.length };
    if (startByte < 0 || endByte > this.bytes.length)
      throw new Error(`bytes ${startByte} to ${endByte} of ${this.bytes.length}`);
    this.ranges.push([startByte, endByte]);
    return this.bytes.slice(startByte, endByte);
  }
}
