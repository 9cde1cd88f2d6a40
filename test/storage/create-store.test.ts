import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { createStore } from '../../src/storage/create-store.ts';
import { formatUri, joinUri } from '../../src/storage/uri.ts';
import { openTestServer } from '../support/s3-target.ts';

const target = await openTestServer();
const store = createStore({ s3: target.options });
afterAll(() => target.close());

test('every call goes to the store of its uri', async () => {
  const local = formatUri({ scheme: 'file', path: `${mkdtempSync(join(tmpdir(), 'shoal-store-'))}/` });
  for (const folder of [local, target.newFolder()]) {
    const uri = joinUri(folder, 'a');
    const content = { kind: 'bytes', bytes: Buffer.from('abc') } as const;
    const written = await store.write(uri, content, 'create');
    expect(await store.head(uri)).toEqual(written);
    expect(Buffer.from(await store.read(uri, { startByte: 1, endByte: 3 })).toString()).toBe('bc');
    await store.abort(await store.stage(uri, content));
    await store.commit(await store.stage(uri, content), 'replace');
    const found: string[] = [];
    for await (const info of store.list(folder)) found.push(info.uri);
    expect(found).toEqual([uri]);
    await store.delete(uri);
    await expect(store.head(uri)).rejects.toMatchObject({ code: 'NOT_FOUND' });
    expect((await store.stagingPath(uri)) === null).toBe(uri.startsWith('s3:'));
  }
});

test('other schemes are refused by every call', async () => {
  const message =
    'Cannot read the address "gs://bucket/a": the scheme gs: is none that shoal reads. Give a path, a file: uri or an s3: uri.';
  await expect(store.head('gs://bucket/a')).rejects.toThrow(message);
  await expect(store.list('gs://bucket/a')[Symbol.asyncIterator]().next()).rejects.toThrow(message);
});

test('the SDK is loaded by the first s3: uri, not before', () => {
  const script = `
    import { registerHooks, createRequire } from 'node:module';
    import { createStore } from ${JSON.stringify(pathToFileURL(resolve('src/storage/create-store.ts')).href)};
    const loaded = () => Object.keys(createRequire(import.meta.url).cache).some((path) => path.includes('client-s3'));
    const store = createStore({ s3: { endpoint: 'http://127.0.0.1:1', maxAttempts: 1 } });
    await store.head('file:///nothing').catch(() => {});
    const before = loaded();
    await store.head('s3://bucket/key').catch(() => {});
    console.log(before, loaded());
  `.replace('registerHooks, ', '');
  const out = execFileSync(process.execPath, ['--import', 'tsx', '--input-type=module', '--eval', script], {
    encoding: 'utf8',
  });
  expect(out.trim()).toBe('false true');
});
