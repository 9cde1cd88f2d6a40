import {
  constants,
  cpSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { isStorageFull, storageFailure } from '../../src/storage/failure.ts';
import { createFileStore } from '../../src/storage/file-store.ts';
import type { WriteOptions } from '../../src/storage/store.ts';
import { formatUri } from '../../src/storage/uri.ts';
import { storeConformance } from './conformance.ts';

const newFolder = () => mkdtempSync(join(tmpdir(), 'shoal-store-'));
const uriOf = (path: string) => formatUri({ scheme: 'file', path });
const names = async (folder: string) => {
  const found: string[] = [];
  for await (const info of createFileStore().list(uriOf(`${folder}/`))) found.push(info.uri);
  return found;
};

storeConformance('files', async () => ({ store: createFileStore(), folder: uriOf(`${newFolder()}/`) }));

test('only what may be lost in a crash is not flushed to the disk', async () => {
  const folder = newFolder();
  const store = createFileStore();
  const file = await open(join(folder, 'any'), 'w');
  const sync = vi.spyOn(Object.getPrototypeOf(file), 'sync');
  onTestFinished(() => sync.mockRestore());
  await file.close();
  const write = (options: WriteOptions) =>
    store.write(uriOf(join(folder, 'a')), { kind: 'bytes', bytes: Buffer.from('a') }, 'replace', options);
  await write({ durable: false });
  expect(sync).toHaveBeenCalledTimes(0);
  await write({});
  await write({ durable: true });
  expect(sync).toHaveBeenCalledTimes(2);
});

test('empty folders go only below the one that is named', async () => {
  const folder = newFolder();
  const store = createFileStore();
  const put = async (path: string) =>
    (await store.write(uriOf(join(folder, path)), { kind: 'bytes', bytes: Buffer.from('a') }, 'create')).uri;
  const [sink, job, other] = [await put('sink/year=2024/1'), await put('w/jobs/a/b/1'), await put('w/jobs/c/1')];
  await store.delete(sink);
  expect(existsSync(join(folder, 'sink/year=2024'))).toBe(true);
  await store.delete(job, { emptyFoldersBelow: uriOf(join(folder, 'w/')) });
  expect([existsSync(join(folder, 'w/jobs/a')), existsSync(join(folder, 'w/jobs/c/1'))]).toEqual([false, true]);
  await store.delete(other, { emptyFoldersBelow: uriOf(join(folder, 'w/')) });
  expect(readdirSync(folder).sort()).toEqual(['sink', 'w']);
  expect(readdirSync(join(folder, 'w'))).toEqual([]);
  // A folder that the object is not below has no say.
  await store.delete(await put('x/y/1'), { emptyFoldersBelow: uriOf(join(folder, 'w/')) });
  expect(existsSync(join(folder, 'x/y'))).toBe(true);
});

test('a folder is no object', async () => {
  const folder = newFolder();
  await expect(createFileStore().head(uriOf(folder))).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `Cannot read ${uriOf(folder)}: it is a folder.`,
  });
});

test('links are followed; a folder that leads back to itself is entered once, a link to nothing is left out', async () => {
  const folder = newFolder();
  mkdirSync(join(folder, 'real'));
  writeFileSync(join(folder, 'real', 'a'), 'a');
  symlinkSync(join(folder, 'real', 'a'), join(folder, 'link'));
  symlinkSync(folder, join(folder, 'real', 'loop'));
  symlinkSync(join(folder, 'missing'), join(folder, 'broken'));
  expect(await names(folder)).toEqual([uriOf(join(folder, 'link')), uriOf(join(folder, 'real', 'a'))]);
});

test('a file that a program wrote under the staging path is taken without a copy', async () => {
  const folder = newFolder();
  const store = createFileStore();
  const uri = uriOf(join(folder, 'deep', 'out.parquet'));
  const path = (await store.stagingPath(uri)) ?? '';
  writeFileSync(path, 'PAR1');
  const staged = await store.stage(uri, { kind: 'file', path });
  expect(existsSync(path)).toBe(false);
  await store.commit(staged, 'create');
  expect(readdirSync(join(folder, 'deep'))).toEqual(['out.parquet']);
});

test('a change between two reads is seen even when the size stays', async () => {
  const folder = newFolder();
  const store = createFileStore();
  const path = join(folder, 'a');
  writeFileSync(path, 'one');
  const { uri, version } = await store.head(uriOf(path));
  cpSync(path, join(folder, 'copy'));
  await new Promise((done) => setTimeout(done, 20));
  writeFileSync(path, 'two');
  await expect(store.read(uri, { startByte: 0, endByte: 3 }, { version })).rejects.toMatchObject({
    code: 'OBJECT_CHANGED',
  });
});

test('a full disk is STORAGE_FULL with uri and bytes', () => {
  const full = Object.assign(new Error('ENOSPC: no space left on device, write'), { code: 'ENOSPC' });
  expect(storageFailure(full, 'write', 'file:///out/a.csv', 4096)).toMatchObject({
    name: 'StorageError',
    code: 'STORAGE_FULL',
    message:
      'Cannot write file:///out/a.csv (4096 bytes): no space is left. Nothing stands under that name that did not before; free some space, or write elsewhere.',
    details: { uri: 'file:///out/a.csv', bytes: 4096, status: 'ENOSPC' },
  });
  expect(isStorageFull(new Error('IO Error: Could not write file "x": No space left on device'))).toBe(true);
  expect(isStorageFull(new Error('Conversion Error'))).toBe(false);
});

test.skipIf(!existsSync('/dev/full'))('what a really full device says is known', async () => {
  const device = await open('/dev/full', constants.O_WRONLY);
  const failure = await device.writeFile('x').then(
    () => null,
    (error: unknown) => error,
  );
  await device.close();
  expect(isStorageFull(failure)).toBe(true);
});

test('no access is ACCESS_DENIED, too many open files is worth another try', () => {
  const denied = Object.assign(new Error('EACCES: permission denied, open'), { code: 'EACCES' });
  expect(storageFailure(denied, 'read', 'file:///a')).toMatchObject({
    code: 'ACCESS_DENIED',
    retryable: false,
    message: 'Cannot read file:///a: access was denied (EACCES: permission denied, open).',
  });
  const busy = Object.assign(new Error('EMFILE: too many open files'), { code: 'EMFILE' });
  expect(storageFailure(busy, 'read', 'file:///a')).toMatchObject({ code: 'STORAGE_FAILED', retryable: true });
});
