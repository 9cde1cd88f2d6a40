import { mkdirSync, mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { beforeAll, expect, test } from 'vitest';
import { createFileStore } from '../../src/storage/file-store.ts';
import { expandPaths } from '../../src/storage/glob.ts';
import { hivePartition } from '../../src/storage/hive.ts';
import { formatUri, parseUri } from '../../src/storage/uri.ts';

const root = mkdtempSync(join(tmpdir(), 'shoal-glob-'));
const rootUri = formatUri({ scheme: 'file', path: root });
const files = [
  'a.csv',
  'b.csv',
  'b[1].csv',
  'c.txt',
  '_x.csv',
  '.h.csv',
  'year=2024/month=1/p.parquet',
  'year=2024/month=2/_SUCCESS',
  'year=2024/month=2/q.parquet',
  'year=2024/_temporary/x.parquet',
  'year=2025/r.parquet',
  'sp ace/50%#.csv',
  'é/🐟.csv',
];

beforeAll(() => {
  for (const file of files) {
    mkdirSync(dirname(join(root, file)), { recursive: true });
    writeFileSync(join(root, file), 'x');
  }
  mkdirSync(join(root, 'empty'));
});

const expand = async (...paths: string[]) => {
  const found = await expandPaths(
    paths.map((path) => (path.startsWith('file:') ? path : `${root}/${path}`)),
    createFileStore(),
  );
  return found.map((info) => parseUri(info.uri).path.slice(root.length + 1));
};

test.each([
  [['a.csv'], ['a.csv']],
  [['*.csv'], ['a.csv', 'b.csv', 'b[1].csv']],
  [['?.csv'], ['a.csv', 'b.csv']],
  [['[bc].*'], ['b.csv', 'c.txt']],
  [['{a,c}.{csv,txt}'], ['a.csv', 'c.txt']],
  // A file of that very name wins over the pattern.
  [['b[1].csv'], ['b[1].csv']],
  [['b\\[1\\].csv'], ['b[1].csv']],
  [['year=*/**/*.parquet'], ['year=2024/month=1/p.parquet', 'year=2024/month=2/q.parquet', 'year=2025/r.parquet']],
  [['year=2024/*/*.parquet'], ['year=2024/month=1/p.parquet', 'year=2024/month=2/q.parquet']],
  [['{year=2025,é}/*'], ['year=2025/r.parquet', 'é/🐟.csv']],
  [['{year=2024/month=1,é}/*'], ['year=2024/month=1/p.parquet', 'é/🐟.csv']],
  // Hidden names only where the pattern begins with their character, or they are named outright.
  [['_*.csv'], ['_x.csv']],
  [['.*.csv'], ['.h.csv']],
  [['_x.csv'], ['_x.csv']],
  [['year=2024/_temporary/*.parquet'], ['year=2024/_temporary/x.parquet']],
  // A folder: everything below it that is not hidden.
  [['year=2024'], ['year=2024/month=1/p.parquet', 'year=2024/month=2/q.parquet']],
  [['year=2024/'], ['year=2024/month=1/p.parquet', 'year=2024/month=2/q.parquet']],
  [['sp ace/50%#.csv'], ['sp ace/50%#.csv']],
  [[`${rootUri}/sp%20ace/*.csv`], ['sp ace/50%#.csv']],
  // What a uri has encoded is no wildcard.
  [[`${rootUri}/b%5B1%5D.csv`], ['b[1].csv']],
  // Lists: each file once, in one order.
  [
    ['b.csv', '*.csv', 'a.csv'],
    ['a.csv', 'b.csv', 'b[1].csv'],
  ],
])('%j', async (paths, expected) => {
  expect(await expand(...paths)).toEqual(expected);
});

test('relative paths stand below the working directory, whatever its name', async () => {
  const before = process.cwd();
  const odd = join(root, 'é');
  process.chdir(odd);
  try {
    const found = await expandPaths(['./*.csv', '../a.csv'], createFileStore());
    expect(found.map((info) => parseUri(info.uri).path.slice(process.cwd().length - 'é'.length))).toEqual([
      'a.csv',
      'é/🐟.csv',
    ]);
  } finally {
    process.chdir(before);
  }
});

test('a missing path is NOT_FOUND, with a near name of its folder', async () => {
  await expect(expand('aa.csv')).rejects.toMatchObject({
    name: 'StorageError',
    code: 'NOT_FOUND',
    message: `There is no file or folder ${rootUri}/aa.csv. Did you mean ${rootUri}/a.csv?`,
  });
  await expect(expand('nowhere/else.csv')).rejects.toMatchObject({
    code: 'NOT_FOUND',
    message: `There is no file or folder ${rootUri}/nowhere/else.csv. Nothing is in ${rootUri}/nowhere/ either.`,
  });
});

test('a pattern without a match is NO_FILES, with what was there', async () => {
  await expect(expand('*.tsv')).rejects.toMatchObject({
    name: 'SourceError',
    code: 'NO_FILES',
    message: `No file matches "${root}/*.tsv": looked in ${rootUri}/, 6 files are there: .h.csv, _x.csv, a.csv, …. Names that begin with "_" or "." are left out.`,
  });
  await expect(expand('nowhere/*.csv')).rejects.toMatchObject({
    code: 'NO_FILES',
    message: `No file matches "${root}/nowhere/*.csv": looked in ${rootUri}/nowhere/, no files are there.`,
  });
  await expect(expand('empty')).rejects.toMatchObject({
    code: 'NO_FILES',
    message: `The folder "${root}/empty" has no files to read: looked in ${rootUri}/empty/, no files are there.`,
  });
});

test('only folders that can match are entered', async () => {
  const store = createFileStore();
  const entered: string[] = [];
  const spying = {
    ...store,
    list: (prefix: string, options: { enter?: (uri: string) => boolean } = {}) =>
      store.list(prefix, {
        enter: (uri) => {
          const wanted = options.enter?.(uri) ?? true;
          if (wanted) entered.push(uri.slice(rootUri.length));
          return wanted;
        },
      }),
  };
  await expandPaths([`${root}/year=2024/month=*/*.parquet`], spying);
  expect(entered).toEqual(['/year=2024/month=1/', '/year=2024/month=2/']);
});

test('hive folders: decoded, null by its name, never the file itself', async () => {
  expect(hivePartition('lake/year=2024/city=New York/k%3D=a%3Db%2Fc/empty=/x=1.parquet')).toEqual({
    year: '2024',
    city: 'New York',
    'k=': 'a=b/c',
    empty: '',
  });
  expect(hivePartition('p=__HIVE_DEFAULT_PARTITION__/=x/100%=50%/a')).toEqual({ p: null, '100%': '50%' });
  const found = await expandPaths([`${root}/year=*/**/*.parquet`], createFileStore(), { hive: true });
  expect(found.map((info) => info.partition)).toEqual([
    { year: '2024', month: '1' },
    { year: '2024', month: '2' },
    { year: '2025' },
  ]);
});
