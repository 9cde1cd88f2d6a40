import type { ParquetFooter } from '../../formats/parquet/footer.ts';
import type { FileSamples, Sample } from '../../formats/samples.ts';
import type { Schema } from '../../plan/types.ts';
import type { ObjectInfo } from '../../storage/store.ts';

/** What a session remembers of files: a file is not read again while its version is the same. */
export interface ResolveCache {
  readonly parquetSchemas: FileCache<Schema>;
  readonly footers: FileCache<ParquetFooter>;
  readonly samples: FileCache<FileSamples>;
  readonly heads: FileCache<Sample>;
}

/** A new, empty memory. Samples are large (up to 192 KiB), so few of them are kept. */
export function createResolveCache(): ResolveCache {
  return {
    parquetSchemas: new FileCache(16_384),
    footers: new FileCache(16_384),
    samples: new FileCache(128),
    heads: new FileCache(1_024),
  };
}

/** Values by file and version; the oldest go when there are too many. */
export class FileCache<T> {
  private readonly limit: number;
  private readonly values = new Map<string, Promise<T>>();

  constructor(limit: number) {
    this.limit = limit;
  }

  /**
   * The value of a file, made by `make` when it is not known. Callers at the same time share one making; a failure is not
   * remembered.
   *
   * @param variant distinguishes values of the same file
   */
  get(file: ObjectInfo, make: () => Promise<T>, variant = ''): Promise<T> {
    const key = `${variant}\n${file.version}\n${file.uri}`;
    const known = this.values.get(key);
    if (known) return known;
    const made = make();
    this.values.set(key, made);
    made.catch(() => this.values.delete(key));
    for (const oldest of this.values.keys()) {
      if (this.values.size <= this.limit) break;
      this.values.delete(oldest);
    }
    return made;
  }
}
