import { setTimeout } from 'node:timers/promises';
import { afterAll, afterEach, expect, test } from 'vitest';
import { openS3Store } from '../../src/storage/s3/s3-store.ts';
import type { ObjectInfo, ObjectStore } from '../../src/storage/store.ts';
import { etagOf } from '../support/s3-server/buckets.ts';
import type { Fault, LoggedRequest } from '../support/s3-server/faults.ts';
import { openTestServer } from '../support/s3-target.ts';
import { inventedTiming } from '../support/timing.ts';

const target = await openTestServer();
const { server } = target;
const timing = inventedTiming(0.5);
const store = await openS3Store({ ...target.options, readPartBytes: 1000, writePartBytes: 5 << 20 }, timing);

afterEach(() => {
  server.setFaults(null);
  server.clearLog();
  timing.slept.splice(0);
});
afterAll(() => target.close());

/** Goes wrong for the first `times` requests of an operation. */
const failing = (operation: LoggedRequest['operation'], fault: Fault, times = 1) => {
  let left = times;
  server.setFaults((request) => (request.operation === operation && left-- > 0 ? fault : null));
};
const slowDown: Fault = { kind: 'error', status: 503, code: 'SlowDown' };
const content = (value: string | Uint8Array) => ({ kind: 'bytes', bytes: Buffer.from(value) }) as const;
const create = (uri: string, value: string | Uint8Array) => store.write(uri, content(value), 'create');
const namesBelow = async (folder: string, from: ObjectStore = store) => {
  const found: ObjectInfo[] = [];
  for await (const info of from.list(folder)) found.push(info);
  return found.map(({ uri }) => uri.slice(folder.length));
};
const uploadsBelow = async (uri: string) =>
  (
    await target.client.listMultipartUploads({
      Bucket: target.bucket,
      Prefix: uri.slice(`s3://${target.bucket}/`.length),
    })
  ).Uploads ?? [];

test('one 503 on LIST is tried again and fails nothing', async () => {
  const folder = target.newFolder();
  await create(`${folder}a`, 'a');
  failing('ListObjectsV2', slowDown);
  expect(await namesBelow(folder)).toEqual(['a']);
  expect(server.counts()).toMatchObject({ ListObjectsV2: 2 });
  expect(timing.slept).toEqual([50]);
});

test.each<[string, Fault]>([
  ['503', slowDown],
  ['500', { kind: 'error', status: 500, code: 'InternalError' }],
  ['429', { kind: 'error', status: 429, code: 'TooManyRequests' }],
  ['400 RequestTimeout', { kind: 'error', status: 400, code: 'RequestTimeout' }],
  ['a reset connection', { kind: 'drop' }],
  ['a lost reply', { kind: 'lost' }],
  ['a body that breaks off', { kind: 'cut', afterBytes: 100 }],
])('%s is tried again by every kind of request', async (_, fault) => {
  const folder = target.newFolder();
  const bytes = Buffer.alloc(2500, 'x');
  await create(`${folder}there`, bytes);
  failing('GetObject', fault, 2);
  expect(Buffer.compare(await store.read(`${folder}there`), bytes)).toBe(0);
  // The answer to a HEAD has no body that could say which 400 it is.
  if (fault.kind !== 'error' || fault.status !== 400) failing('HeadObject', fault);
  expect(await store.head(`${folder}there`)).toMatchObject({ sizeBytes: 2500 });
  failing('PutObject', fault);
  await create(`${folder}put`, 'put');
  failing('CreateMultipartUpload', fault);
  const staged = await store.stage(`${folder}staged`, content('staged'));
  failing('CompleteMultipartUpload', fault);
  await store.commit(staged, 'create');
  failing('UploadPart', fault);
  await store.abort(await store.stage(`${folder}aborted`, content('aborted')));
  failing('DeleteObject', fault);
  await store.delete(`${folder}put`);
  failing('ListObjectsV2', fault);
  expect(await namesBelow(folder)).toEqual(['staged', 'there']);
});

test('a lost reply does not turn a create of ours into "exists already"', async () => {
  const folder = target.newFolder();
  failing('PutObject', { kind: 'lost' });
  const written = await create(`${folder}a`, 'ours');
  expect(written).toEqual(await store.head(`${folder}a`));
  const staged = await store.stage(`${folder}b`, content('ours'));
  failing('CompleteMultipartUpload', { kind: 'lost' });
  const committed = await store.commit(staged, 'create');
  expect(committed).toEqual(await store.head(`${folder}b`));
});

test('a commit that was done before, by whoever, gives the same again', async () => {
  const folder = target.newFolder();
  const staged = await store.stage(`${folder}a`, content('a'));
  const first = await store.commit(staged, 'create');
  expect(await store.commit(staged, 'create')).toEqual(first);
  expect(await store.commit(JSON.parse(JSON.stringify(staged)), 'replace')).toEqual(first);
  await store.write(`${folder}a`, content('another'), 'replace');
  await expect(store.commit(staged, 'replace')).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    retryable: false,
    message: `Cannot write ${folder}a (1 bytes): its upload is gone. It was aborted, or what it wrote was replaced or deleted since.`,
  });
});

test('an error inside an answer of 200 is seen, and tried again', async () => {
  const folder = target.newFolder();
  const staged = await store.stage(`${folder}a`, content('a'));
  failing('CompleteMultipartUpload', { kind: 'error', status: 200, code: 'InternalError' });
  await store.commit(staged, 'create');
  expect(server.counts()).toMatchObject({ CompleteMultipartUpload: 2 });
  expect(await namesBelow(folder)).toEqual(['a']);
});

test('a write that met another one (409) is tried again', async () => {
  const folder = target.newFolder();
  failing('PutObject', { kind: 'error', status: 409, code: 'ConditionalRequestConflict' });
  await create(`${folder}a`, 'a');
  expect(server.counts()).toMatchObject({ PutObject: 2 });
});

test('403, 404 and 412 are final at once', async () => {
  const folder = target.newFolder();
  await expect(store.read(`${folder}nothing`)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    details: { status: 404, attempts: 1 },
  });
  expect(server.counts()).toEqual({ GetObject: 1 });
  const { version } = await create(`${folder}a`, 'a');
  await store.write(`${folder}a`, content('b'), 'replace');
  server.clearLog();
  await expect(store.read(`${folder}a`, null, { version })).rejects.toMatchObject({ code: 'OBJECT_CHANGED' });
  expect(server.counts()).toEqual({ GetObject: 1, HeadObject: 1 });
  server.clearLog();
  failing('GetObject', { kind: 'error', status: 403, code: 'AccessDenied' });
  await expect(store.read(`${folder}a`)).rejects.toMatchObject({
    name: 'StorageError',
    code: 'ACCESS_DENIED',
    retryable: false,
    message: `Cannot read ${folder}a: access was denied (403 AccessDenied: Injected by the test.).`,
    details: { uri: `${folder}a`, status: 403, reason: 'AccessDenied' },
  });
  expect(server.counts()).toEqual({ GetObject: 1 });
  expect(timing.slept).toEqual([]);
});

test('a store that stays busy is given up after ten tries, with waits that grow to a cap', async () => {
  const uri = `${target.newFolder()}a`;
  failing('HeadObject', slowDown, Number.POSITIVE_INFINITY);
  await expect(store.head(uri)).rejects.toMatchObject({
    name: 'StorageError',
    code: 'STORAGE_FAILED',
    retryable: true,
    details: { uri, status: 503, attempts: 10 },
  });
  expect(timing.slept).toEqual([50, 100, 200, 400, 800, 1600, 2500, 2500, 2500]);
  failing('GetObject', slowDown, Number.POSITIVE_INFINITY);
  await expect(store.read(uri)).rejects.toMatchObject({
    message: `Cannot read ${uri}: 503 SlowDown: Injected by the test., after 10 attempts`,
  });
});

test('an address where nobody answers is given up soon', async () => {
  const nobody = await openTestServer();
  await nobody.close();
  const lonely = await openS3Store(nobody.options, timing);
  await expect(lonely.head('s3://bucket/key')).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    retryable: true,
    message: `Cannot read s3://bucket/key: ECONNREFUSED: connect ECONNREFUSED ${new URL(nobody.options.endpoint).host}, after 4 attempts`,
  });
});

test('a read of many parts is of one version, even when none was asked for', async () => {
  const uri = `${target.newFolder()}changing`;
  const before = await create(uri, Buffer.alloc(5000, 'a'));
  server.setFaults(({ operation, number }) => {
    if (
      operation !== 'GetObject' ||
      number !== Math.min(...server.log.filter((entry) => entry.range !== 'bytes=0-999').map((entry) => entry.number))
    )
      return null;
    const bytes = Buffer.alloc(5000, 'b');
    server.buckets.get(target.bucket).put(uri.slice(`s3://${target.bucket}/`.length), {
      bytes,
      etag: etagOf(bytes),
      headers: {},
      modified: new Date(),
    });
    return null;
  });
  server.clearLog();
  await expect(store.read(uri)).rejects.toMatchObject({
    name: 'SourceError',
    code: 'OBJECT_CHANGED',
    details: { expectedVersion: before.version },
  });
});

test('what could not be staged leaves no upload behind', async () => {
  const folder = target.newFolder();
  failing('UploadPart', { kind: 'error', status: 403, code: 'AccessDenied' });
  await expect(store.stage(`${folder}a`, content('a'))).rejects.toMatchObject({ code: 'ACCESS_DENIED' });
  async function* broken() {
    yield Buffer.alloc(6 << 20);
    throw new Error('the source failed');
  }
  await expect(store.write(`${folder}b`, { kind: 'chunks', chunks: broken() }, 'create')).rejects.toThrow(
    'the source failed',
  );
  await expect(store.stage(`${folder}c`, { kind: 'chunks', chunks: broken() })).rejects.toThrow('the source failed');
  expect(await uploadsBelow(folder)).toEqual([]);
});

test('a write of parts that comes too late to create leaves no upload behind', async () => {
  const uri = `${target.newFolder()}a`;
  await create(uri, 'first');
  await expect(create(uri, Buffer.alloc(6 << 20))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  expect(await uploadsBelow(uri)).toEqual([]);
});

test('an aborted signal ends requests under way with its own reason', async () => {
  const uri = `${target.newFolder()}a`;
  await create(uri, Buffer.alloc(3000));
  for (const operation of ['GetObject', 'HeadObject', 'UploadPart', 'ListObjectsV2'] as const) {
    const controller = new AbortController();
    const { signal } = controller;
    server.setFaults(async (request) => {
      if (request.operation !== operation) return null;
      controller.abort(new Error('enough'));
      await setTimeout(50);
      return null;
    });
    const tried = {
      GetObject: () => store.read(uri, null, { signal }),
      HeadObject: () => store.head(uri, { signal }),
      UploadPart: () => store.stage(uri, content('x'), { signal }),
      ListObjectsV2: () => store.list(uri.replace(/a$/, ''), { signal })[Symbol.asyncIterator]().next(),
    };
    await expect(tried[operation]()).rejects.toThrow('enough');
  }
});

test('an aborted signal ends the wait between two tries', async () => {
  const controller = new AbortController();
  const waiting = await openS3Store(target.options, {
    random: () => 0,
    sleep: async (_, signal) => {
      controller.abort(new Error('enough'));
      signal?.throwIfAborted();
    },
  });
  failing('HeadObject', slowDown, Number.POSITIVE_INFINITY);
  await expect(waiting.head(`${target.newFolder()}a`, { signal: controller.signal })).rejects.toThrow('enough');
  expect(server.counts()).toEqual({ HeadObject: 1 });
});

test('with 503 on 30 % of the requests everything is exact, at less than twice the requests', async () => {
  const work = async (folder: string) => {
    const names = Array.from({ length: 60 }, (_, number) => `n${String(number).padStart(2, '0')}`);
    await Promise.all(names.map((name) => create(`${folder}${name}`, name.repeat(700))));
    const read = await Promise.all(
      names.map(async (name) => Buffer.from(await store.read(`${folder}${name}`)).toString() === name.repeat(700)),
    );
    return [read.every(Boolean), await namesBelow(folder)];
  };
  const expected = await work(target.newFolder());
  const faultless = server.log.length;
  server.clearLog();
  let state = 20240607;
  server.setFaults(() => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return state / 2 ** 32 < 0.3 ? slowDown : null;
  });
  expect(await work(target.newFolder())).toEqual(expected);
  expect(expected[0]).toBe(true);
  expect(server.log.length).toBeGreaterThan(1.2 * faultless);
  expect(server.log.length).toBeLessThan(2 * faultless);
});
