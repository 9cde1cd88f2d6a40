import { afterAll, beforeEach, expect, test } from 'vitest';
import { createStore } from '../../src/storage/create-store.ts';
import { expandPaths } from '../../src/storage/glob.ts';
import { openTestServer } from '../support/s3-target.ts';

const target = await openTestServer();
const { server } = target;
const store = createStore({ s3: target.options });
const folder = target.newFolder();
for (const name of [
  'year=2023/a.csv',
  'year=2024/a.csv',
  'year=2024/b.csv',
  'year=2024/b.txt',
  '_old/a.csv',
  'one file.csv',
]) {
  await store.write(`${folder}${name}`, { kind: 'bytes', bytes: Buffer.from(name) }, 'create');
}
beforeEach(() => server.clearLog());
afterAll(() => target.close());

const expand = async (path: string) =>
  (await expandPaths([path], store, { hive: true })).map(({ uri, partition }) => [uri.slice(folder.length), partition]);

test('one object is one HEAD', async () => {
  expect(await expand(`${folder}one file.csv`)).toEqual([['one file.csv', {}]]);
  expect(server.counts()).toEqual({ HeadObject: 1 });
});

test('a pattern and a folder are one LIST', async () => {
  expect(await expand(`${folder}year=*/*.csv`)).toEqual([
    ['year=2023/a.csv', { year: '2023' }],
    ['year=2024/a.csv', { year: '2024' }],
    ['year=2024/b.csv', { year: '2024' }],
  ]);
  expect(server.counts()).toMatchObject({ ListObjectsV2: 1 });
  server.clearLog();
  expect(await expand(folder)).toHaveLength(5);
  expect(server.counts()).toMatchObject({ ListObjectsV2: 1 });
});

test('what is not there is told with a near name', async () => {
  await expect(expand(`${folder}one fil.csv`)).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `There is no file or folder ${folder}one fil.csv. Did you mean ${folder}one file.csv?`,
  });
  await expect(expand(`${folder}year=2024/*.parquet`)).rejects.toMatchObject({
    code: 'NO_FILES',
    message: `No file matches "${folder}year=2024/*.parquet": looked in ${folder}year=2024/, 3 files are there: a.csv, b.csv, b.txt.`,
  });
});
