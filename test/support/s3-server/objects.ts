import { type Buckets, etagOf, type StoredObject } from './buckets.ts';
import { checkReadConditions, checkWriteConditions } from './conditions.ts';
import { S3Refusal, type S3Request, type S3Response } from './protocol.ts';
import { xmlDocument, xmlTexts } from './xml.ts';

/** GET of an object, whole or a range of it. */
export function getObject(buckets: Buckets, request: S3Request): S3Response {
  const object = existing(buckets, request);
  checkReadConditions(request, object);
  const range = rangeOf(request.headers.range, object.bytes.length);
  if (!range) return { status: 200, headers: headersOf(object), body: object.bytes };
  const { start, end } = range;
  return {
    status: 206,
    headers: { ...headersOf(object), 'Content-Range': `bytes ${start}-${end - 1}/${object.bytes.length}` },
    body: object.bytes.subarray(start, end),
  };
}

/** HEAD of an object: the headers of its GET, and how many bytes that would send. */
export function headObject(buckets: Buckets, request: S3Request): S3Response {
  const object = existing(buckets, request);
  checkReadConditions(request, object);
  return { status: 200, headers: { ...headersOf(object), 'Content-Length': String(object.bytes.length) } };
}

/** PUT of an object in one piece. */
export function putObject(buckets: Buckets, request: S3Request): S3Response {
  const bucket = buckets.get(request.bucket);
  checkWriteConditions(request, bucket.get(request.key));
  const etag = etagOf(request.body);
  bucket.put(request.key, { bytes: request.body, etag, headers: keptHeaders(request), modified: new Date() });
  return { status: 200, headers: { ETag: etag } };
}

/** DELETE of an object; one that is not there is deleted all the same. */
export function deleteObject(buckets: Buckets, request: S3Request): S3Response {
  buckets.get(request.bucket).delete(request.key);
  return { status: 204 };
}

/** POST `?delete`: up to 1,000 objects at once. */
export function deleteObjects(buckets: Buckets, request: S3Request): S3Response {
  const bucket = buckets.get(request.bucket);
  const xml = request.body.toString();
  const keys = xmlTexts(xml, 'Key');
  if (keys.length === 0 || keys.length > 1000)
    throw new S3Refusal(400, 'MalformedXML', 'The XML you provided was not well-formed');
  for (const key of keys) bucket.delete(key);
  const told = xmlTexts(xml, 'Quiet').includes('true') ? [] : keys.map((Key) => ({ Key }));
  return { status: 200, body: xmlDocument('DeleteResult', { Deleted: told }) };
}

/** Headers of a write that come back with every read of the object. */
export function keptHeaders(request: S3Request): Record<string, string> {
  const kept: Record<string, string> = {};
  for (const [name, value] of Object.entries(request.headers)) {
    if (/^x-amz-(meta-|server-side-encryption)/.test(name) && typeof value === 'string') kept[name] = value;
  }
  return kept;
}

function existing(buckets: Buckets, request: S3Request): StoredObject {
  const object = buckets.get(request.bucket).get(request.key);
  if (!object) throw new S3Refusal(404, 'NoSuchKey', 'The specified key does not exist.', { Key: request.key });
  return object;
}

function headersOf(object: StoredObject): Record<string, string> {
  return {
    ...object.headers,
    ETag: object.etag,
    'Last-Modified': object.modified.toUTCString(),
    'Content-Type': 'application/octet-stream',
    'Accept-Ranges': 'bytes',
  };
}

/** `bytes=a-b`, `bytes=a-` or the suffix `bytes=-n`; null for any other header, which is ignored. `end` is exclusive. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | null {
  const [, first, last] = /^bytes=(\d*)-(\d*)$/.exec(header ?? '') ?? [];
  if (first === undefined || last === undefined || (first === '' && last === '')) return null;
  const start = first === '' ? Math.max(0, size - Number(last)) : Number(first);
  const end = first === '' || last === '' ? size : Math.min(size, Number(last) + 1);
  if (start < end) return { start, end };
  throw new S3Refusal(416, 'InvalidRange', 'The requested range is not satisfiable', {
    RangeRequested: header ?? '',
    ActualObjectSize: String(size),
  });
}
