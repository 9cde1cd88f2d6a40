import type { ByteRange, ObjectInfo } from '../../storage/store.ts';
import type { FetchedBytes } from './write-sparse-file.ts';

type PinnedObject = Pick<ObjectInfo, 'uri' | 'version'>;

/** Bytes of all ends together: those of 256 files with footers of up to 64 KiB. */
const defaultLimitBytes = 16 << 20;

/**
 * Ends of Parquet files, where footers lie, kept by a worker between tasks: splits of one file find its footer without another
 * request. An object that was written anew is another version, and another entry. The ones that nobody asked for longest go
 * first.
 */
export class FileEnds {
  private readonly limitBytes: number;
  private readonly ends = new Map<string, FetchedBytes[]>();
  private sizeBytes = 0;

  /** @param limitBytes kept at most */
  constructor(limitBytes: number = defaultLimitBytes) {
    this.limitBytes = limitBytes;
  }

  /** What was added of an object, in any order. */
  of(object: PinnedObject): readonly FetchedBytes[] {
    const key = keyOf(object);
    const found = this.ends.get(key);
    if (!found) return [];
    this.ends.delete(key);
    this.ends.set(key, found);
    return found;
  }

  /** Keeps what was read of an object; what is longer than all that may be kept is forgotten at once. */
  add(object: PinnedObject, { startByte }: ByteRange, bytes: Uint8Array): void {
    const key = keyOf(object);
    this.ends.set(key, [...this.of(object), { startByte, bytes }]);
    this.sizeBytes += bytes.length;
    for (const [oldest, parts] of this.ends) {
      if (this.sizeBytes <= this.limitBytes) break;
      this.ends.delete(oldest);
      this.sizeBytes -= parts.reduce((sum, part) => sum + part.bytes.length, 0);
    }
  }
}

function keyOf({ uri, version }: PinnedObject): string {
  return `${version}\n${uri}`;
}
