import { afterAll, beforeEach, expect, test } from 'vitest';
import { openS3Store } from '../../src/storage/s3/s3-store.ts';
import { countingStore } from '../support/counting-store.ts';
import { openTestServer } from '../support/s3-target.ts';

const target = await openTestServer();
const { server } = target;
const partBytes = 5 << 20;
const store = await openS3Store({ ...target.options, readPartBytes: partBytes, writePartBytes: partBytes });

beforeEach(() => server.clearLog());
afterAll(() => target.close());

const bytesOf = (length: number) => ({ kind: 'bytes', bytes: Buffer.alloc(length) }) as const;

test('a small write is one PUT, a small staged object three requests', async () => {
  const folder = target.newFolder();
  await store.write(`${folder}a`, bytesOf(partBytes), 'create');
  expect(server.counts()).toEqual({ PutObject: 1 });
  server.clearLog();
  await store.commit(await store.stage(`${folder}b`, bytesOf(1)), 'create');
  expect(server.counts()).toEqual({ CreateMultipartUpload: 1, UploadPart: 1, CompleteMultipartUpload: 1 });
});

test('a large write is one upload of equal parts', async () => {
  await store.write(`${target.newFolder()}a`, bytesOf(2 * partBytes + 1), 'create');
  expect(server.counts()).toEqual({ CreateMultipartUpload: 1, UploadPart: 3, CompleteMultipartUpload: 1 });
  const parts = server.log
    .filter(({ operation }) => operation === 'UploadPart')
    .map(({ query, bytesIn }) => [query.partNumber, bytesIn]);
  expect(parts.sort()).toEqual([
    ['1', partBytes],
    ['2', partBytes],
    ['3', 1],
  ]);
});

test('reads are one GET of exactly their bytes, pinned to the version; large ones are split', async () => {
  const { uri, version } = await store.write(`${target.newFolder()}a`, bytesOf(4 * partBytes), 'create');
  const asked = async (range: readonly [number, number] | null) => {
    server.clearLog();
    await store.read(uri, range && { startByte: range[0], endByte: range[1] }, { version });
    expect(server.log.every(({ headers }) => headers['if-match'] === version)).toBe(true);
    return server.log.map((request) => request.range).sort();
  };
  expect(await asked([7, 8])).toEqual(['bytes=7-7']);
  expect(await asked([0, 2 * partBytes])).toEqual([`bytes=0-${2 * partBytes - 1}`]);
  expect(await asked([1, 2 * partBytes + 2])).toEqual(
    [
      `bytes=${2 * partBytes + 1}-${2 * partBytes + 1}`,
      `bytes=${partBytes + 1}-${2 * partBytes}`,
      `bytes=1-${partBytes}`,
    ].sort(),
  );
  expect(await asked(null)).toHaveLength(4);
});

test('a read of no bytes is one HEAD, a whole small object one GET', async () => {
  const { uri } = await store.write(`${target.newFolder()}a`, bytesOf(10), 'create');
  server.clearLog();
  await store.read(uri, { startByte: 3, endByte: 3 });
  await store.read(uri);
  expect(server.counts()).toEqual({ HeadObject: 1, GetObject: 1 });
});

test('a listing is a request per thousand keys, and leaps over what is not wanted', async () => {
  const folder = target.newFolder();
  const prefix = folder.slice(`s3://${target.bucket}/`.length);
  const bucket = server.buckets.get(target.bucket);
  const object = { bytes: Buffer.alloc(0), etag: '"0"', headers: {}, modified: new Date() };
  for (let number = 0; number < 3500; number++) bucket.put(`${prefix}a/${number}`, object);
  for (const name of ['', 'a/', 'b/x', 'b/y/z', 'c/x']) bucket.put(`${prefix}${name}`, object);
  const below = async (enter?: (uri: string) => boolean) => {
    server.clearLog();
    const found: string[] = [];
    for await (const { uri } of store.list(folder, enter ? { enter } : {})) found.push(uri.slice(folder.length));
    return found;
  };
  expect(await below()).toHaveLength(3503);
  expect(server.counts()).toEqual({ ListObjectsV2: 4 });
  const entered: string[] = [];
  const wanted = await below((uri) => {
    entered.push(uri.slice(folder.length));
    return uri.endsWith('/b/');
  });
  expect(wanted).toEqual(['b/x']);
  expect(entered).toEqual(['a/', 'b/', 'b/y/', 'c/']);
  expect(server.counts()).toEqual({ ListObjectsV2: 2 });
});

test('P producers and R consumers make P PUTs and P·R ranged GETs', async () => {
  const counting = countingStore(store);
  const folder = target.newFolder();
  const [producers, consumers, sliceBytes] = [6, 4, 1000];
  const objects = await Promise.all(
    Array.from({ length: producers }, (_, p) =>
      counting.store.write(`${folder}p${p}`, bytesOf(consumers * sliceBytes), 'create'),
    ),
  );
  for (let r = 0; r < consumers; r++) {
    await Promise.all(
      objects.map(({ uri, version }) =>
        counting.store.read(uri, { startByte: r * sliceBytes, endByte: (r + 1) * sliceBytes }, { version }),
      ),
    );
  }
  expect(server.counts()).toEqual({ PutObject: producers, GetObject: producers * consumers });
  expect(counting.counts).toMatchObject({ write: producers, read: producers * consumers, head: 0, list: 0 });
  expect(counting.counts.bytesRead).toBe(counting.counts.bytesWritten);
  expect(counting.reads).toHaveLength(producers * consumers);
  counting.reset();
  expect(counting.counts).toMatchObject({ write: 0, read: 0, bytesRead: 0, bytesWritten: 0 });
});
