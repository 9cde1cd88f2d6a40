import { inspect } from 'node:util';
import { afterAll, expect, test } from 'vitest';
import { openS3Store } from '../../src/storage/s3/s3-store.ts';
import { minioEndpoint, openMinio } from '../support/s3-target.ts';
import { storeConformance } from './conformance.ts';

if (minioEndpoint === undefined) {
  test.skip('S3 (MinIO): run by npm run test:minio', () => {});
} else {
  const target = await openMinio();
  const store = await openS3Store({ ...target.options, readPartBytes: 1 << 20, writePartBytes: 5 << 20 });
  afterAll(() => target.close());
  storeConformance('S3 (MinIO)', async () => ({ store, folder: target.newFolder() }));

  test('MinIO: a commit that was done before gives the same again', async () => {
    const staged = await store.stage(`${target.newFolder()}a`, { kind: 'bytes', bytes: Buffer.from('a') });
    const first = await store.commit(staged, 'create');
    expect(await store.commit(staged, 'create')).toEqual(first);
    expect(await store.head(staged.uri)).toEqual(first);
  });

  test('MinIO: a bucket that is missing is named', async () => {
    await expect(store.read('s3://no-such-bucket/a')).rejects.toMatchObject({
      message: 'Cannot read s3://no-such-bucket/a: there is no bucket "no-such-bucket".',
    });
  });

  test('MinIO: a listing leaps over a folder that is not wanted', async () => {
    const folder = target.newFolder();
    const names = [...Array.from({ length: 1100 }, (_, number) => `a/${number}`), 'b/x', 'c'];
    for (let start = 0; start < names.length; start += 50) {
      await Promise.all(
        names
          .slice(start, start + 50)
          .map((name) => store.write(`${folder}${name}`, { kind: 'bytes', bytes: Buffer.from(name) }, 'create')),
      );
    }
    const found: string[] = [];
    for await (const { uri } of store.list(folder, { enter: (below) => !below.endsWith('/a/') }))
      found.push(uri.slice(folder.length));
    expect(found).toEqual(['b/x', 'c']);
  });

  test('MinIO: a wrong secret is refused, and told nowhere', async () => {
    const secret = process.env.AWS_SECRET_ACCESS_KEY;
    process.env.AWS_SECRET_ACCESS_KEY = 'wrong-secret';
    try {
      const stranger = await openS3Store(target.options);
      const error: unknown = await stranger.read(`${target.newFolder()}a`).catch((failure: unknown) => failure);
      expect(error).toMatchObject({
        code: 'ACCESS_DENIED',
        retryable: false,
        details: { status: 403, reason: 'SignatureDoesNotMatch' },
      });
      expect(inspect(error, { depth: Number.POSITIVE_INFINITY, showHidden: true })).not.toMatch(
        /wrong-secret|AWS4-HMAC/,
      );
    } finally {
      process.env.AWS_SECRET_ACCESS_KEY = secret;
    }
  });
}
