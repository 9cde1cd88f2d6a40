import { execFileSync } from 'node:child_process';
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterAll, expect, test } from 'vitest';
import { createStore } from '../../src/storage/create-store.ts';
import { formatUri } from '../../src/storage/uri.ts';
import { openTestServer } from '../support/s3-target.ts';
import { storeConformance } from './conformance.ts';

const target = await openTestServer();
const store = createStore({ s3: target.options });
afterAll(() => target.close());

storeConformance('every scheme, files', async () => ({
  store,
  folder: formatUri({ scheme: 'file', path: `${mkdtempSync(join(tmpdir(), 'shoal-store-'))}/` }),
}));
storeConformance('every scheme, S3', async () => ({ store, folder: target.newFolder() }));

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
