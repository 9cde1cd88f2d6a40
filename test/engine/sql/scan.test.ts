import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { renderNdjsonRejects } from '../../../src/engine/sql/ndjson.ts';
import { renderQuery } from '../../../src/engine/sql/relation.ts';
import type { RelNode } from '../../../src/plan/relation.ts';
import type { OnBadRow, ResolvedCsvDialect, ResolvedFormat } from '../../../src/plan/source.ts';
import type { Schema } from '../../../src/plan/types.ts';
import { agg, call, col, localPath, named, rows, run, scan, schema, useConnection } from './plan-builders.ts';

const connection = useConnection();
const folder = mkdtempSync(join(tmpdir(), 'scan-'));
afterAll(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string): string {
  const path = join(folder, name);
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
  return path;
}

async function writeParquet(name: string, query: string): Promise<string> {
  const path = write(name, '');
  await connection().run(`COPY (${query}) TO '${path.replaceAll("'", "''")}' (FORMAT parquet)`);
  return path;
}

const standard: ResolvedCsvDialect = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  header: true,
  nullValues: [],
  dateFormat: null,
  timestampFormat: null,
};

const csv = (
  columns: Schema,
  dialect: Partial<ResolvedCsvDialect> = {},
  onBadRow: OnBadRow = 'error',
): ResolvedFormat => ({
  kind: 'csv',
  dialect: { ...standard, ...dialect },
  columns,
  onBadRow,
});

test('Parquet: the files in their order, whatever is in their names', async () => {
  const names = ['a[1].parquet', 'b*.parquet', `c?'d.parquet`, '{e}.parquet'];
  const paths = [];
  for (const [index, name] of names.entries()) paths.push(await writeParquet(name, `SELECT ${index}::BIGINT AS x`));
  await writeParquet('b2.parquet', 'SELECT 99::BIGINT AS x');
  expect(await run(connection(), scan({ kind: 'parquet' }, paths.reverse(), schema({ x: 'int64' })))).toEqual([
    [3],
    [2],
    [1],
    [0],
  ]);
});

test('Parquet: columns that differ in case only', async () => {
  const path = await writeParquet('case.parquet', 'SELECT 1::BIGINT AS "a", 2::BIGINT AS "A"');
  const table = scan({ kind: 'parquet' }, [path], schema({ a: 'int64', A: 'int64' }));
  expect(await run(connection(), table)).toEqual([[1, 2]]);
  expect(
    await run(connection(), { kind: 'project', input: { ...table, columns: ['A'] }, columns: named({ x: col('A') }) }),
  ).toEqual([[2]]);
});

test('hive folders: values come from the plan, as the column types say', async () => {
  const columns = schema({ x: 'int64' });
  const folders = schema({ year: 'int32', city: 'string' });
  const files = [];
  for (const [index, city] of ['Ö/"x\'', null, ''].entries()) {
    const path = await writeParquet(`hive-${index}.parquet`, `SELECT ${index}::BIGINT AS x`);
    files.push({ path, partition: { year: '2024', city } });
  }
  const table = scan({ kind: 'parquet' }, files, columns, folders);
  expect(await run(connection(), table)).toEqual([
    [0, 2024, 'Ö/"x\''],
    [1, 2024, null],
    [2, 2024, ''],
  ]);
  const query = renderQuery({ ...table, columns: ['year', 'x'] }, { localPath });
  expect(query).toMatch(
    /^SELECT CAST\('2024'::VARCHAR AS INTEGER\) AS "year", "x"\nFROM read_parquet\(\['.*hive_partitioning = FALSE\)$/,
  );
  const grouped: RelNode = {
    kind: 'aggregate',
    input: { kind: 'filter', input: table, predicate: call('isNotNull', col('city')) },
    keys: named({ city: col('city') }),
    aggregates: named({ n: agg('sum', [col('x')]) }),
  };
  expect(await run(connection(), grouped)).toHaveLength(2);
});

test('hive folders of files that have a column file_index', async () => {
  const files = [];
  for (const year of ['2023', '2024'])
    files.push({
      path: await writeParquet(`index-${year}.parquet`, 'SELECT 7::BIGINT AS "File_Index"'),
      partition: { year },
    });
  expect(
    await run(
      connection(),
      scan({ kind: 'parquet' }, files, schema({ File_Index: 'int64' }), schema({ year: 'int32' })),
    ),
  ).toEqual([
    [7, 2023],
    [7, 2024],
  ]);
});

test('CSV: the empty field is null, "" is an empty text, null values count unquoted only', async () => {
  const columns = schema({ id: 'int64', s: 'string', n: 'int64' });
  const path = write('nulls.csv', 'id,s,n\n1,"",5\n2,,\n3,NA,6\n4,"NA",7\n5,"a ""b""\r\nc",8');
  expect(await run(connection(), scan(csv(columns, { nullValues: ['NA'] }), [path], columns))).toEqual([
    [1, '', 5],
    [2, null, null],
    [3, null, 6],
    [4, 'NA', 7],
    [5, 'a "b"\r\nc', 8],
  ]);
});

test('CSV: dialect, BOM, CRLF, dates of a pattern, names that differ in case only, folders', async () => {
  const columns = schema({ 'a "x"': 'date', 'A "x"': 'float64', t: 'timestamp' });
  const path = write('dialect.csv', "\uFEFF'03/04/2020';1.5;2020-01-02 03.04\r\n;;\r\n");
  const dialect = {
    delimiter: ';',
    quote: "'",
    escape: "'",
    header: false,
    dateFormat: '%d/%m/%Y',
    timestampFormat: '%Y-%m-%d %H.%M',
  };
  const files = [
    { path, partition: { y: '1' } },
    { path, partition: { y: '2' } },
  ];
  expect(await run(connection(), scan(csv(columns, dialect), files, columns, schema({ y: 'int8' })))).toEqual([
    ['2020-04-03', 1.5, '2020-01-02T03:04:00Z', 1],
    [null, null, null, 1],
    ['2020-04-03', 1.5, '2020-01-02T03:04:00Z', 2],
    [null, null, null, 2],
  ]);
});

test('CSV: a field of 5 MB', async () => {
  const columns = schema({ id: 'int64', s: 'string' });
  const path = write('large.csv', `id,s\n1,${'x'.repeat(5_000_000)}\n2,y\n`);
  const lengths: RelNode = {
    kind: 'project',
    input: scan(csv(columns), [path], columns),
    columns: named({ n: call('str.length', col('s')) }),
  };
  expect(await run(connection(), lengths)).toEqual([[5_000_000], [1]]);
});

test('CSV: bad records are an error, or left out; those of a wrong number of fields go to the tables that the context names', async () => {
  const columns = schema({ id: 'int64', s: 'string' });
  const path = write('bad.csv', 'id,s\n1,x\n2\n3,y,z\nabc,w\n5,v\n');
  await expect(run(connection(), scan(csv(columns), [path], columns))).rejects.toThrow(
    'Expected Number of Columns: 2 Found: 1',
  );
  expect(await run(connection(), scan(csv(columns, {}, 'skip'), [path], columns))).toEqual([
    [1, 'x'],
    [5, 'v'],
  ]);
  const rejects = { errors: 'bad_rows', scans: 'bad_scans' };
  const query = renderQuery(scan(csv(columns, {}, 'collect'), [path], columns), { localPath, rejects });
  expect(await rows(connection(), query)).toEqual([
    [1, 'x'],
    [5, 'v'],
  ]);
  expect(await rows(connection(), 'SELECT line, error_type::VARCHAR, csv_line FROM bad_rows ORDER BY line')).toEqual([
    [3, 'MISSING COLUMNS', '2'],
    [4, 'TOO MANY COLUMNS', '3,y,z'],
  ]);
});

test('NDJSON: missing keys are null, unknown ones are skipped', async () => {
  const columns = schema({ a: 'int64', 'b "c"/~d': 'string', n: 'struct<x: list<int64>>', t: 'timestamp' });
  const path = write(
    'good.ndjson',
    '{"a":1,"b \\"c\\"/~d":"x","n":{"x":[1,2]},"t":"2020-01-01T00:00:00"}\n\n{"z":1}\r\n{"n":{"y":5}}',
  );
  const expected = [
    [1, 'x', { x: [1, 2] }, '2020-01-01'],
    [null, null, null, null],
    [null, null, { x: null }, null],
  ];
  expect(await run(connection(), scan({ kind: 'ndjson', columns, onBadRow: 'error' }, [path], columns))).toEqual(
    expected,
  );
  expect(await run(connection(), scan({ kind: 'ndjson', columns, onBadRow: 'skip' }, [path], columns))).toEqual(
    expected,
  );
});

test('NDJSON: bad records are an error, or are left out and found again', async () => {
  const columns = schema({ a: 'int64', d: 'date' });
  const text = '{"a":1,"d":"2020-01-01"}\n{"a":"x"}\n\n{bad\n[1]\n{"a":2}\n';
  const path = write('bad.ndjson', text);
  const format = { kind: 'ndjson', columns, onBadRow: 'collect' } as const;
  const table = scan(format, [path], columns);
  await expect(run(connection(), scan({ ...format, onBadRow: 'error' }, [path], columns))).rejects.toThrow();
  expect(await run(connection(), table)).toEqual([
    [1, '2020-01-01'],
    [2, null],
  ]);
  const [file] = table.source.files;
  expect(file && (await rows(connection(), renderNdjsonRejects(format, file, { localPath })))).toEqual([
    [2, '{"a":"x"}'],
    [4, '{bad'],
    [5, '[1]'],
  ]);
});

test('NDJSON: keys that differ in case only', async () => {
  const columns = schema({ a: 'int64', A: 'int64' });
  const path = write('case.ndjson', '{"A":2,"a":1}\n');
  expect(await run(connection(), scan({ kind: 'ndjson', columns, onBadRow: 'error' }, [path], columns))).toEqual([
    [1, 2],
  ]);
});

test('text: lines as they stand, in order', async () => {
  const path = write('lines.txt', 'a "b", c\r\n\n  d\t\\n \x1f\0e\n"unclosed\n\u{10FFFE}last');
  expect(await run(connection(), scan({ kind: 'text' }, [path], schema({ line: 'string' })))).toEqual([
    ['a "b", c'],
    [''],
    ['  d\t\\n \x1f\0e'],
    ['"unclosed'],
    ['\u{10FFFE}last'],
  ]);
});

test('no file left is an empty table', async () => {
  expect(await run(connection(), scan({ kind: 'parquet' }, [], schema({ x: 'int64' })))).toEqual([]);
});

test('Parquet: rows are told apart by uri and row number, whatever is read with them', async () => {
  const paths = [];
  for (const name of ['one', 'two'])
    paths.push(await writeParquet(`identity-${name}.parquet`, 'SELECT range AS x FROM range(3)'));
  const hidden = await writeParquet(
    'identity-hidden.parquet',
    'SELECT range AS x, 5 AS file_row_number, 6 AS file_index FROM range(3)',
  );
  const identities = async (files: string[], columns: Schema) => {
    const base = scan({ kind: 'parquet' }, files, columns);
    const table = { ...base, columns: ['row', 'x'], rowIdentity: 'row' };
    const filtered: RelNode = { kind: 'filter', input: table, predicate: call('gt', col('x'), 0) };
    const all = await run(connection(), table);
    expect(await run(connection(), filtered)).toEqual(all.filter(([, x]) => x !== 0));
    return all.map(([row]) => row);
  };
  const both = await identities(paths, schema({ x: 'int64' }));
  expect(new Set(both).size).toBe(6);
  expect(await identities(paths.slice(1), schema({ x: 'int64' }))).toEqual(both.slice(3));
  const shadowed = schema({ x: 'int64', file_row_number: 'int32', file_index: 'int32' });
  const alone = await identities([hidden], shadowed);
  expect(new Set([...both, ...alone]).size).toBe(9);
  expect((await identities([hidden, hidden], shadowed)).slice(3)).toEqual(alone);
});
