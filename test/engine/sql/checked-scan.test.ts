import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { renderNdjsonRejects } from '../../../src/engine/sql/ndjson.ts';
import { renderQuery } from '../../../src/engine/sql/relation.ts';
import type { RelNode, ScanRel } from '../../../src/plan/relation.ts';
import type { OnBadRow, ResolvedCsvDialect, ResolvedFormat } from '../../../src/plan/source.ts';
import type { Schema } from '../../../src/plan/types.ts';
import { agg, localPath, named, rows, run, scan, schema, useConnection } from './plan-builders.ts';

/** Scans that hold every value against its column's type. */

const connection = useConnection();
const folder = mkdtempSync(join(tmpdir(), 'checked-'));
afterAll(() => rmSync(folder, { recursive: true }));

let files = 0;
function write(text: string): string {
  const path = join(folder, `${++files}.txt`);
  writeFileSync(path, text);
  return path;
}

const standard: ResolvedCsvDialect = {
  ...{ delimiter: ',', quote: '"', escape: '"', header: true, nullValues: [], dateFormat: null, timestampFormat: null },
};
const csv = (
  columns: Schema,
  onBadRow: OnBadRow = 'error',
  dialect: Partial<ResolvedCsvDialect> = {},
): ResolvedFormat => ({
  ...{ kind: 'csv', dialect: { ...standard, ...dialect }, columns, onBadRow },
});
const ndjson = (columns: Schema, onBadRow: OnBadRow = 'error') => ({ kind: 'ndjson', columns, onBadRow }) as const;
const csvScan = (text: string, columns: Schema, onBadRow: OnBadRow = 'error') =>
  scan(csv(columns, onBadRow), [write(text)], columns);
const counted = (table: ScanRel): RelNode => ({
  ...{ kind: 'aggregate', input: { ...table, columns: table.columns.slice(0, 1) }, keys: [] },
  aggregates: named({ n: agg('count', []) }),
});

test.each([
  ['int64', '1.5'],
  ['int64', '1e-3'],
  ['int64', 'x'],
  ['decimal(4, 1)', '1.25'],
  ['date', '2020-01-02 10:00:00'],
  ['timestamp', '2020-01-02 10:00:00+02'],
  ['timestamp', '2020-01-02 10:00:00.1234567'],
  ['timestamptz', 'soon'],
  ['time', '2020-01-02'],
  ['list<int64>', '"[1, 2.5]"'],
  ['struct<a: int64>', `"{'a': 1.5}"`],
])('CSV: %s of %s is an error where it is used, and nothing where it is not', async (type, value) => {
  const columns = schema({ id: 'int64', v: type });
  const table = csvScan(`id,v\n1,\n2,${value}\n`, columns);
  await expect(run(connection(), table)).rejects.toThrow();
  expect(await run(connection(), { ...table, columns: ['id'] })).toEqual([[1], [2]]);
});

test('CSV: the error names the column and its type', async () => {
  const table = csvScan('id,v\n1,2\n2,1.5\n', schema({ id: 'int64', v: 'int64' }));
  await expect(run(connection(), table)).rejects.toThrow('Column "v" has what is no int64: 1.5');
});

test('CSV: nested values, and columns with the names of what stands beside them', async () => {
  const columns = schema({ value: 'list<int64>', value_2: 'int64', file_index: 'date', VALUE: 'int64' });
  const text = 'value,value_2,file_index,VALUE\n"[1, null]",7,2020-01-02,8\n,,,\n';
  expect(await run(connection(), csvScan(text, columns))).toEqual([
    [[1, null], 7, '2020-01-02', 8],
    [null, null, null, null],
  ]);
  expect(await run(connection(), csvScan(text, columns, 'skip'))).toEqual([
    [[1, null], 7, '2020-01-02', 8],
    [null, null, null, null],
  ]);
});

test('CSV: ISO dates beside those of a pattern', async () => {
  const columns = schema({ a: 'date', b: 'date', t: 'timestamp' });
  const format = csv(columns, 'error', { dateFormat: '%d.%m.%Y', timestampFormat: '%d.%m.%Y %H:%M' });
  const good = write('a,b,t\n2020-01-02,13.02.2020,13.02.2020 10:30\n01.01.1900,1900-01-01,2020-01-02 10:00:00\n');
  expect(await run(connection(), scan(format, [good], columns))).toEqual([
    ['2020-01-02', '2020-02-13', '2020-02-13T10:30:00Z'],
    ['1900-01-01', '1900-01-01', '2020-01-02T10:00:00Z'],
  ]);
  const word = write('a,b,t\ninfinity,,\n');
  await expect(run(connection(), scan(format, [word], columns))).rejects.toThrow(
    'Column "a" has what is no date: infinity',
  );
});

test('CSV: a row with a misfit in any column is left out whatever is asked, and counted', async () => {
  const columns = schema({ id: 'int64', v: 'int64', f: 'float64', s: 'string' });
  const text = 'id,v,f,s\n1,1,1,a\n2,1.5,1,b\n3,3,x,c\n4,4\n5,,"",d\n6,6,,e\n';
  const table = csvScan(text, columns, 'skip');
  expect(await run(connection(), counted(table))).toEqual([[2]]);
  expect((await run(connection(), table)).map(([id]) => id)).toEqual([1, 6]);
  await connection().run('CREATE TEMP SEQUENCE misfits');
  const rejects = { errors: 'checked_rows', scans: 'checked_scans', misfits: () => 'misfits' };
  expect(await rows(connection(), renderQuery(counted(table), { localPath, rejects }))).toEqual([[2]]);
  expect(await rows(connection(), 'SELECT DISTINCT line FROM checked_rows ORDER BY line')).toEqual([[4], [5], [6]]);
  const [count] = await rows(connection(), "SELECT last_value FROM duckdb_sequences() WHERE sequence_name = 'misfits'");
  expect(count).toEqual([1]);
});

test('CSV: a wrong number of fields is an error, whichever columns are read', async () => {
  const columns = schema({ id: 'int64', v: 'int64', s: 'string' });
  for (const record of ['1,2', '1,2,a,b', '1']) {
    const table = csvScan(`id,v,s\n0,0,z\n${record}\n`, columns);
    for (const plan of [table, { ...table, columns: ['s'] }, { ...table, columns: ['v'] }, counted(table)])
      await expect(run(connection(), plan)).rejects.toThrow('Expected Number of Columns: 3 Found:');
    expect(
      await run(connection(), { ...csvScan(`id,v,s\n0,0,z\n${record}\n`, columns, 'skip'), columns: ['s'] }),
    ).toEqual([['z']]);
  }
});

test('CSV: files whose columns differ are read by their names, in their order', async () => {
  const columns = schema({ a: 'int64', b: 'date' });
  const base = scan(
    csv(columns),
    [write('a,b\n1,2020-01-01\n'), write('b,a\n2020-01-02,2\n'), write('b\n2020-01-03\n')],
    columns,
  );
  const own = [undefined, ['b', 'a'], ['b']];
  const named = base.source.files.map((file, index) => {
    const names = own[index];
    return names ? { ...file, columns: names } : file;
  });
  const table: ScanRel = { ...base, source: { ...base.source, files: named } };
  expect(await run(connection(), table)).toEqual([
    [1, '2020-01-01'],
    [2, '2020-01-02'],
    [null, '2020-01-03'],
  ]);
  expect(await run(connection(), { ...table, columns: ['a'] })).toEqual([[1], [2], [null]]);
});

const jsonTypes = schema({
  id: 'int64',
  v: 'int64',
  ok: 'boolean',
  d: 'date',
  n: 'struct<x: list<int64>, m: map<string, int64>>',
});

test.each([
  '{"id":2,"v":1.5}',
  '{"id":2,"v":true}',
  '{"id":2,"ok":1}',
  '{"id":2,"d":"2020-01-02 10:00"}',
  '{"id":2,"n":{"x":[1,2.5]}}',
  '{"id":2,"n":{"x":5}}',
  '{"id":2,"n":[1]}',
  '{"id":2,"n":{"m":{"k":0.5}}}',
])('NDJSON: %s is an error, or left out and found again', async (bad) => {
  const path = write(`{"id":1,"v":7,"ok":true,"d":"2020-01-02","n":{"x":[1,null],"m":{"k":3}}}\n${bad}\n{"id":3}\n`);
  await expect(run(connection(), scan(ndjson(jsonTypes), [path], jsonTypes))).rejects.toThrow();
  const tolerant = ndjson(jsonTypes, 'skip');
  const table = scan(tolerant, [path], jsonTypes);
  expect(await run(connection(), table)).toEqual([
    [1, 7, true, '2020-01-02', { x: [1, null], m: [{ key: 'k', value: 3 }] }].map((value, index) =>
      index === 4 ? expect.objectContaining({ x: [1, null] }) : value,
    ),
    [3, null, null, null, null],
  ]);
  expect(await run(connection(), counted(table))).toEqual([[2]]);
  const [file] = table.source.files;
  expect(file && (await rows(connection(), renderNdjsonRejects(tolerant, file, { localPath })))).toEqual([[2, bad]]);
});

test('NDJSON: one array instead of lines, beside lines, and with names that differ in case only', async () => {
  const array = write('[{"a":1,"A":2},\n{"a":3}]');
  const lines = write('{"a":5,"A":6}\n');
  for (const columns of [schema({ a: 'int64' }), schema({ a: 'int64', A: 'int64' })]) {
    const format = { ...ndjson(columns), array: true };
    const all = await run(connection(), scan(format, [array, lines], columns));
    expect(all.map(([a]) => a)).toEqual([1, 3, 5]);
    if (columns.length === 2) expect(all.map((row) => row[1])).toEqual([2, null, 6]);
  }
});

test('NDJSON: with names that differ in case only, what is no object or does not fit is an error too', async () => {
  const columns = schema({ a: 'int64', A: 'int64' });
  for (const bad of ['[1]', '{bad', '{"a":1.5}'])
    await expect(run(connection(), scan(ndjson(columns), [write(`{"a":1}\n${bad}\n`)], columns))).rejects.toThrow();
});

test('NDJSON: lines that are not UTF-8 are left out', async () => {
  const path = join(folder, 'latin1.ndjson');
  writeFileSync(path, Buffer.from('{"id":1}\n{"id":2,"s":"\xff"}\n{"id":3}\n', 'latin1'));
  const columns = schema({ id: 'int64', s: 'string' });
  expect(await run(connection(), scan(ndjson(columns, 'skip'), [path], columns))).toEqual([
    [1, null],
    [3, null],
  ]);
});
