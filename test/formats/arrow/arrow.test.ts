import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { tableFromIPC, tableToIPC } from 'apache-arrow';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { renderType } from '../../../src/engine/sql/type.ts';
import { arrowToParquet, batchesToArrow, batchToParquet } from '../../../src/formats/arrow/arrow.ts';
import { carrierType } from '../../../src/plan/carrier-type.ts';
import { formatType, parseType } from '../../../src/plan/type-name.ts';
import { readOne, sampleSql, samples } from '../../dataset/sample-batch.ts';
import { rawRows } from '../../engine/raw-values.ts';

let folder: string;
let connection: DuckDBConnection;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-arrow-'));
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run("SET TimeZone = 'UTC'");
  await connection.run('SET enable_external_file_cache = false');
});

afterAll(async () => {
  connection.closeSync();
  await rm(folder, { recursive: true });
});

let files = 0;

/** Path of a new file with these bytes. */
async function fileOf(bytes: Uint8Array): Promise<string> {
  const path = join(folder, `${files++}.parquet`);
  await writeFile(path, bytes);
  return path;
}

test.each(Object.keys(samples))('%s: batch → Arrow → Parquet → engine, cast back, is the same batch', async (type) => {
  const batch = await readOne(connection, sampleSql(type));
  const path = await fileOf(await batchToParquet(batch));
  const column = batch.schema[0]?.type ?? { kind: 'null' };
  const stored = await readOne(connection, `FROM '${path}'`);
  expect(formatType(stored.schema[0]?.type ?? { kind: 'null' })).toBe(formatType(carrierType(column)));
  const back = await readOne(connection, `SELECT CAST(v AS ${renderType(column)}) AS v FROM '${path}'`);
  expect(back.schema).toEqual(batch.schema);
  expect(rawRows([back])).toEqual(rawRows([batch]));
});

/** Types that the engine does not bring back by a cast of its own text. */
const notByCast = new Set(['INTERVAL']);

test.each(Object.keys(samples).filter((type) => !notByCast.has(type)))(
  "%s: the engine's own casts to the carrier and back keep every value",
  async (type) => {
    const batch = await readOne(connection, sampleSql(type));
    const column = batch.schema[0]?.type ?? { kind: 'null' };
    const path = join(folder, `${files++}.parquet`);
    await connection.run(
      `COPY (SELECT CAST(v AS ${renderType(carrierType(column))}) AS v FROM (${sampleSql(type)})) TO '${path}'`,
    );
    const back = await readOne(connection, `SELECT CAST(v AS ${renderType(column)}) AS v FROM '${path}'`);
    expect(back.schema).toEqual(batch.schema);
    expect(rawRows([back])).toEqual(rawRows([batch]));
  },
);

test.each([
  ['boolean', 'Bool'],
  ['int128', 'Decimal[38e0]'],
  ['decimal(15, 2)', 'Decimal[15e+2]'],
  ['string', 'Utf8'],
  ["enum('a')", 'Utf8'],
  ['binary', 'Binary'],
  ['date', 'Date32<DAY>'],
  ['time', 'Time64<MICROSECOND>'],
  ['timestamp(s)', 'Timestamp<SECOND>'],
  ['timestamp(ms)', 'Timestamp<MILLISECOND>'],
  ['timestamp', 'Timestamp<MICROSECOND>'],
  ['timestamp(ns)', 'Timestamp<NANOSECOND>'],
  ['timestamptz', 'Timestamp<MICROSECOND, UTC>'],
  ['interval', 'Interval<MONTH_DAY_NANO>'],
  ['list<int32>', 'List<Int32>'],
  ['int32[2]', 'FixedSizeList[2]<Int32>'],
  ['struct<a: int8>', 'Struct<{a:Int8}>'],
  ['map<string, int64>', 'Map<{key:Utf8, value:Int64}>'],
])('%s is %s in Arrow', async (type, expected) => {
  const table = await batchesToArrow([{ name: 'v', type: parseType(type) }], []);
  expect(String(table.schema.fields[0]?.type)).toBe(expected);
});

test('Arrow reads what was written, batch by batch, through its own file form too', async () => {
  const sql = `SELECT i::INTEGER AS i, if(i % 3 = 0, NULL, 'text ' || i) AS s, i % 2 = 0 AS b, i::DECIMAL(9, 2) / 4 AS d,
    DATE '2024-01-01' + i::INTEGER AS day, [i, NULL] AS l, {a: i, b: {c: 'x' || i}} AS st, MAP {'k': i} AS m
    FROM range(10) t(i)`;
  const batch = await readOne(connection, sql);
  const table = tableFromIPC(tableToIPC(await batchesToArrow(batch.schema, [batch, batch]), 'file'));
  expect(table.numRows).toBe(20);
  expect(table.batches.length).toBe(2);
  const row = table.get(14)?.toJSON();
  expect([row?.i, row?.s, row?.b, Number(row?.day)]).toEqual([4, 'text 4', true, Date.UTC(2024, 0, 5)]);
  expect(table.get(13)?.s).toBe(null);
  expect(
    JSON.parse(
      JSON.stringify([row?.l, row?.st, row?.m], (_, value) => (typeof value === 'bigint' ? Number(value) : value)),
    ),
  ).toEqual([[4, null], { a: 4, b: { c: 'x4' } }, { k: 4 }]);
});

test('a table without rows keeps its columns', async () => {
  const schema = [
    { name: 'a', type: parseType('list<struct<x: int64>>') },
    { name: 'b', type: parseType('string') },
  ];
  const path = await fileOf(await arrowToParquet(await batchesToArrow(schema, [])));
  const described = (await connection.runAndReadAll(`DESCRIBE FROM '${path}'`))
    .getRows()
    .map(([name, type]) => [name, type]);
  expect(described).toEqual([
    ['a', 'STRUCT(x BIGINT)[]'],
    ['b', 'VARCHAR'],
  ]);
});

test('a 128-bit integer of 39 digits is an error in Arrow, which has 38', async () => {
  const batch = await readOne(connection, `SELECT 1${'0'.repeat(38)}::HUGEINT AS v`);
  await expect(batchesToArrow(batch.schema, [batch])).rejects.toThrow(
    /^Column "v", value 0 of its batch: 10{38} needs 39 digits; Arrow's decimals have 38\. Cast the column to 'string'\.$/,
  );
});

test('an interval that overflows in nanoseconds is an error', async () => {
  const batch = await readOne(connection, 'SELECT to_microseconds(9223372036854775807) AS v');
  await expect(batchesToArrow(batch.schema, [batch])).rejects.toThrow(
    `Column "v", value 0 of its batch: 9223372036854775807 microseconds in nanoseconds, which Arrow counts, need more than 64 bits. Cast the column to 'string'.`,
  );
});

test('halves of a surrogate pair in neighbouring texts stay apart', async () => {
  const schema = [{ name: 'v', type: { kind: 'string' } as const }];
  const columns = [{ type: { kind: 'string' } as const, length: 2, validity: null, data: ['ü\ud83d', '\ude00'] }];
  const table = await batchesToArrow(schema, [{ schema, numRows: 2, columns }]);
  expect([table.get(0)?.v, table.get(1)?.v]).toEqual(['ü\ufffd', '\ufffd']);
});
