import { type DuckDBConnection, DuckDBInstance, SQLNULL } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { fromDuckDBType } from '../../src/engine/types.ts';
import { formatType } from '../../src/plan/type-name.ts';

let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create()).connect();
});

afterAll(() => connection.closeSync());

async function typeOf(expression: string) {
  const result = await connection.run(`SELECT ${expression} AS c`);
  return fromDuckDBType(result.columnType(0), 'c');
}

test.each([
  ['NULL::BOOLEAN', 'boolean'],
  ['NULL::TINYINT', 'int8'],
  ['NULL::SMALLINT', 'int16'],
  ['NULL::INTEGER', 'int32'],
  ['NULL::BIGINT', 'int64'],
  ['NULL::HUGEINT', 'int128'],
  ['NULL::UTINYINT', 'uint8'],
  ['NULL::USMALLINT', 'uint16'],
  ['NULL::UINTEGER', 'uint32'],
  ['NULL::UBIGINT', 'uint64'],
  ['NULL::UHUGEINT', 'uint128'],
  ['NULL::FLOAT', 'float32'],
  ['NULL::DOUBLE', 'float64'],
  ['NULL::DECIMAL(15, 2)', 'decimal(15, 2)'],
  ['NULL::VARCHAR', 'string'],
  ["'[1]'::JSON", 'string'],
  ['NULL::BLOB', 'binary'],
  ['NULL::DATE', 'date'],
  ['NULL::TIME', 'time'],
  ['NULL::TIMESTAMP_S', 'timestamp(s)'],
  ['NULL::TIMESTAMP_MS', 'timestamp(ms)'],
  ['NULL::TIMESTAMP', 'timestamp'],
  ['NULL::TIMESTAMP_NS', 'timestamp(ns)'],
  ['NULL::TIMESTAMPTZ', 'timestamptz'],
  ['NULL::INTERVAL', 'interval'],
  ['NULL::UUID', 'uuid'],
  ["NULL::ENUM('a', 'it''s')", "enum('a', 'it''s')"],
  ['NULL', 'int32'],
  ['NULL::INTEGER[]', 'list<int32>'],
  ['NULL::INTEGER[3]', 'int32[3]'],
  ['NULL::STRUCT(a INTEGER, "b c" VARCHAR)', 'struct<a: int32, "b c": string>'],
  ['NULL::MAP(VARCHAR, DOUBLE[])', 'map<string, list<float64>>'],
  ['NULL::STRUCT(x MAP(VARCHAR, STRUCT(y BIGINT[][])))', 'struct<x: map<string, struct<y: list<list<int64>>>>>'],
])('%s is %s', async (expression, expected) => {
  expect(formatType(await typeOf(expression))).toBe(expected);
});

test.each([
  ['NULL::UNION(n INTEGER, s VARCHAR)', 'c', 'UNION', 'VARCHAR'],
  ['NULL::BIT', 'c', 'BIT', 'VARCHAR'],
  ['NULL::BIGNUM', 'c', 'BIGNUM', 'VARCHAR'],
  ['NULL::TIMETZ', 'c', 'TIME WITH TIME ZONE', 'TIME'],
  ['NULL::TIME_NS', 'c', 'TIME_NS', 'TIME'],
  ['NULL::VARIANT', 'c', 'VARIANT', 'VARCHAR'],
  ['NULL::GEOMETRY', 'c', 'GEOMETRY', 'VARCHAR'],
  ['NULL::STRUCT(a MAP(VARCHAR, BIT[]))', 'c.a.value[]', 'BIT', 'VARCHAR'],
])('%s is refused with a cast that works', async (expression, column, name, castTo) => {
  await expect(typeOf(expression)).rejects.toThrow(
    `Column "${column}" has the engine's type ${name}, which has no counterpart in shoal. Cast it where it is made: CAST(… AS ${castTo}).`,
  );
});

test("the type of NULL itself, which the engine's results show as int32", () => {
  expect(fromDuckDBType(SQLNULL)).toEqual({ kind: 'null' });
});

test('the casts proposed do work', async () => {
  const values = [
    ['CAST(union_value(n := 1) AS VARCHAR)', '1'],
    ["CAST('101'::BIT AS VARCHAR)", '101'],
    [
      "CAST('12345678901234567890123456789012345678901234567890'::BIGNUM AS VARCHAR)",
      '12345678901234567890123456789012345678901234567890',
    ],
    ["CAST(CAST('12:34:56+02'::TIMETZ AS TIME) AS VARCHAR)", '12:34:56'],
    ["CAST(CAST('12:34:56.123456789'::TIME_NS AS TIME) AS VARCHAR)", '12:34:56.123457'],
    ['CAST([1, 2]::VARIANT AS VARCHAR)', '[1, 2]'],
  ];
  const result = await connection.runAndReadAll(`SELECT ${values.map(([expression]) => expression).join(', ')}`);
  expect(result.getRows()[0]).toEqual(values.map(([, expected]) => expected));
});
