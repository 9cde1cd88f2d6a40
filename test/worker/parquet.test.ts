import { expect, test } from 'vitest';
import type { RelNode, ScanRel } from '../../src/plan/relation.ts';
import type { FilePart, ScanFile } from '../../src/plan/source.ts';
import type { Schema } from '../../src/plan/types.ts';
import { call, col, lit, schema } from '../engine/sql/plan-builders.ts';
import { type Row, scanOf, useWorker } from './support.ts';

const worker = useWorker();
const { counting } = worker;
const fetching = { alwaysFetch: true };

const columns: Schema = schema({ id: 'int64', text: 'string', wide: 'string', nan: 'float64' });
/** Ten row groups of 2,048 rows. */
const rowGroupRows = 2_048;
const query =
  `SELECT i AS id, 'text ' || i % 100 AS text, md5(i::VARCHAR) || md5((i + 1)::VARCHAR) AS wide, ` +
  `CASE WHEN i % 1000 = 7 THEN 'NaN'::DOUBLE ELSE i END AS nan FROM range(20480) t(i)`;

let written: Promise<string> | undefined;
const fileOf = async (changes: Partial<ScanFile> = {}) => {
  written ??= worker.parquet('ten.parquet', query, `, ROW_GROUP_SIZE ${rowGroupRows}`);
  return worker.file(await written, changes);
};

const partOf = (...rowGroups: number[]): FilePart => {
  const [first = 0, last = 0] = [rowGroups[0], rowGroups.at(-1)];
  const contiguous = last - first + 1 === rowGroups.length;
  return {
    kind: 'row-groups',
    rowGroups,
    startRow: first * rowGroupRows,
    endRow: (last + 1) * rowGroupRows,
    contiguous,
  };
};

const scan = (files: readonly ScanFile[], changes: Partial<ScanRel> = {}) =>
  scanOf({ kind: 'parquet' }, files, columns, changes);
const identified = (files: readonly ScanFile[]) =>
  scan(files, { columns: ['id', 'identity'], rowIdentity: 'identity' });
const groupOf = (row: Row) => Math.floor(Number(row[0]) / rowGroupRows);

test('a file of this machine is read where it lies, without a request', async () => {
  const file = await fileOf();
  counting.reset();
  const { rows } = await worker.rows(scan([file]));
  expect([rows.length, rows[4_096]?.[0]]).toEqual([20_480, '4096']);
  expect(counting.counts).toMatchObject({ read: 0, head: 2 });
});

test.each([[[3]], [[0, 1]], [[8, 9]], [[1, 4, 5, 9]], [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]])(
  'row groups %j: the same rows in place and fetched, and each with the identity that it has in the whole file',
  async (rowGroups) => {
    const whole = (await worker.rows(identified([await fileOf()]))).rows;
    const expected = whole.filter((row) => rowGroups.includes(groupOf(row)));
    const plan = identified([await fileOf({ part: partOf(...rowGroups) })]);
    expect((await worker.rows(plan)).rows).toEqual(expected);
    expect((await worker.rows(plan, fetching)).rows).toEqual(expected);
    expect((await worker.rows(identified([await fileOf()]), fetching)).rows).toEqual(whole);
  },
);

test('parts of a file among other files, in their order', async () => {
  const other = await worker.file(
    await worker.parquet('other.parquet', `SELECT * REPLACE (-id AS id) FROM (${query}) LIMIT 10`),
  );
  const files = [await fileOf({ part: partOf(9) }), other, other, await fileOf({ part: partOf(0, 2) })];
  const expected = [
    ...(await worker.rows(identified([await fileOf({ part: partOf(9) })]))).rows,
    ...(await worker.rows(identified([other]))).rows,
    ...(await worker.rows(identified([other]))).rows,
    ...(await worker.rows(identified([await fileOf({ part: partOf(0, 2) })]))).rows,
  ];
  expect(expected.length).toBe(3 * rowGroupRows + 20);
  expect((await worker.rows(identified(files))).rows).toEqual(expected);
  expect((await worker.rows(identified(files), fetching)).rows).toEqual(expected);
});

test('only chunks of the wanted columns and row groups are fetched', async () => {
  const file = await fileOf();
  const all = await worker.rows(scan([file]), fetching);
  expect(all.rows.length).toBe(20_480);
  counting.reset();
  const part = await fileOf({ part: partOf(2, 3) });
  counting.reset();
  const { rows } = await worker.rows(scan([part], { columns: ['id'] }), fetching);
  expect(rows.length).toBe(2 * rowGroupRows);
  // The footer's 64 KiB, and the two chunks of `id`, between which lie those of other columns.
  expect(counting.counts).toMatchObject({ read: 3, head: 0 });
  expect(counting.counts.bytesRead).toBeLessThan((64 << 10) + 40_000);
});

test('a whole file that is fetched is spared the row groups that its statistics exclude', async () => {
  const file = await fileOf();
  const prune = [call('gte', col('id'), lit(19_000))];
  const plan: RelNode = {
    kind: 'filter',
    input: scan([file], { prune, columns: ['id', 'wide'] }),
    predicate: prune[0] ?? lit(true),
  };
  counting.reset();
  expect((await worker.rows(plan, fetching)).rows.length).toBe(1_480);
  expect(counting.counts.bytesRead).toBeLessThan(file.sizeBytes / 5);
});

test('no row group left: no rows, and no request but for the footer', async () => {
  const file = await fileOf();
  const prune = [call('lt', col('id'), lit(-1))];
  counting.reset();
  expect((await worker.rows(scan([file], { prune }), fetching)).rows).toEqual([]);
  expect(counting.counts.read).toBe(1);
});

test('NaN is found whatever the statistics say, equality meets no bloom filter in a hole', async () => {
  for (const [predicate, count] of [
    [call('gt', col('nan'), lit(1e9)), 21],
    [call('eq', col('text'), lit('text 7')), 205],
    [call('eq', col('id'), lit(20_000)), 1],
  ] as const) {
    const plan: RelNode = {
      kind: 'filter',
      input: scan([await fileOf({ part: partOf(0, 1, 2, 3, 4, 5, 6, 7, 8, 9) })]),
      predicate,
    };
    expect((await worker.rows(plan, fetching)).rows.length).toBe(count);
    const part: RelNode = { kind: 'filter', input: scan([await fileOf({ part: partOf(1, 9) })]), predicate };
    const inPlace = (await worker.rows(part)).rows;
    expect((await worker.rows(part, fetching)).rows).toEqual(inPlace);
  }
});

test('columns named as the engine names its own', async () => {
  const own = schema({ file_row_number: 'int64', File_Index: 'int64' });
  const path = await worker.parquet(
    'own.parquet',
    `SELECT 7::BIGINT AS file_row_number, i AS "File_Index" FROM range(6144) t(i)`,
    `, ROW_GROUP_SIZE ${rowGroupRows}`,
  );
  const files = [await worker.file(path, { part: partOf(1) }), await worker.file(path)];
  const plan = scanOf({ kind: 'parquet' }, files, own, { columns: ['File_Index', 'x'], rowIdentity: 'x' });
  const whole = (await worker.rows({ ...plan, source: { ...plan.source, files: files.slice(1) } })).rows;
  const expected = [...whole.slice(rowGroupRows, 2 * rowGroupRows), ...whole];
  expect((await worker.rows(plan)).rows).toEqual(expected);
  expect((await worker.rows(plan, fetching)).rows).toEqual(expected);
});

test('unionByName: a column that none of the files at hand has is null', async () => {
  const wide = schema({ id: 'int64', more: 'decimal(5,1)' });
  const path = await worker.parquet('narrow.parquet', 'SELECT i AS id FROM range(3) t(i)');
  const plan = scanOf({ kind: 'parquet' }, [await worker.file(path)], wide, {
    columns: ['more', 'id', 'x'],
    rowIdentity: 'x',
  });
  const union = { ...plan, source: { ...plan.source, unionByName: true } };
  const { rows } = await worker.rows(union);
  expect(rows.map((row) => row.slice(0, 2))).toEqual([
    [null, '0'],
    [null, '1'],
    [null, '2'],
  ]);
  expect((await worker.rows(union, fetching)).rows).toEqual(rows);
});

test('a file that changed since it was planned, in place and fetched', async () => {
  const path = await worker.parquet('changed.parquet', 'SELECT 1 AS id');
  const file = await worker.file(path);
  await worker.parquet('changed.parquet', 'SELECT 1 AS id, 2 AS more');
  const plan = scanOf({ kind: 'parquet' }, [file], schema({ id: 'int32' }));
  await expect(worker.rows(plan)).rejects.toMatchObject({ code: 'OBJECT_CHANGED', details: { uri: file.uri } });
  await expect(worker.rows(plan, fetching)).rejects.toMatchObject({
    code: 'OBJECT_CHANGED',
    details: { uri: file.uri },
  });
});
