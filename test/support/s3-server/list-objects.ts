import type { Bucket, Buckets } from './buckets.ts';
import { S3Refusal, type S3Request, type S3Response } from './protocol.ts';
import { xmlDocument } from './xml.ts';

/** Most keys and common prefixes that one page holds. */
const maxPageKeys = 1000;

interface Page {
  readonly contents: string[];
  readonly prefixes: string[];
  /** Where the next page goes on: after every key that starts with or equals this; null on the last page. */
  readonly next: string | null;
}

/** GET `?list-type=2`: prefix, delimiter, start-after, continuation tokens, and `encoding-type=url`. */
export function listObjects(buckets: Buckets, request: S3Request): S3Response {
  const { query } = request;
  const bucket = buckets.get(request.bucket);
  const encode = query.get('encoding-type') === 'url' ? encodeKey : (key: string) => key;
  const page = pageOf(bucket, query);
  const body = xmlDocument('ListBucketResult', {
    Name: request.bucket,
    Prefix: encode(query.get('prefix') ?? ''),
    MaxKeys: pageKeys(query),
    KeyCount: page.contents.length + page.prefixes.length,
    IsTruncated: page.next !== null,
    ...(query.has('delimiter') ? { Delimiter: encode(query.get('delimiter') ?? '') } : {}),
    ...(query.get('encoding-type') === 'url' ? { EncodingType: 'url' } : {}),
    ...(page.next === null ? {} : { NextContinuationToken: Buffer.from(page.next).toString('base64url') }),
    Contents: page.contents.map((key) => ({ Key: encode(key), ...facts(bucket, key) })),
    CommonPrefixes: page.prefixes.map((prefix) => ({ Prefix: encode(prefix) })),
  });
  return { status: 200, headers: { 'Content-Type': 'application/xml' }, body };
}

function pageOf(bucket: Bucket, query: URLSearchParams): Page {
  const prefix = query.get('prefix') ?? '';
  const delimiter = query.get('delimiter') ?? '';
  const token = query.get('continuation-token');
  const after = token === null ? (query.get('start-after') ?? '') : Buffer.from(token, 'base64url').toString();
  const page = { contents: [] as string[], prefixes: [] as string[] };
  let last = after;
  for (const key of bucket.keys()) {
    if (
      !key.startsWith(prefix) ||
      !isAfter(key, after) ||
      (token !== null && delimiter && after.endsWith(delimiter) && key.startsWith(after))
    ) {
      continue;
    }
    const cut = delimiter === '' ? -1 : key.indexOf(delimiter, prefix.length);
    const entry = cut < 0 ? key : key.slice(0, cut + delimiter.length);
    if (cut >= 0 && page.prefixes.at(-1) === entry) continue;
    if (page.contents.length + page.prefixes.length === pageKeys(query)) return { ...page, next: last };
    (cut < 0 ? page.contents : page.prefixes).push(entry);
    last = entry;
  }
  return { ...page, next: null };
}

function isAfter(key: string, other: string): boolean {
  return other === '' || Buffer.compare(Buffer.from(key), Buffer.from(other)) > 0;
}

function pageKeys(query: URLSearchParams): number {
  const asked = Number(query.get('max-keys') ?? maxPageKeys);
  if (!Number.isInteger(asked) || asked < 0) throw new S3Refusal(400, 'InvalidArgument', 'max-keys is no number');
  return Math.min(asked, maxPageKeys);
}

function facts(bucket: Bucket, key: string): Record<string, string | number> {
  const object = bucket.get(key);
  if (!object) return {};
  return {
    LastModified: object.modified.toISOString(),
    ETag: object.etag,
    Size: object.bytes.length,
    StorageClass: 'STANDARD',
  };
}

/** As Amazon does it: `/` stays, a space is `+`. */
export function encodeKey(key: string): string {
  return encodeURIComponent(key).replaceAll('%2F', '/').replaceAll('%20', '+');
}
