import { createHash } from 'node:crypto';
import { S3Refusal } from './protocol.ts';

/** An object as it is stored. */
export interface StoredObject {
  readonly bytes: Buffer;
  /** With its quotes, as it is sent. */
  readonly etag: string;
  /** `x-amz-meta-…` and `x-amz-server-side-encryption…` headers, given back with the object. */
  readonly headers: Readonly<Record<string, string>>;
  readonly modified: Date;
}

/** A multipart upload that is neither completed nor aborted. */
export interface Upload {
  readonly id: string;
  readonly key: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly started: Date;
  readonly parts: Map<number, { readonly bytes: Buffer; readonly etag: string }>;
}

/** A bucket in memory. */
export class Bucket {
  readonly uploads = new Map<string, Upload>();
  readonly #objects = new Map<string, StoredObject>();
  #sortedKeys: string[] | null = null;

  get(key: string): StoredObject | undefined {
    return this.#objects.get(key);
  }

  put(key: string, object: StoredObject): void {
    if (!this.#objects.has(key)) this.#sortedKeys = null;
    this.#objects.set(key, object);
  }

  delete(key: string): void {
    if (this.#objects.delete(key)) this.#sortedKeys = null;
  }

  /** Keys in the order of S3's listings: by their bytes in UTF-8. */
  keys(): readonly string[] {
    this.#sortedKeys ??= [...this.#objects.keys()].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    return this.#sortedKeys;
  }
}

/** Everything that the server holds. */
export class Buckets {
  readonly #buckets = new Map<string, Bucket>();

  create(name: string): Bucket {
    const bucket = this.#buckets.get(name) ?? new Bucket();
    this.#buckets.set(name, bucket);
    return bucket;
  }

  /** @throws {S3Refusal} 404 NoSuchBucket */
  get(name: string): Bucket {
    const bucket = this.#buckets.get(name);
    if (!bucket) throw new S3Refusal(404, 'NoSuchBucket', 'The specified bucket does not exist', { BucketName: name });
    return bucket;
  }
}

/** ETag of bytes that came in one piece, quotes included. */
export function etagOf(bytes: Uint8Array): string {
  return `"${createHash('md5').update(bytes).digest('hex')}"`;
}

/** ETag of an object of parts: the MD5 of their MD5s, and their number. */
export function multipartEtag(etags: readonly string[]): string {
  const hash = createHash('md5');
  for (const etag of etags) hash.update(Buffer.from(etag.replaceAll('"', ''), 'hex'));
  return `"${hash.digest('hex')}-${etags.length}"`;
}
