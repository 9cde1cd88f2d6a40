import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { createFileStore } from '../../src/storage/file-store.ts';
import { toUri } from '../../src/storage/uri.ts';
import { meterStore } from '../../src/worker/meter-store.ts';
import { countingStore } from '../support/counting-store.ts';

const folder = mkdtempSync(join(tmpdir(), 'shoal-meter-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

test('a meter tells what the store below it counts', async () => {
  const { store, counts } = countingStore(createFileStore());
  const metered = meterStore(store);
  const uri = toUri(join(folder, 'a'));
  await metered.write(uri, { kind: 'bytes', bytes: Buffer.from('hello, world') }, 'create');
  const { version } = await metered.head(uri);
  await metered.read(uri, { startByte: 0, endByte: 5 }, { version });
  await metered.read(uri);
  await metered.abort(await metered.stage(toUri(join(folder, 'b')), { kind: 'bytes', bytes: Buffer.from('staged') }));
  expect(metered.fetched).toEqual({ requests: 2, bytes: 17 });
  expect(metered.written).toEqual({ requests: 2, bytes: 18 });
  expect(metered.fetched).toEqual({ requests: counts.read, bytes: counts.bytesRead });
  expect(metered.written).toEqual({ requests: counts.write + counts.stage, bytes: counts.bytesWritten });
});

test('two tasks over one store have a meter each; a request that failed was one, without bytes', async () => {
  const store = createFileStore();
  const [one, other] = [meterStore(store), meterStore(store)];
  const uri = toUri(join(folder, 'c'));
  await one.write(uri, { kind: 'bytes', bytes: Buffer.from('abc') }, 'create');
  await expect(other.read(toUri(join(folder, 'missing')))).rejects.toMatchObject({ code: 'NOT_FOUND' });
  expect(one.fetched).toEqual({ requests: 0, bytes: 0 });
  expect(one.written).toEqual({ requests: 1, bytes: 3 });
  expect(other.fetched).toEqual({ requests: 1, bytes: 0 });
  expect(other.written).toEqual({ requests: 0, bytes: 0 });
});
