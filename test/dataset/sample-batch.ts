import type { DuckDBConnection } from '@duckdb/node-api';
import { streamBatches } from '../../src/engine/read-batches.ts';
import type { Batch } from '../../src/plan/batch.ts';

/** Literals of every type at its limits, by SQL type; a null follows each list. */
export const samples: Readonly<Record<string, readonly string[]>> = {
  BOOLEAN: ['true', 'false'],
  TINYINT: ['-128', '127'],
  SMALLINT: ['-32768', '32767'],
  INTEGER: ['-2147483648', '2147483647'],
  BIGINT: ['-9223372036854775808', '9223372036854775807', '0', '9007199254740993'],
  HUGEINT: ['-170141183460469231731687303715884105728', '170141183460469231731687303715884105727', '27021597764222979'],
  UTINYINT: ['0', '255'],
  USMALLINT: ['0', '65535'],
  UINTEGER: ['0', '4294967295'],
  UBIGINT: ['0', '18446744073709551615'],
  UHUGEINT: ['0', '340282366920938463463374607431768211455'],
  FLOAT: ['1.5', '0.1', "'nan'", "'inf'", "'-inf'", "'-0'", '3.4028235e38'],
  DOUBLE: ['0.1', "'nan'", "'inf'", "'-inf'", "'-0'", '5e-324', '1.7976931348623157e308'],
  'DECIMAL(4, 2)': ['-99.99', '99.99', '0.01'],
  'DECIMAL(9, 0)': ['-999999999', '999999999'],
  'DECIMAL(18, 18)': ["'-0.999999999999999999'", "'0.000000000000000001'"],
  'DECIMAL(38, 2)': ["'-999999999999999999999999999999999999.99'", '0.01'],
  'DECIMAL(38, 38)': ["'0.00000000000000000000000000000000000001'"],
  VARCHAR: [
    "''",
    "'twelve bytes'",
    "'thirteen byte'",
    "'ü😀'",
    "'a' || chr(0) || 'b'",
    "'null'",
    '\' a, "b"\' || chr(10)',
  ],
  BLOB: ["''", "'\\x00\\xff'", "repeat('ab', 10)"],
  DATE: [
    "'1970-01-01'",
    "'0001-01-01'",
    "'9999-12-31'",
    "'0044-03-15 (BC)'",
    "'infinity'",
    "'-infinity'",
    "'5881580-07-10'",
  ],
  TIME: ["'00:00:00'", "'23:59:59.999999'", "'12:34:56.5'"],
  TIMESTAMP_S: ["'2024-02-29 12:00:00'", "'290309-12-22 (BC) 00:00:00'", "'infinity'"],
  TIMESTAMP_MS: ["'1969-12-31 23:59:59.999'", "'294247-01-10 04:00:54.775'", "'-infinity'"],
  TIMESTAMP: [
    "'1969-12-31 23:59:59.999999'",
    "'294247-01-10 04:00:54.775806'",
    "'infinity'",
    "'0044-03-15 (BC) 01:02:03.5'",
  ],
  TIMESTAMP_NS: ["'2262-04-11 23:47:16.854775806'", "'1677-09-22 00:00:00.000000001'"],
  TIMESTAMPTZ: ["'2024-07-01 12:00:00+02'", "'-infinity'", "'2024-07-01 12:00:00.000001+00'"],
  INTERVAL: [
    'to_months(-14) + to_days(3) + to_microseconds(-1)',
    'to_microseconds(9223372036854775807)',
    'to_microseconds(-9223372036854775807 - 1)',
    'to_months(2147483647) + to_days(-2147483648)',
    "INTERVAL '0' SECOND",
  ],
  UUID: [
    "'00000000-0000-0000-0000-000000000000'",
    "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
    "'01234567-89ab-cdef-0123-456789abcdef'",
  ],
  "ENUM('a', '', 'ü', 'it''s')": ["'ü'", "''", "'a'", "'it''s'"],
  'INTEGER[]': ['[1, NULL, 3]', '[]', '[4]'],
  'VARCHAR[][]': ["[['a', NULL], [], NULL]", '[]'],
  'INTEGER[2]': ['[1, NULL]', '[3, 4]'],
  'STRUCT(a INTEGER, "b c" VARCHAR)': ["{a: 1, 'b c': 'x'}", "{a: NULL, 'b c': NULL}"],
  'MAP(VARCHAR, BIGINT)': ["MAP {'k': 1, 'l': NULL}", 'MAP {}'],
  'STRUCT(m MAP(VARCHAR, STRUCT(l HUGEINT[], u UUID)[]), t TIMESTAMP_S[2])': [
    "{m: MAP {'k': [{l: [1, NULL], u: '01234567-89ab-cdef-0123-456789abcdef'}, NULL], 'n': NULL}, t: ['2024-01-01', NULL]}",
  ],
};

/** SQL of a one-column table `v` of a type's samples and a null, in order. */
export function sampleSql(type: string): string {
  const values = [...(samples[type] ?? []), 'NULL'].map((literal, index) => `(${index}, (${literal})::${type})`);
  return `SELECT v FROM (VALUES ${values.join(', ')}) t(i, v) ORDER BY i`;
}

/** All rows of a query in one batch. */
export async function readOne(connection: DuckDBConnection, sql: string): Promise<Batch> {
  const batches: Batch[] = [];
  for await (const batch of streamBatches(connection, sql, { batchRows: 1_000_000 })) batches.push(batch);
  const [batch] = batches;
  if (!batch || batches.length > 1) throw new Error(`The query gave ${batches.length} batches.`);
  return batch;
}
