import { inspect } from 'node:util';
import { afterAll, afterEach, beforeEach, expect, test } from 'vitest';
import { clientConfig } from '../../src/storage/s3/client.ts';
import { resolveOptions } from '../../src/storage/s3/options.ts';
import { openS3Store } from '../../src/storage/s3/s3-store.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { openTestServer } from '../support/s3-target.ts';

const target = await openTestServer();
const { server } = target;
const environment = { ...process.env };

beforeEach(() => server.clearLog());
afterEach(() => {
  process.env = { ...environment };
});
afterAll(() => target.close());

/** Every kind of request once. */
async function useAll(store: ObjectStore): Promise<void> {
  const folder = target.newFolder();
  const content = { kind: 'bytes', bytes: Buffer.from('x') } as const;
  await store.write(`${folder}a`, content, 'create');
  await store.commit(await store.stage(`${folder}b`, content), 'create');
  await store.abort(await store.stage(`${folder}c`, content));
  await store.head(`${folder}a`);
  await store.read(`${folder}a`);
  for await (const { uri } of store.list(folder)) await store.delete(uri);
}

test('requesterPays stands on every request', async () => {
  await useAll(await openS3Store({ ...target.options, requesterPays: true }));
  expect(new Set(server.log.map(({ headers }) => headers['x-amz-request-payer']))).toEqual(new Set(['requester']));
});

test('encryption stands on what starts an object, and nowhere else', async () => {
  const asked = async (encryption: { kind: 's3' } | { kind: 'kms'; keyId?: string }) => {
    server.clearLog();
    await useAll(await openS3Store({ ...target.options, encryption }));
    const encrypted = server.log.filter(({ headers }) => headers['x-amz-server-side-encryption']);
    expect(new Set(encrypted.map(({ operation }) => operation))).toEqual(
      new Set(['PutObject', 'CreateMultipartUpload']),
    );
    const { headers } = encrypted[0] ?? { headers: {} as Record<string, string> };
    return [headers['x-amz-server-side-encryption'], headers['x-amz-server-side-encryption-aws-kms-key-id']];
  };
  expect(await asked({ kind: 's3' })).toEqual(['AES256', undefined]);
  expect(await asked({ kind: 'kms' })).toEqual(['aws:kms', undefined]);
  expect(await asked({ kind: 'kms', keyId: 'key-1' })).toEqual(['aws:kms', 'key-1']);
});

test('no request carries the checksums that stores other than Amazon refuse', async () => {
  await useAll(await openS3Store(target.options));
  const names = new Set(server.log.flatMap(({ headers }) => Object.keys(headers)));
  expect([...names].filter((name) => /checksum|x-amz-trailer|^expect$/.test(name))).toEqual([]);
});

test('endpoint, region and path style: options before the environment, a region that MinIO and R2 accept at last', () => {
  const config = (options: Parameters<typeof resolveOptions>[0], env: Record<string, string> = {}) => {
    const { endpoint, region, forcePathStyle, followRegionRedirects, maxAttempts } = clientConfig(
      resolveOptions(options),
      env,
    );
    return { endpoint, region, forcePathStyle, followRegionRedirects, maxAttempts };
  };
  expect(config({})).toEqual({
    endpoint: undefined,
    region: undefined,
    forcePathStyle: false,
    followRegionRedirects: true,
    maxAttempts: 1,
  });
  expect(config({ region: 'eu-central-1' }, { AWS_REGION: 'us-west-2' })).toMatchObject({ region: 'eu-central-1' });
  expect(config({}, { AWS_REGION: 'us-west-2' })).toMatchObject({ region: 'us-west-2' });
  const minio = {
    endpoint: 'http://localhost:9000',
    region: 'us-east-1',
    forcePathStyle: true,
    followRegionRedirects: undefined,
  };
  expect(config({ endpoint: 'http://localhost:9000' })).toMatchObject(minio);
  expect(config({}, { AWS_ENDPOINT_URL_S3: 'http://localhost:9000' })).toMatchObject(minio);
  expect(config({ endpoint: 'http://localhost:9000', forcePathStyle: false })).toMatchObject({ forcePathStyle: false });
});

test('an error names the bucket that is missing', async () => {
  const store = await openS3Store(target.options);
  await expect(store.read('s3://no-such-bucket/a')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: 'Cannot read s3://no-such-bucket/a: there is no bucket "no-such-bucket".',
  });
  await expect(store.list('s3://no-such-bucket/')[Symbol.asyncIterator]().next()).rejects.toMatchObject({
    message: 'Cannot list s3://no-such-bucket/: there is no bucket "no-such-bucket".',
  });
});

test('folders and buckets are no objects', async () => {
  const store = await openS3Store(target.options);
  for (const uri of [`s3://${target.bucket}`, `s3://${target.bucket}/`, `s3://${target.bucket}/folder/`]) {
    const expected = { code: 'NOT_FOUND', message: `There is no object ${uri}: it is a folder.` };
    await expect(store.head(uri)).rejects.toMatchObject(expected);
    await expect(store.read(uri)).rejects.toMatchObject(expected);
  }
  expect(server.log).toEqual([]);
});

test('errors hold no credentials, however deeply one looks', async () => {
  process.env.AWS_ACCESS_KEY_ID = 'AKIAFORGOTTEN';
  process.env.AWS_SECRET_ACCESS_KEY = 'very-secret';
  process.env.AWS_SESSION_TOKEN = 'session-token';
  const store = await openS3Store(target.options);
  const error: unknown = await store.read('s3://shoal-test/a').catch((failure: unknown) => failure);
  expect(error).toMatchObject({
    code: 'ACCESS_DENIED',
    message:
      'Cannot read s3://shoal-test/a: access was denied (403 InvalidAccessKeyId: The AWS Access Key Id you provided does not exist in our records.).',
  });
  expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toMatch(
    /AKIAFORGOTTEN|very-secret|session-token/,
  );
});

test('missing credentials and a missing region are told with what to do', async () => {
  for (const name of ['AWS_ACCESS_KEY_ID', 'AWS_SECRET_ACCESS_KEY']) delete process.env[name];
  const store = await openS3Store(target.options);
  await expect(store.head('s3://shoal-test/a')).rejects.toMatchObject({
    code: 'ACCESS_DENIED',
    retryable: false,
    message:
      'Cannot read s3://shoal-test/a: access was denied (no credentials were found (Could not load credentials from any providers): set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY or AWS_PROFILE, or run where a role is given).',
  });
  const nowhere = await openS3Store({});
  await expect(nowhere.head('s3://shoal-test/a')).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    retryable: false,
    message: 'Cannot read s3://shoal-test/a: no region is set. Set AWS_REGION, or the option region of S3.',
  });
});
