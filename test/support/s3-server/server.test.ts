import { S3 } from '@aws-sdk/client-s3';
import { afterAll, afterEach, expect, test } from 'vitest';
import { openTestServer } from '../s3-target.ts';

const target = await openTestServer();
const { server, client, bucket: Bucket } = target;
afterEach(() => server.setFaults(null));
afterAll(() => target.close());

const text = async (answer: { Body?: { transformToString(): Promise<string> } | undefined }) =>
  answer.Body?.transformToString();
const refusal = (promise: Promise<unknown>) =>
  promise.then(
    () => null,
    (error: { name: string; $metadata: { httpStatusCode: number } }) =>
      `${error.$metadata.httpStatusCode} ${error.name}`,
  );

test('ranges: from, to, open, suffix; 416 where nothing is', async () => {
  await client.putObject({ Bucket, Key: 'digits', Body: '0123456789' });
  const range = (Range: string) => client.getObject({ Bucket, Key: 'digits', Range });
  expect(await text(await range('bytes=2-4'))).toBe('234');
  expect(await text(await range('bytes=8-'))).toBe('89');
  expect(await text(await range('bytes=-3'))).toBe('789');
  expect(await text(await range('bytes=-99'))).toBe('0123456789');
  expect(await range('bytes=5-99')).toMatchObject({
    ContentRange: 'bytes 5-9/10',
    ContentLength: 5,
    $metadata: { httpStatusCode: 206 },
  });
  expect(await refusal(range('bytes=10-11'))).toBe('416 InvalidRange');
  expect(await refusal(range('bytes=-0'))).toBe('416 InvalidRange');
  await client.putObject({ Bucket, Key: 'empty', Body: Buffer.alloc(0) });
  expect(await refusal(client.getObject({ Bucket, Key: 'empty', Range: 'bytes=0-9' }))).toBe('416 InvalidRange');
});

test('conditions of reads and writes', async () => {
  const { ETag = '' } = await client.putObject({ Bucket, Key: 'c', Body: 'one' });
  expect(await text(await client.getObject({ Bucket, Key: 'c', IfMatch: ETag }))).toBe('one');
  expect(await refusal(client.getObject({ Bucket, Key: 'c', IfMatch: '"other"' }))).toBe('412 PreconditionFailed');
  expect(await refusal(client.getObject({ Bucket, Key: 'c', IfNoneMatch: ETag }))).toMatch(/^304 /);
  expect(await refusal(client.putObject({ Bucket, Key: 'c', Body: 'two', IfNoneMatch: '*' }))).toBe(
    '412 PreconditionFailed',
  );
  expect(await refusal(client.putObject({ Bucket, Key: 'c', Body: 'two', IfMatch: '"other"' }))).toBe(
    '412 PreconditionFailed',
  );
  expect(await refusal(client.putObject({ Bucket, Key: 'd', Body: 'two', IfMatch: ETag }))).toBe('404 NoSuchKey');
  await client.putObject({ Bucket, Key: 'c', Body: 'two', IfMatch: ETag });
  expect(await text(await client.getObject({ Bucket, Key: 'c' }))).toBe('two');
});

test('multipart uploads: parts, their listing, the ETag of parts, abort', async () => {
  const upload = async (Key: string) =>
    (await client.createMultipartUpload({ Bucket, Key, Metadata: { colour: 'red' } })).UploadId ?? '';
  const UploadId = await upload('m');
  const five = 'x'.repeat(5 << 20);
  const part = async (PartNumber: number, Body: string) => ({
    PartNumber,
    ETag: (await client.uploadPart({ Bucket, Key: 'm', UploadId, PartNumber, Body })).ETag,
  });
  const Parts = [await part(1, five), await part(2, 'end')];
  expect((await client.listParts({ Bucket, Key: 'm', UploadId })).Parts).toMatchObject([
    { PartNumber: 1, Size: 5 << 20 },
    { PartNumber: 2, Size: 3 },
  ]);
  expect((await client.listMultipartUploads({ Bucket, Prefix: 'm' })).Uploads).toMatchObject([{ Key: 'm', UploadId }]);
  const complete = (list: typeof Parts) =>
    client.completeMultipartUpload({ Bucket, Key: 'm', UploadId, MultipartUpload: { Parts: list } });
  expect(await refusal(complete([...Parts].reverse()))).toBe('400 InvalidPartOrder');
  expect(await refusal(complete([{ PartNumber: 1, ETag: '"wrong"' }]))).toBe('400 InvalidPart');
  const small = await part(1, 'small');
  expect(await refusal(complete([small, Parts[1] ?? small]))).toBe('400 EntityTooSmall');
  Parts[0] = await part(1, five);
  expect((await complete(Parts)).ETag).toBe('"6d7c5fbffce55b2eb513ca823d7235b2-2"');
  expect(await client.headObject({ Bucket, Key: 'm' })).toMatchObject({
    ContentLength: (5 << 20) + 3,
    Metadata: { colour: 'red' },
  });
  expect(await refusal(complete(Parts))).toBe('404 NoSuchUpload');
  const other = await upload('n');
  await client.abortMultipartUpload({ Bucket, Key: 'n', UploadId: other });
  expect(await refusal(client.abortMultipartUpload({ Bucket, Key: 'n', UploadId: other }))).toBe('404 NoSuchUpload');
});

test('listing: prefix, delimiter, pages, start-after', async () => {
  const prefix = target.newFolder().slice(`s3://${Bucket}/`.length);
  for (const name of ['a/1', 'a/2', 'b', 'c/1', 'd'])
    await client.putObject({ Bucket, Key: `${prefix}${name}`, Body: name });
  const pages: string[][] = [];
  let ContinuationToken: string | undefined;
  do {
    const page = await client.listObjectsV2({
      Bucket,
      Prefix: prefix,
      Delimiter: '/',
      MaxKeys: 1,
      ...(ContinuationToken ? { ContinuationToken } : {}),
    });
    pages.push(
      [...(page.CommonPrefixes ?? []).map(({ Prefix }) => Prefix), ...(page.Contents ?? []).map(({ Key }) => Key)].map(
        (key) => key?.slice(prefix.length) ?? '',
      ),
    );
    ContinuationToken = page.NextContinuationToken;
  } while (ContinuationToken);
  expect(pages).toEqual([['a/'], ['b'], ['c/'], ['d']]);
  const after = await client.listObjectsV2({ Bucket, Prefix: prefix, StartAfter: `${prefix}b` });
  expect(after.Contents?.map(({ Key }) => Key?.slice(prefix.length))).toEqual(['c/1', 'd']);
  await client.deleteObjects({ Bucket, Delete: { Objects: [{ Key: `${prefix}b` }, { Key: `${prefix}a/1` }] } });
  const left = await client.listObjectsV2({ Bucket, Prefix: prefix });
  expect(left.Contents?.map(({ Key }) => Key?.slice(prefix.length))).toEqual(['a/2', 'c/1', 'd']);
});

test('what is missing has its own 404, what is not signed its 403', async () => {
  expect(await refusal(client.getObject({ Bucket, Key: 'nothing' }))).toBe('404 NoSuchKey');
  expect(await refusal(client.getObject({ Bucket: 'nowhere', Key: 'a' }))).toBe('404 NoSuchBucket');
  expect((await fetch(`${server.endpoint}/${Bucket}/digits`)).status).toBe(403);
  const { endpoint } = server;
  const stranger = new S3({
    endpoint,
    region: 'us-east-1',
    forcePathStyle: true,
    credentials: { accessKeyId: 'AKIAOTHER', secretAccessKey: 'x' },
  });
  expect(await refusal(stranger.getObject({ Bucket, Key: 'digits' }))).toBe('403 InvalidAccessKeyId');
});

test('faults: a flipped bit, a body cut short, an error, a lost reply; all are in the log', async () => {
  await client.putObject({ Bucket, Key: 'f', Body: 'abc' });
  server.clearLog();
  const get = () => client.getObject({ Bucket, Key: 'f' });
  server.setFaults(() => ({ kind: 'flip', byteOffset: 1 }));
  expect(await text(await get())).toBe('acc');
  server.setFaults(() => ({ kind: 'cut', afterBytes: 1 }));
  await expect(get().then(text)).rejects.toMatchObject({ code: 'ECONNRESET' });
  server.setFaults(() => ({ kind: 'error', status: 503, code: 'SlowDown' }));
  expect(await refusal(get())).toBe('503 SlowDown');
  server.setFaults(() => ({ kind: 'lost' }));
  await expect(client.deleteObject({ Bucket, Key: 'f' })).rejects.toMatchObject({ code: 'ECONNRESET' });
  server.setFaults(null);
  expect(await refusal(get())).toBe('404 NoSuchKey');
  expect(
    server.log.map(({ operation, status, bytesOut }) => [
      operation,
      status,
      operation === 'GetObject' && status === 200 ? bytesOut : 0,
    ]),
  ).toEqual([
    ['GetObject', 200, 3],
    ['GetObject', 200, 1],
    ['GetObject', 503, 0],
    ['DeleteObject', 0, 0],
    ['GetObject', 404, 0],
  ]);
});
