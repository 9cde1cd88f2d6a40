import { afterAll, expect, test } from 'vitest';
import { openS3Store } from '../../src/storage/s3/s3-store.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { startS3Server } from '../support/s3-server/server.ts';
import { openTestServer } from '../support/s3-target.ts';

const target = await openTestServer();
const minioLike = await startS3Server({ buckets: ['shoal-test'], uploadPrefixIsKey: true });
afterAll(async () => {
  await target.close();
  await minioLike.close();
});

const content = { kind: 'bytes', bytes: Buffer.from('x') } as const;
const listed = async (store: ObjectStore, prefix: string) => {
  const uris: string[] = [];
  for await (const { uri } of store.listStaged(prefix)) uris.push(uri);
  return uris.sort();
};

test('uploads are listed a thousand a request', async () => {
  const store = await openS3Store(target.options);
  const folder = target.newFolder();
  const bucket = target.server.buckets.get(target.bucket);
  const uris = Array.from({ length: 2_100 }, (_, number) => `${folder}a b/${String(number).padStart(4, '0')}`);
  for (const [number, uri] of uris.entries()) {
    const key = uri.slice(`s3://${target.bucket}/`.length);
    const id = `upload-${number}`;
    bucket.uploads.set(id, { id, key, headers: {}, started: new Date(), parts: new Map() });
  }
  target.server.clearLog();
  expect(await listed(store, folder)).toEqual(uris);
  expect(target.server.counts()).toEqual({ ListMultipartUploads: 3 });
  bucket.uploads.clear();
});

test('where a prefix means a whole key, the bucket’s uploads are listed and compared', async () => {
  const store = await openS3Store({ endpoint: minioLike.endpoint });
  const [mine, other] = ['s3://shoal-test/mine/', 's3://shoal-test/other/'];
  const staged = await store.stage(`${mine}k=1/ü`, content);
  await store.stage(`${other}b`, content);
  minioLike.clearLog();
  expect(await listed(store, mine)).toEqual([staged.uri]);
  expect(minioLike.counts()).toEqual({ ListMultipartUploads: 2 });
  for await (const leftover of store.listStaged(mine)) await store.abort(leftover);
  expect(await listed(store, mine)).toEqual([]);
  expect(await listed(store, other)).toHaveLength(1);
});
