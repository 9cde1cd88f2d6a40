import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { col, connect, type Session, sum } from '../src/index.ts';
import { formatUri } from '../src/storage/uri.ts';

/** Bad input through the whole library: a clear error, and nothing lost. */

const fixtures = join(import.meta.dirname, '../fixtures');
const uri = (path: string) => formatUri({ scheme: 'file', path: path.startsWith('/') ? path : join(fixtures, path) });
const newFolder = () => mkdtempSync(join(tmpdir(), 'shoal-bad-'));
const newFile = (name: string, content: string | Buffer) => {
  const path = join(newFolder(), name);
  writeFileSync(path, content);
  return path;
};
let shoal: Session;

beforeAll(async () => {
  shoal = await connect();
});
afterAll(() => shoal.close());

const csv = (path: string, options = {}) =>
  shoal.read.csv(/^(\/|file:)/.test(path) ? path : join(fixtures, path), options);
const ndjson = (path: string, options = {}) =>
  shoal.read.ndjson(path.startsWith('/') ? path : join(fixtures, path), options);
const parquet = (path: string | string[], options = {}) =>
  shoal.read.parquet(
    (Array.isArray(path) ? path : [path]).map((name) => join(fixtures, name)),
    options,
  );

const leaveOut = "leave such rows out with { onBadRow: 'skip' } or { onBadRow: 'collect' }.";
const leaveLinesOut = "leave such lines out with { onBadRow: 'skip' } or { onBadRow: 'collect' }.";
const otherDelimiter = `If the delimiter is another one, give it: { delimiter: ';' }; otherwise mend the file, or ${leaveOut}`;

test('a missing path', async () => {
  await expect(csv('csv/plane.csv').collect()).rejects.toMatchObject({
    name: 'StorageError',
    code: 'NOT_FOUND',
    message: `There is no file or folder ${uri('csv/plane.csv')}. Did you mean ${uri('csv/plain.csv')}?`,
  });
});

test('an empty glob', async () => {
  await expect(parquet('parquet/*.parq').collect()).rejects.toMatchObject({
    name: 'SourceError',
    code: 'NO_FILES',
    message: `No file matches "${fixtures}/parquet/*.parq": looked in ${uri('parquet')}/, 9 files are there: damaged-footer.parquet, damaged-length.parquet, good.parquet, ….`,
  });
});

test.each([
  ['zero-byte.parquet', 'is empty (0 bytes), no Parquet file.'],
  [
    'truncated.parquet',
    'is cut off: its last bytes (328 to 332) are "c9f9", expected "PAR1". Was it copied or written to its end?',
  ],
  ['wrong-magic.parquet', 'is no Parquet file: bytes 0 to 4 are "id,n", expected "PAR1".'],
  [
    'damaged-length.parquet',
    'is damaged: its last bytes tell of a footer of 1000000 bytes, but it has only 352 bytes in all.',
  ],
])('%s', async (name, message) => {
  await expect(parquet(`parquet/${name}`).collect()).rejects.toMatchObject({
    name: 'SourceError',
    code: 'BAD_FORMAT',
    message: `${uri(`parquet/${name}`)} ${message}`,
  });
});

test('a zero-byte CSV or NDJSON file is an error, unless its columns are given: then it has no rows', async () => {
  await expect(csv('csv/zero-byte.csv').collect()).rejects.toMatchObject({
    code: 'BAD_FORMAT',
    message: `${uri('csv/zero-byte.csv')} is empty (0 bytes): there is no header to take columns from. If that is as it should be, name them: { schema: { … } }.`,
  });
  await expect(ndjson('ndjson/zero-byte.ndjson').collect()).rejects.toMatchObject({ code: 'BAD_FORMAT' });
  expect(await csv('csv/zero-byte.csv', { schema: { id: 'int64' } }).toArray()).toEqual([]);
  expect(await ndjson('ndjson/zero-byte.ndjson', { schema: { id: 'int64' } }).toArray()).toEqual([]);
  expect(await csv('csv/header-only.csv').toArray()).toEqual([]);
});

test('Parquet files whose columns differ; unionByName makes missing ones null', async () => {
  const both = ['parquet/good.parquet', 'parquet/other-columns.parquet'];
  await expect(parquet(both).collect()).rejects.toMatchObject({
    code: 'SCHEMA_MISMATCH',
    message: `${uri(both[0] ?? '')} and ${uri(both[1] ?? '')} have different columns: "name" only in the first, "amount" only in the second. Read them apart, or pass { unionByName: true } to make missing columns null.`,
  });
  expect(await parquet(both, { unionByName: true }).filter(col('id').eq(1)).toArray()).toEqual([
    { id: 1, name: 'name 1', amount: null },
    { id: 1, name: null, amount: 1.5 },
  ]);
  expect(
    await parquet(['parquet/good.parquet', 'parquet/other-order.parquet']).filter(col('id').gte(2)).toArray(),
  ).toEqual([
    { id: 2, name: 'name 2' },
    { id: 3, name: 'again 3' },
    { id: 4, name: 'again 4' },
  ]);
});

// The renderer reads all CSV files by the first one's columns; it has to go by ScanFile.columns.
test('CSV files whose columns stand in another order, or differ', async () => {
  expect(await csv('csv/several').toArray()).toEqual([
    { id: 1, name: 'Ada' },
    { id: 2, name: 'Grace' },
  ]);
  expect(await csv('csv/differing', { unionByName: true }).toArray()).toEqual([
    { id: 1, name: 'Ada', nickname: null },
    { id: 2, name: null, nickname: 'Amazing' },
  ]);
});

test('CSV files whose columns differ', async () => {
  await expect(csv('csv/differing').collect()).rejects.toMatchObject({
    code: 'SCHEMA_MISMATCH',
    message: `${uri('csv/differing/a.csv')} and ${uri('csv/differing/b.csv')} have different columns: "name" only in the first, "nickname" only in the second. Read them apart, or pass { unionByName: true } to make missing columns null.`,
  });
});

test.each([
  ['too-many-fields.csv', 3, 14, `has 3 fields, expected 2 (id, name). ${otherDelimiter}`],
  ['too-few-fields.csv', 3, 25, `has 2 fields, expected 3 (id, name, amount). ${otherDelimiter}`],
  [
    'invalid-utf8.csv',
    3,
    14,
    `is not UTF-8: the first invalid byte is at 19. Convert the file to UTF-8, for instance from Latin-1: iconv -f LATIN1 -t UTF-8; or ${leaveOut}`,
  ],
  [
    'mixed-newlines.csv',
    2,
    8,
    'ends in "\\r\\n", where the rows before it end in "\\n". Give all rows the same newline, for instance with dos2unix.',
  ],
])('%s', async (name, row, byteOffset, message) => {
  await expect(csv(`csv/${name}`).collect()).rejects.toMatchObject({
    name: 'SourceError',
    code: 'BAD_RECORD',
    message: `Row ${row} of ${uri(`csv/${name}`)} (byte ${byteOffset}) ${message}`,
    details: { uri: uri(`csv/${name}`), row, byteOffset },
  });
});

test('onBadRow leaves such rows out, counted or collected', async () => {
  const rows = [
    { id: 1, name: 'Ada' },
    { id: 3, name: 'Edsger' },
  ];
  const skipped = await csv('csv/too-many-fields.csv', { onBadRow: 'skip' }).collect();
  expect(skipped.toArray()).toEqual(rows);
  expect(skipped.rejected).toEqual({ count: 1, records: [] });
  const collected = await csv('csv/too-many-fields.csv', { onBadRow: 'collect' }).collect();
  expect(collected.toArray()).toEqual(rows);
  expect(collected.rejected).toEqual({
    count: 1,
    records: [
      {
        uri: uri('csv/too-many-fields.csv'),
        byteOffset: 14,
        row: 3,
        column: null,
        message: 'This row has 3 fields, expected 2 (id, name).',
        text: '2,Grace,extra',
      },
    ],
  });
});

test('a misfit behind the samples is an error with its place and the mend, never a wider column', async () => {
  const text = `id,v\n${'1,2\n'.repeat(100_000)}5,N/A\n${'1,2\n'.repeat(50_000)}`;
  const path = newFile('late.csv', text);
  await expect(csv(path).collect()).rejects.toMatchObject({
    code: 'BAD_RECORD',
    message: `Row 100002 of ${uri(path)} (byte ${text.indexOf('5,N/A')}) has "N/A" in column "v", which is no int64. Read the column as text with { schema: { v: 'string' } }, or ${leaveOut}`,
  });
  expect(
    await csv(path, { schema: { v: 'string' } })
      .filter(col('id').eq(5))
      .toArray(),
  ).toEqual([{ id: 5, v: 'N/A' }]);
  expect(
    await csv(path, { nullValues: ['N/A'] })
      .filter(col('id').eq(5))
      .toArray(),
  ).toEqual([{ id: 5, v: null }]);
});

// The engine rounds '1.5' to 2 when it reads a BIGINT: the renderer has to compare.
test('a fraction behind the samples is not rounded', async () => {
  const path = newFile('late.csv', `id,v\n${'1,2\n'.repeat(100_000)}5,1.5\n${'1,2\n'.repeat(50_000)}`);
  await expect(csv(path).collect()).rejects.toMatchObject({
    code: 'BAD_RECORD',
    details: { row: 100_002, column: 'v', value: '1.5' },
  });
});
test('a fraction behind the samples of NDJSON is not rounded', async () => {
  const path = newFile('late.ndjson', `${'{"v":1}\n'.repeat(100_000)}{"v":1.5}\n${'{"v":1}\n'.repeat(50_000)}`);
  await expect(ndjson(path).collect()).rejects.toMatchObject({
    code: 'BAD_RECORD',
    details: { row: 100_001, column: 'v' },
  });
});

test.each(['5,2020-01-02 10:00:00', '5,soon'])('a date behind the samples that is none: %s', async (row) => {
  const text = `id,d\n${'1,2020-01-01\n'.repeat(100_000)}${row}\n${'1,2020-01-01\n'.repeat(50_000)}`;
  const path = newFile('late.csv', text);
  const value = row.slice(2);
  await expect(csv(path).collect()).rejects.toMatchObject({
    code: 'BAD_RECORD',
    message: `Row 100002 of ${uri(path)} (byte ${text.indexOf(row)}) has "${value}" in column "d", which is no date. Read the column as text with { schema: { d: 'string' } }, or ${leaveOut}`,
  });
  // Only columns that the query uses are looked at …
  expect(await csv(path).filter(col('id').eq(5)).select('id').toArray()).toEqual([{ id: 5 }]);
  // … and all of them where rows are left out: the same ones, whatever is asked.
  const counted = await csv(path, { onBadRow: 'skip' }).filter(col('id').eq(5)).select('id').collect();
  expect(counted.toArray()).toEqual([]);
  expect(counted.rejected).toEqual({ count: 1, records: [] });
  const collected = await csv(path, { onBadRow: 'collect' }).filter(col('id').eq(5)).collect();
  expect(collected.rejected).toEqual({
    count: 1,
    records: [
      {
        uri: uri(path),
        byteOffset: text.indexOf(row),
        row: 100_002,
        column: 'd',
        message: `This row has "${value}" in column "d", which is no date.`,
        text: row,
      },
    ],
  });
});

test('a query that fails for a reason of its own is not blamed on a misfit in a column that it does not use', async () => {
  const path = newFile('late.csv', `id,v,s\n${'1,2,x\n'.repeat(100_000)}5,1.5,x\n${'1,2,x\n'.repeat(50_000)}`);
  await expect(
    csv(path)
      .select({ n: col('s').cast('int64') })
      .collect(),
  ).rejects.toMatchObject({
    code: 'QUERY_FAILED',
  });
});

test('NDJSON lines that do not fit are left out, counted or collected', async () => {
  const lines = ['{"id":1,"v":1}', '{"id":2,"v":1.5}', '{bad', '', '{"id":3,"s":"\xff"}', '[1]', '{"id":4,"v":null}'];
  const path = newFile('bad.ndjson', Buffer.from(`${lines.join('\n')}\n`, 'latin1'));
  const options = { schema: { id: 'int64', v: 'int64' } } as const;
  const skipped = await ndjson(path, { ...options, onBadRow: 'skip' })
    .select('id')
    .collect();
  expect(skipped.toArray()).toEqual([{ id: 1 }, { id: 4 }]);
  expect(skipped.rejected).toEqual({ count: 4, records: [] });
  const { rejected } = await ndjson(path, { ...options, onBadRow: 'collect' }).collect();
  expect(rejected.count).toBe(4);
  expect(rejected.records.map(({ row, column, message }) => [row, column, message])).toEqual([
    [2, 'v', 'This line has in "v" what is no int64: 1.5.'],
    [3, null, 'This line is no JSON: expected a name in quotes at its byte 1.'],
    [5, null, 'This line is not UTF-8.'],
    [6, null, 'This line is no JSON object but an array.'],
  ]);
});

test('byte order mark, CRLF, no final newline, quoted newlines, gzip', async () => {
  const expected = [
    { id: 1, name: 'Ada' },
    { id: 2, name: 'Grace' },
  ];
  for (const name of ['bom.csv', 'crlf.csv', 'no-final-newline.csv', 'packed.csv.gz']) {
    expect(await csv(`csv/${name}`).toArray(), name).toEqual(expected);
  }
  expect(await csv('csv/quoted-newlines.csv').toArray()).toEqual([
    { id: 1, text: 'two\nlines' },
    { id: 2, text: 'a "quoted" word, and a comma' },
    { id: 3, text: 'plain' },
  ]);
  for (const name of ['crlf.ndjson', 'no-final-newline.ndjson']) {
    expect(await ndjson(`ndjson/${name}`).toArray(), name).toEqual([{ id: 1 }, { id: 2 }]);
  }
});

test('a field of 5 MB', async () => {
  const path = newFile('large.csv', `id,v\n1,"${'x'.repeat(5_000_000)}"\n2,b\n`);
  const rows = await csv(path).toArray();
  expect(rows.map((row) => [row.id, row.v.length])).toEqual([
    [1, 5_000_000],
    [2, 1],
  ]);
});

test('duplicate column names', async () => {
  await expect(csv('csv/duplicate-columns.csv').collect()).rejects.toMatchObject({
    name: 'SourceError',
    code: 'DUPLICATE_COLUMN',
    message: `Column "id" stands twice in the header of ${uri('csv/duplicate-columns.csv')}: as column 1 and as column 3. Rename one in the file; or read it with { header: false }, as column0, column1, …, where the header is the first row.`,
  });
  expect(await csv('csv/case-columns.csv').toArray()).toEqual([{ id: 1, ID: 2 }]);
});

test('names with quotes and unicode, of columns and of files', async () => {
  const row = { 'say "hi"': 1, "it's": 2, 'a b': 3, '🐟': 4, naïve: 5, '--x': 6 };
  expect(await csv('csv/odd-names.csv').toArray()).toEqual([row]);
  expect(await csv('csv/odd-names.csv').filter(col("it's").eq(2)).select('🐟', 'say "hi"').toArray()).toEqual([
    { '🐟': 4, 'say "hi"': 1 },
  ]);
  const folder = join(newFolder(), `it's "50%" #1 🐟`);
  mkdirSync(folder);
  writeFileSync(join(folder, 'a?.csv'), 'id\n1\n');
  expect(await csv(join(folder, 'a?.csv')).toArray()).toEqual([{ id: 1 }]);
  expect(await csv(`${formatUri({ scheme: 'file', path: folder })}/*.csv`).toArray()).toEqual([{ id: 1 }]);
});

test('integers out of the safe range', async () => {
  await expect(csv('csv/big-integers.csv').toArray()).rejects.toMatchObject({ code: 'UNSAFE_VALUE' });
  const exactly = await connect({ results: { int64: 'bigint' } });
  const exact = {
    safe: 1n,
    unsafe: 9007199254740993n,
    int64: 9223372036854775807n,
    int128: 170141183460469231731687303715884105727n,
    'too-big': '1701411834604692317316873037158841057270',
  };
  expect(await exactly.read.csv(join(fixtures, 'csv/big-integers.csv')).toArray()).toEqual([exact]);
  expect(await exactly.read.ndjson(join(fixtures, 'ndjson/big-integers.ndjson')).toArray()).toEqual([
    { id: 9007199254740993n, huge: 170141183460469231731687303715884105727n, beyond: 1e40 },
  ]);
  await exactly.close();
});

test('hive folders: a space, an encoded "=", a null', async () => {
  expect(await csv('hive').sort('n').toArray()).toEqual([
    { n: 1, year: 2023, city: 'New York' },
    { n: 2, year: 2024, city: 'a=b' },
    { n: 3, year: 2024, city: null },
  ]);
  expect(await csv('hive').filter(col('city').isNull()).toArray()).toEqual([{ n: 3, year: 2024, city: null }]);
});

test('dialects and types that are easily mistaken', async () => {
  expect(await csv('csv/decimal-comma.csv').toArray()).toEqual([
    { column0: '1,5', column1: '2,5' },
    { column0: '3,25', column1: '4,0' },
  ]);
  expect(await csv('csv/zip-codes.csv').toArray()).toEqual([
    { zip: '00501', city: 'Holtsville' },
    { zip: '10001', city: 'New York' },
  ]);
  expect(await csv('csv/ambiguous-dates.csv').limit(1).toArray()).toEqual([
    { us: '01/02/2020', iso: new Date('2020-01-02'), eu: '13.02.2020' },
  ]);
});

// The engine's dateformat holds for all DATE columns: the renderer has to read them one by one.
test('a column of ISO dates beside one of a given format', async () => {
  expect(await csv('csv/ambiguous-dates.csv', { dateFormat: '%d.%m.%Y' }).limit(1).toArray()).toEqual([
    { us: '01/02/2020', iso: new Date('2020-01-02'), eu: new Date('2020-02-13') },
  ]);
});

test.each([
  ['broken.ndjson', 2, 9, `is no JSON: expected "}" at its byte 7. Mend the file, or ${leaveLinesOut}`],
  ['not-an-object.ndjson', 2, 9, `is no JSON object but an array. Mend the file, or ${leaveLinesOut}`],
  [
    'invalid-utf8.ndjson',
    2,
    15,
    `is not UTF-8: its byte 12 is invalid. Convert the file to UTF-8, or ${leaveLinesOut}`,
  ],
])('%s', async (name, row, byteOffset, message) => {
  await expect(ndjson(`ndjson/${name}`).collect()).rejects.toMatchObject({
    name: 'SourceError',
    code: 'BAD_RECORD',
    message: `Line ${row} of ${uri(`ndjson/${name}`)} (byte ${byteOffset}) ${message}`,
  });
});

// The renderer has to say format = 'auto' where `array` is set.
test('one JSON array instead of an object a line', async () => {
  expect(await ndjson('ndjson/array.json').toArray()).toEqual([
    { id: 1, name: 'Ada' },
    { id: 2, name: 'Grace' },
  ]);
});

test('an aborted signal', async () => {
  const path = newFile('long.csv', `id,v\n${'1,2\n'.repeat(2_000_000)}`);
  const aborting = new AbortController();
  const counting = csv(path)
    .groupBy('id')
    .agg({ n: sum('v') })
    .collect({ signal: aborting.signal });
  aborting.abort(new Error('enough'));
  await expect(counting).rejects.toMatchObject({ name: 'AbortError', code: 'ABORTED' });
  await expect(csv(path).collect({ signal: AbortSignal.abort() })).rejects.toMatchObject({ code: 'ABORTED' });
});

test('a full disk while writing: an error, and no half file under any name', () => {
  const folder = newFolder();
  const script = `
    import { connect } from './src/index.ts';
    const shoal = await connect();
    const rows = Array.from({ length: 200_000 }, (_, id) => ({ id, text: 'row ' + id * 7919 }));
    const failed = await shoal.from(rows).write.csv(process.argv[1]).then(() => null, (error) => error);
    console.log(JSON.stringify(failed));
    await shoal.close();`;
  // No file may grow beyond 3 MB: the system then answers as a full disk does (EFBIG).
  const command = 'ulimit -f 6144; exec "$0" --import tsx --input-type=module -e "$1" "$2"';
  const target = join(folder, 'out.csv');
  const told = execFileSync('sh', ['-c', command, process.execPath, script, target], {
    cwd: join(import.meta.dirname, '..'),
    encoding: 'utf8',
  });
  expect(JSON.parse(told)).toMatchObject({ name: 'StorageError', code: 'STORAGE_FULL', details: { uri: uri(target) } });
  expect(readdirSync(folder)).toEqual([]);
});

test('a file that exists is not written over unless asked', async () => {
  const path = newFile('out.csv', 'old\n');
  await expect(shoal.from([{ id: 1 }]).write.csv(path)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
  expect(readFileSync(path, 'utf8')).toBe('old\n');
  await shoal.from([{ id: 1 }]).write.csv(path, { mode: 'overwrite' });
  expect(readFileSync(path, 'utf8')).toBe('id\n1\n');
});
