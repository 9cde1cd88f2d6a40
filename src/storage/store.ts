/** One object as a store tells it. */
export interface ObjectInfo {
  /** Absolute `file:` or `s3:` uri. */
  readonly uri: string;
  readonly sizeBytes: number;
  /** Changes whenever the object's bytes do: an ETag, or modification time and size of a file. */
  readonly version: string;
}

/** Bytes of an object; `endByte` is exclusive and may not pass the object's size. */
export interface ByteRange {
  readonly startByte: number;
  readonly endByte: number;
}

/** How a read is done. */
export interface ReadOptions {
  readonly signal?: AbortSignal;
  /** The version that is wanted; any other one is an error. */
  readonly version?: string;
}

/** How a listing is done. */
export interface ListOptions {
  readonly signal?: AbortSignal;
  /**
   * Whether objects below a folder (a uri that ends in `/`) are wanted. A hint that saves work: a store may list them all the same.
   */
  readonly enter?: (folderUri: string) => boolean;
}

/** Bytes to be staged: in memory, as they come, or in a local file that the store may take away. */
export type StagedContent =
  | { readonly kind: 'bytes'; readonly bytes: Uint8Array }
  | { readonly kind: 'chunks'; readonly chunks: AsyncIterable<Uint8Array> }
  | { readonly kind: 'file'; readonly path: string };

/**
 * A whole object that nobody sees yet. Plain JSON: a worker stages, the scheduler commits, maybe in another process.
 */
export interface StagedObject {
  /** The final uri. */
  readonly uri: string;
  readonly sizeBytes: number;
  /** What the store needs for commit or abort: a temporary file's name; on S3 the upload id and its parts. */
  readonly token: string;
}

/** What tells a staged object, or the beginning of one, from all others: enough to throw it away. */
export type StagedName = Pick<StagedObject, 'uri' | 'token'>;

/** Something that was staged, or began to be, and is neither shown nor thrown away. */
export interface StagedLeftover extends StagedName {
  /** Milliseconds since 1970, by the store's own clock: when it began (S3), or was last written to (files). */
  readonly sinceMs: number;
}

/** How an object is written. */
export interface WriteOptions {
  readonly signal?: AbortSignal;
  /**
   * False for an object that nobody wants any more when the machine has crashed: files are not flushed to the disk. Default true;
   * S3 has no choice.
   */
  readonly durable?: boolean;
  /** With mode `replace`: the version whose place is taken; when another one or none is there, nothing is written. */
  readonly ifVersion?: string;
}

/** How an object is deleted. */
export interface DeleteOptions {
  /** Uri of a folder, ending in `/`, which itself stays. Without it, folders stay, empty or not: they may be somebody's own. */
  readonly emptyFoldersBelow?: string;
}

/**
 * `create` refuses to take the place of an existing object (S3: `If-None-Match: *`); `replace` puts the new object in its
 * place at once, so that a reader sees the old or the new one.
 */
export type CommitMode = 'create' | 'replace';

/**
 * Where objects live. Small on purpose: every store passes the same conformance suite (`test/storage/conformance.ts`).
 *
 * On files, staging writes a temporary name beside the final one, and commit renames it. On S3, `read` is a ranged GET with
 * `If-Match`, `stage` a multipart upload that is left uncompleted, `commit` completes it (with `If-None-Match: *` for
 * `create`), `abort` aborts it, and `list` follows the pages of ListObjectsV2.
 */
export interface ObjectStore {
  /**
   * What the store knows of an object.
   *
   * @throws {StorageError} NOT_FOUND (also for folders), ACCESS_DENIED, STORAGE_FAILED
   */
  head(uri: string, options?: { readonly signal?: AbortSignal }): Promise<ObjectInfo>;

  /**
   * Reads `range` of an object, or all of it.
   *
   * @returns exactly `endByte - startByte` bytes
   * @throws {SourceError} OBJECT_CHANGED when the object's version is not `options.version`; never a mixture of two versions
   * @throws {StorageError} NOT_FOUND, ACCESS_DENIED, STORAGE_FAILED (also for a range that passes the end)
   */
  read(uri: string, range?: ByteRange | null, options?: ReadOptions): Promise<Uint8Array>;

  /**
   * Objects below a folder and all its folders, in no particular order; a folder that does not exist holds none.
   *
   * @param prefix uri of a folder, ending in `/`
   */
  list(prefix: string, options?: ListOptions): AsyncIterable<ObjectInfo>;

  /**
   * A path where a program of this machine can write an object so that `stage({ kind: 'file' })` takes it without a copy;
   * null when the store is not on this machine. Folders above it are made.
   */
  stagingPath(uri: string): Promise<string | null>;

  /**
   * Writes an object without showing it.
   *
   * @throws {StorageError} STORAGE_FULL with uri and bytes, ACCESS_DENIED, STORAGE_FAILED; what was written is gone then
   */
  stage(uri: string, content: StagedContent, options?: { readonly signal?: AbortSignal }): Promise<StagedObject>;

  /**
   * Shows a staged object under its uri, whole and at once. Done again, after a crash or a lost reply, it gives the same, as
   * long as the object stands there.
   *
   * @throws {StorageError} ALREADY_EXISTS in mode `create`; the staged object is still there then
   */
  commit(staged: StagedObject, mode: CommitMode): Promise<ObjectInfo>;

  /** Whether `commit` has what it needs, or has been done: the staged object is there, or stands under its uri. */
  canCommit(staged: StagedObject): Promise<boolean>;

  /** Throws a staged object away; one that is gone already is fine. */
  abort(staged: StagedName): Promise<void>;

  /**
   * What was staged below a folder and is neither shown nor thrown away, whoever did it, in no particular order; what is just
   * being written too. `abort` removes it.
   *
   * @param prefix uri of a folder, ending in `/`
   */
  listStaged(prefix: string): AsyncIterable<StagedLeftover>;

  /**
   * Writes an object and shows it, whole and at once: one request where it is small (S3: one PUT up to 16 MiB). In mode
   * `create` of several writers one wins (S3: `If-None-Match: *`; files: a hard link), which is what a journal needs; of
   * several that replace the same `ifVersion` too (S3: `If-Match`; files: see `replaceVersion`).
   *
   * @throws {StorageError} ALREADY_EXISTS in mode `create`; OBJECT_CHANGED when `ifVersion` is not what is there;
   * STORAGE_FULL, ACCESS_DENIED, STORAGE_FAILED; nothing is left then
   */
  write(uri: string, content: StagedContent, mode: CommitMode, options?: WriteOptions): Promise<ObjectInfo>;

  /**
   * Deletes an object; one that is gone already is fine.
   *
   * @param options where a folder is named, those below it that hold the object and nothing else go too; on S3 there are none
   */
  delete(uri: string, options?: DeleteOptions): Promise<void>;
}
