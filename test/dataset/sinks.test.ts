import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { col, connect, type Dataset, type Session } from '../../src/index.ts';

let shoal: Session;
let folder: string;
let sales: Dataset<{ id: number; country: string | null; amount: number }>;

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'shoal-sinks-'));
  shoal = await connect({ threads: 1 });
  sales = shoal.from([
    { id: 1, country: 'se', amount: 1.5 },
    { id: 2, country: null, amount: Number.NaN },
    { id: 3, country: 'a/b=c', amount: -2 },
    { id: 4, country: 'se', amount: 4 },
  ]);
});

afterAll(async () => {
  await shoal.close();
  rmSync(folder, { recursive: true });
});

const path = (name: string) => join(folder, name);
const manifest = (name: string) => JSON.parse(readFileSync(path(`${name}/_manifest.json`), 'utf8'));
const files = (name: string) =>
  (readdirSync(path(name), { recursive: true }) as string[]).filter((file) => file.includes('.')).sort();
const sorted = async (rows: Dataset) => (await rows.sort('id').toArray()).map((row) => ({ ...row }));

test('a path with an ending is one file, whatever the format', async () => {
  for (const format of ['parquet', 'csv', 'ndjson'] as const) {
    const written = await sales.write[format](path(`one.${format}`));
    expect(written).toMatchObject({ rows: 4, files: [{ uri: expect.stringContaining(`one.${format}`), rows: 4 }] });
    expect(await shoal.read[format](path(`one.${format}`)).count()).toBe(4);
  }
});

test('NDJSON has one object a line; JSON has no word for NaN, which is a text', async () => {
  await sales.select('id', 'amount').write.ndjson(path('lines.ndjson'));
  expect(readFileSync(path('lines.ndjson'), 'utf8')).toBe(
    '{"id":1,"amount":1.5}\n{"id":2,"amount":"NaN"}\n{"id":3,"amount":-2.0}\n{"id":4,"amount":4.0}\n',
  );
});

test('NDJSON is JSON, whatever the numbers are and wherever they stand', async () => {
  const line = {
    line: 'NaN',
    list: [Number.NaN, 0.5, null],
    struct: { a: -Infinity },
    map: new Map([['k', Infinity]]),
  };
  const decimals = { half: '-0.5', small: '0.25', lists: [['-0.1']] };
  const schema = { half: 'decimal(38, 38)', small: 'decimal(2, 2)', lists: 'list<list<decimal(1, 1)>>' };
  const rows = shoal.from([{ ...line, ...decimals }], { schema: { ...schema, map: 'map<string, float64>' } });
  await rows.write.ndjson(path('numbers.ndjson'));
  expect(JSON.parse(readFileSync(path('numbers.ndjson'), 'utf8'))).toEqual({
    ...{ line: 'NaN', list: ['NaN', 0.5, null], struct: { a: '-Infinity' }, map: { k: 'Infinity' } },
    ...{ half: `-0.5${'0'.repeat(37)}`, small: 0.25, lists: [[-0.1]] },
  });
  const types = { list: 'list<float64>', struct: 'struct<a: float64>', map: 'map<string, float64>', ...schema };
  const back = shoal.read.ndjson(path('numbers.ndjson'), { schema: types });
  expect(await back.toArray()).toEqual(await rows.toArray());
});

test('a folder by a column named "line" does not take the place of the lines', async () => {
  await sales.select('id', { line: col('country') }).write.ndjson(path('by-line'), { partitionBy: 'line' });
  const back = shoal.read.ndjson(path('by-line/**/*.ndjson'));
  expect(await sorted(back.filter(col('line').eq('se')))).toEqual([
    { id: 1, line: 'se' },
    { id: 4, line: 'se' },
  ]);
});

test('a 128-bit integer of 39 digits is an error of Parquet files, which names its column', async () => {
  const rows = shoal.from([{ n: 10n ** 38n }]);
  await expect(rows.write.parquet(path('wide.parquet'))).rejects.toThrow(
    `The query failed: Column "n" holds 1${'0'.repeat(38)}, which has 39 digits; Parquet has numbers of 38. Cast the column to 'string'.`,
  );
});

test('what is there stays there, unless it may be replaced', async () => {
  writeFileSync(path('there.csv'), 'old\n');
  await expect(sales.write.csv(path('there.csv'))).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  expect(readFileSync(path('there.csv'), 'utf8')).toBe('old\n');
  await sales.select('id').write.csv(path('there.csv'), { mode: 'overwrite' });
  expect(readFileSync(path('there.csv'), 'utf8')).toBe('id\n1\n2\n3\n4\n');
});

test.each(['parquet', 'csv', 'ndjson'] as const)(
  '%s in folders by column comes back whole, nulls and odd names included',
  async (format) => {
    const { files: written } = await sales.write[format](path(`by-${format}`), { partitionBy: 'country' });
    expect(written.map((file) => file.rows)).toEqual([1, 1, 2]);
    expect(files(`by-${format}`).map((file) => file.replace(/part-.*/, 'part'))).toEqual([
      '_manifest.json',
      'country=__HIVE_DEFAULT_PARTITION__/part',
      'country=a%2Fb%3Dc/part',
      'country=se/part',
    ]);
    const back = shoal.read[format](path(`by-${format}/**/*.${format}`)).select('id', 'country');
    expect(await sorted(back)).toEqual([
      { id: 1, country: 'se' },
      { id: 2, country: null },
      { id: 3, country: 'a/b=c' },
      { id: 4, country: 'se' },
    ]);
  },
);

test('the manifest names the files of finished writes, with rows and bytes', async () => {
  await sales.write.parquet(path('many'));
  await sales.limit(1).write.parquet(path('many/'), { mode: 'append' });
  const { version, rows, files: named } = manifest('many');
  expect([version, rows, named.map((file: { rows: number }) => file.rows)]).toEqual([1, 5, [4, 1]]);
  expect(named.map((file: { path: string }) => file.path).sort()).toEqual(
    files('many').filter((file) => file !== '_manifest.json'),
  );
  await sales.limit(2).write.parquet(path('many'), { mode: 'overwrite' });
  expect([manifest('many').rows, files('many').length]).toEqual([2, 2]);
});

test('a folder that holds anything is not written to by default', async () => {
  await sales.write.csv(path('full'));
  await expect(sales.write.csv(path('full'))).rejects.toThrow(
    /^file:\/\/.*full\/ is not empty: it holds .*Write with \{ mode: 'append' \} or \{ mode: 'overwrite' \}, or elsewhere\.$/,
  );
});

test('files are about as large as asked for', async () => {
  const numbers = shoal.from(Array.from({ length: 20_000 }, (_, id) => ({ id, text: `${id}`.repeat(10) })));
  const { files: written, rows } = await numbers.write.csv(path('sized'), { fileBytes: 200_000 });
  expect([rows, written.length > 2]).toEqual([20_000, true]);
  expect(await shoal.read.csv(path('sized/*.csv'), { schema: { text: 'string' } }).count()).toBe(20_000);
});

test('rows may be ordered within files', async () => {
  await sales.select('id').write.csv(path('sorted.csv'), { sortBy: col('id').desc() });
  expect(readFileSync(path('sorted.csv'), 'utf8')).toBe('id\n4\n3\n2\n1\n');
});

test('without rows a folder still tells the columns', async () => {
  await sales.filter(col('id').gt(9)).write.parquet(path('empty'));
  expect((await shoal.read.parquet(path('empty/*.parquet')).schema()).map((field) => field.name)).toEqual([
    'id',
    'country',
    'amount',
  ]);
});

test.each([
  [{ partitionBy: 'nation' }, 'Unknown column "nation" in partitionBy. Available: id, country, amount'],
  [
    { partitionBy: ['id', 'country', 'amount'] },
    'partitionBy names every column; the files themselves need one at least.',
  ],
  [
    { partitionBy: 'id', fileBytes: 10 },
    'partitionBy and fileBytes do not go together: each task writes one file a folder. Leave one of them out.',
  ],
  [{ fileBytes: 0.5 }, 'fileBytes is a whole number, 1 or more; it was given 0.5.'],
])('%j is refused', async (options, message) => {
  await expect(sales.write.parquet(path('refused'), options)).rejects.toThrow(message);
});

test('append needs a folder', async () => {
  await expect(sales.write.csv(path('a.csv'), { mode: 'append' })).rejects.toThrow(
    'append adds files to a folder, and ',
  );
});
