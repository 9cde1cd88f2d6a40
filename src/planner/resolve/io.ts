import type { ResolvedFormat, ScanFile } from '../../plan/source.ts';
import type { Schema } from '../../plan/types.ts';
import type { ObjectInfo, ObjectStore } from '../../storage/store.ts';
import type { ResolveCache } from './cache.ts';

/** What resolve uses of the outside world. */
export interface ResolveIo {
  readonly store: ObjectStore;
  /** Columns of each Parquet file, as the engine reads it; paths are local. */
  readonly describeParquet: (paths: readonly string[]) => Promise<readonly Schema[]>;
  /** Columns of a Parquet file elsewhere, as the engine would read them; the bytes are those of an empty file with its footer. */
  readonly describeEmptyParquet: (file: Uint8Array) => Promise<Schema>;
  /** First bytes of a zstd file, decompressed (see `formats/zstd-head.ts`). */
  readonly zstdHead: (
    file: ObjectInfo,
    maxBytes: number,
  ) => Promise<{ readonly bytes: Uint8Array; readonly atEnd: boolean }>;
  /** What is known of files from earlier queries of the session. */
  readonly cache: ResolveCache;
  /** Workers that read footers where there are very many; left out where there are none. */
  readonly footerWorkers?: {
    /** Footers that the driver reads by itself; see `mostDriverFooters`. */
    readonly mostDriverFooters: number;
    /** Whether queries are spread over workers. */
    areThere(): Promise<boolean>;
  };
  readonly signal?: AbortSignal;
}

/** What files hold, folders' columns apart. */
export interface FileContents {
  readonly format: ResolvedFormat;
  /** The files, with their own column order where it matters. */
  readonly files: readonly ScanFile[];
  readonly columns: Schema;
  /** Uri of the one file whose columns these are, where no other one was looked at. */
  readonly schemaFrom?: string;
}
