import { randomUUID } from 'node:crypto';
import { type Bucket, type Buckets, etagOf, multipartEtag, type Upload } from './buckets.ts';
import { checkWriteConditions } from './conditions.ts';
import { encodeKey } from './list-objects.ts';
import { keptHeaders } from './objects.ts';
import { S3Refusal, type S3Request, type S3Response } from './protocol.ts';
import { xmlDocument, xmlTexts } from './xml.ts';

/** POST `?uploads`: starts an upload. */
export function createUpload(buckets: Buckets, request: S3Request): S3Response {
  const bucket = buckets.get(request.bucket);
  const upload: Upload = {
    id: randomUUID(),
    key: request.key,
    headers: keptHeaders(request),
    started: new Date(),
    parts: new Map(),
  };
  bucket.uploads.set(upload.id, upload);
  const body = xmlDocument('InitiateMultipartUploadResult', {
    Bucket: request.bucket,
    Key: request.key,
    UploadId: upload.id,
  });
  return { status: 200, body };
}

/** PUT `?partNumber=…&uploadId=…`: a part, in place of one of the same number. */
export function uploadPart(buckets: Buckets, request: S3Request): S3Response {
  const upload = existingUpload(buckets.get(request.bucket), request);
  const number = Number(request.query.get('partNumber'));
  if (!Number.isInteger(number) || number < 1 || number > 10_000) {
    throw new S3Refusal(400, 'InvalidArgument', 'Part number must be an integer between 1 and 10000, inclusive');
  }
  const etag = etagOf(request.body);
  upload.parts.set(number, { bytes: request.body, etag });
  return { status: 200, headers: { ETag: etag } };
}

/** POST `?uploadId=…`: shows the object; refused conditions leave the upload as it is. */
export function completeUpload(buckets: Buckets, request: S3Request, minPartBytes: number): S3Response {
  const bucket = buckets.get(request.bucket);
  const upload = existingUpload(bucket, request);
  const parts = namedParts(upload, request.body.toString(), minPartBytes);
  checkWriteConditions(request, bucket.get(request.key));
  const etag = multipartEtag(parts.map((part) => part.etag));
  bucket.put(request.key, {
    bytes: Buffer.concat(parts.map((part) => part.bytes)),
    etag,
    headers: upload.headers,
    modified: new Date(),
  });
  bucket.uploads.delete(upload.id);
  const body = xmlDocument('CompleteMultipartUploadResult', { Bucket: request.bucket, Key: request.key, ETag: etag });
  return { status: 200, body };
}

/** DELETE `?uploadId=…` */
export function abortUpload(buckets: Buckets, request: S3Request): S3Response {
  const bucket = buckets.get(request.bucket);
  bucket.uploads.delete(existingUpload(bucket, request).id);
  return { status: 204 };
}

/**
 * GET of a bucket `?uploads`: by key and then by upload, 1,000 a page, with `encoding-type=url`.
 *
 * @param prefixIsKey whether a prefix means the key of that name alone, as MinIO takes it
 */
export function listUploads(buckets: Buckets, request: S3Request, prefixIsKey: boolean): S3Response {
  const { query } = request;
  const prefix = query.get('prefix') ?? '';
  const encode = query.get('encoding-type') === 'url' ? encodeKey : (key: string) => key;
  const after = [query.get('key-marker') ?? '', query.get('upload-id-marker') ?? '\u{10ffff}'] as const;
  const size = Math.min(Number(query.get('max-uploads') ?? 1000), 1000);
  const uploads = [...buckets.get(request.bucket).uploads.values()]
    .filter(({ key }) => (prefixIsKey && prefix !== '' ? key === prefix : key.startsWith(prefix)))
    .filter(({ key, id }) => after[0] === '' || comparePlaces([key, id], after) > 0)
    .sort((a, b) => comparePlaces([a.key, a.id], [b.key, b.id]));
  const page = uploads.slice(0, size);
  const last = page.at(-1);
  const body = xmlDocument('ListMultipartUploadsResult', {
    Bucket: request.bucket,
    IsTruncated: page.length < uploads.length,
    ...(query.get('encoding-type') === 'url' ? { EncodingType: 'url' } : {}),
    ...(last && page.length < uploads.length ? { NextKeyMarker: encode(last.key), NextUploadIdMarker: last.id } : {}),
    Upload: page.map(({ key, id, started }) => ({
      Key: encode(key),
      UploadId: id,
      Initiated: started.toISOString(),
    })),
  });
  return { status: 200, body };
}

function comparePlaces([key, id]: readonly [string, string], [otherKey, otherId]: readonly [string, string]): number {
  return Buffer.compare(Buffer.from(key), Buffer.from(otherKey)) || (id < otherId ? -1 : id > otherId ? 1 : 0);
}

/** GET of a key `?uploadId=…`: all parts at once, without pages. */
export function listParts(buckets: Buckets, request: S3Request): S3Response {
  const upload = existingUpload(buckets.get(request.bucket), request);
  const parts = [...upload.parts].sort(([a], [b]) => a - b);
  const body = xmlDocument('ListPartsResult', {
    Bucket: request.bucket,
    Key: upload.key,
    UploadId: upload.id,
    IsTruncated: false,
    Part: parts.map(([PartNumber, { etag, bytes }]) => ({ PartNumber, ETag: etag, Size: bytes.length })),
  });
  return { status: 200, body };
}

function existingUpload(bucket: Bucket, request: S3Request): Upload {
  const id = request.query.get('uploadId') ?? '';
  const upload = bucket.uploads.get(id);
  if (upload?.key === request.key) return upload;
  throw new S3Refusal(
    404,
    'NoSuchUpload',
    'The specified upload does not exist. The upload ID may be invalid, or the upload may have been aborted or completed.',
    { UploadId: id },
  );
}

function namedParts(upload: Upload, xml: string, minPartBytes: number): { bytes: Buffer; etag: string }[] {
  const numbers = xmlTexts(xml, 'PartNumber').map(Number);
  const etags = xmlTexts(xml, 'ETag');
  if (numbers.length === 0) throw new S3Refusal(400, 'MalformedXML', 'The XML you provided was not well-formed');
  if (numbers.some((number, index) => number <= (numbers[index - 1] ?? 0))) {
    throw new S3Refusal(400, 'InvalidPartOrder', 'The list of parts was not in ascending order.');
  }
  return numbers.map((number, index) => {
    const part = upload.parts.get(number);
    if (!part || part.etag.replaceAll('"', '') !== etags[index]?.replaceAll('"', '')) {
      throw new S3Refusal(400, 'InvalidPart', 'One or more of the specified parts could not be found.');
    }
    if (part.bytes.length < minPartBytes && index < numbers.length - 1) {
      throw new S3Refusal(400, 'EntityTooSmall', 'Your proposed upload is smaller than the minimum allowed size');
    }
    return part;
  });
}
