import { type DuckDBConnection, DuckDBInstance, LIST, listValue, VARCHAR } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { streamBatches } from '../../src/engine/read-batches.ts';
import { AbortError } from '../../src/errors.ts';
import type { Batch } from '../../src/plan/batch.ts';
import { formatType } from '../../src/plan/type-name.ts';
import { rawRows } from './raw-values.ts';

let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '2' })).connect();
  await connection.run("SET TimeZone = 'UTC'");
});

afterAll(() => connection.closeSync());

async function read(sql: string, batchRows?: number): Promise<Batch[]> {
  const batches: Batch[] = [];
  for await (const batch of streamBatches(connection, sql, batchRows === undefined ? {} : { batchRows }))
    batches.push(batch);
  return batches;
}

/** Values of a one-column query, in the order written. */
async function column(type: string, literals: readonly string[]): Promise<unknown[]> {
  const values = [...literals, 'NULL'].map((literal, index) => `(${index}, (${literal})::${type})`);
  const rows = rawRows(await read(`SELECT v FROM (VALUES ${values.join(', ')}) t(i, v) ORDER BY i`)).map(
    ([value]) => value,
  );
  expect(rows.at(-1)).toBe(null);
  return rows.slice(0, -1);
}

test.each<[type: string, literals: string[], expected: unknown[]]>([
  ['BOOLEAN', ['true', 'false'], [1, 0]],
  ['TINYINT', ['-128', '127'], [-128, 127]],
  ['SMALLINT', ['-32768', '32767'], [-32768, 32767]],
  ['INTEGER', ['-2147483648', '2147483647'], [-2147483648, 2147483647]],
  ['BIGINT', ['-9223372036854775808', '9223372036854775807'], [-(2n ** 63n), 2n ** 63n - 1n]],
  [
    'HUGEINT',
    [
      '-170141183460469231731687303715884105728',
      '170141183460469231731687303715884105727',
      '-1',
      '0',
      '18446744073709551616',
    ],
    [-(2n ** 127n), 2n ** 127n - 1n, -1n, 0n, 2n ** 64n],
  ],
  ['UTINYINT', ['0', '255'], [0, 255]],
  ['USMALLINT', ['0', '65535'], [0, 65535]],
  ['UINTEGER', ['0', '4294967295'], [0, 4294967295]],
  ['UBIGINT', ['0', '18446744073709551615'], [0n, 2n ** 64n - 1n]],
  ['UHUGEINT', ['0', '340282366920938463463374607431768211455'], [0n, 2n ** 128n - 1n]],
  ['FLOAT', ['1.5', "'nan'", "'inf'", "'-inf'", "'-0'"], [1.5, Number.NaN, Infinity, -Infinity, -0]],
  [
    'DOUBLE',
    ['0.1', "'nan'", "'-inf'", '5e-324', '1.7976931348623157e308'],
    [0.1, Number.NaN, -Infinity, 5e-324, Number.MAX_VALUE],
  ],
  ['DECIMAL(4, 2)', ['-99.99', '99.99'], [-9999, 9999]],
  ['DECIMAL(9, 0)', ['-999999999', '999999999'], [-999999999, 999999999]],
  ['DECIMAL(18, 18)', ["'-0.999999999999999999'"], [-999999999999999999n]],
  ['DECIMAL(38, 2)', ["'-999999999999999999999999999999999999.99'", '0.01'], [-(10n ** 38n - 1n), 1n]],
  ['DATE', ["'1970-01-01'", "'0001-01-01'", "'9999-12-31'", "'infinity'"], [0, -719162, 2932896, 2147483647]],
  ['TIME', ["'00:00:00'", "'23:59:59.999999'"], [0n, 86399999999n]],
  ['TIMESTAMP_S', ["'2024-02-29 12:00:00'"], [1709208000n]],
  ['TIMESTAMP_MS', ["'1969-12-31 23:59:59.999'"], [-1n]],
  ['TIMESTAMP', ["'1969-12-31 23:59:59.999999'", "'infinity'"], [-1n, 2n ** 63n - 1n]],
  ['TIMESTAMP_NS', ["'2262-04-11 23:47:16.854775806'"], [2n ** 63n - 2n]],
  ['TIMESTAMPTZ', ["'2024-07-01 12:00:00+02'"], [1719828000000000n]],
  ['INTERVAL', ["'-1 month 2 days 3.000004 seconds'"], [{ months: -1, days: 2, micros: 3000004n }]],
  [
    'UUID',
    [
      "'00000000-0000-0000-0000-000000000000'",
      "'ffffffff-ffff-ffff-ffff-ffffffffffff'",
      "'01234567-89ab-cdef-0123-456789abcdef'",
    ],
    [
      '00000000-0000-0000-0000-000000000000',
      'ffffffff-ffff-ffff-ffff-ffffffffffff',
      '01234567-89ab-cdef-0123-456789abcdef',
    ],
  ],
  ["ENUM('a', '', 'ü')", ["'ü'", "''", "'a'"], ['ü', '', 'a']],
  [
    'BLOB',
    ["''", "'\\x00\\xff'", "repeat('ab', 10)"],
    [new Uint8Array(0), Uint8Array.of(0, 255), new TextEncoder().encode('ab'.repeat(10))],
  ],
  [
    'VARCHAR',
    [
      "''",
      "'twelve bytes'",
      "'thirteen byte'",
      "'ü'",
      "'😀 twenty more bytes here'",
      "'a' || chr(0) || 'b'",
      "repeat('x', 20) || chr(0)",
    ],
    ['', 'twelve bytes', 'thirteen byte', 'ü', '😀 twenty more bytes here', 'a\0b', `${'x'.repeat(20)}\0`],
  ],
  ['"NULL"', ['NULL'], [null]],
  ['INTEGER[]', ['[1, NULL, 3]', '[]', '[4]'], [[1, null, 3], [], [4]]],
  [
    'INTEGER[2]',
    ['[1, NULL]', '[3, 4]'],
    [
      [1, null],
      [3, 4],
    ],
  ],
  [
    'INTEGER[2][2]',
    ['[[1, 2], [3, 4]]', '[[5, 6], NULL]'],
    [
      [
        [1, 2],
        [3, 4],
      ],
      [[5, 6], null],
    ],
  ],
  [
    'STRUCT(a INTEGER, b VARCHAR)',
    ["{a: 1, b: 'x'}", '{a: NULL, b: NULL}'],
    [
      [1, 'x'],
      [null, null],
    ],
  ],
  [
    'MAP(VARCHAR, INTEGER)',
    ["MAP {'k': 1, 'l': NULL}", 'MAP {}'],
    [
      [
        ['k', 1],
        ['l', null],
      ],
      [],
    ],
  ],
  [
    'STRUCT(m MAP(VARCHAR, STRUCT(l BIGINT[])[]))',
    ["{m: MAP {'k': [{l: [1, NULL]}, NULL], 'n': NULL}}"],
    [
      [
        [
          ['k', [[[1n, null]], null]],
          ['n', null],
        ],
      ],
    ],
  ],
])('%s keeps its values', async (type, literals, expected) => {
  expect(await column(type, literals)).toEqual(expected);
});

test.each([255, 256, 65_535, 65_536])('an enum of %i values is read at its width', async (size) => {
  await connection.run(`CREATE OR REPLACE TYPE wide AS ENUM (SELECT 'v' || range FROM range(${size}))`);
  const rows = rawRows(await read(`SELECT ('v' || i)::wide FROM (VALUES (0), (1), (${size - 1})) t(i)`));
  expect(rows).toEqual([['v0'], ['v1'], [`v${size - 1}`]]);
});

test('batches keep the order, hold batchRows rows each, and know their schema', async () => {
  const batches = await read(
    "SELECT i, i % 3 = 0 AS b, if(i % 5 = 0, NULL, 'row number ' || i) AS s FROM range(100000) t(i)",
    30_000,
  );
  expect(batches.map((batch) => batch.numRows)).toEqual([30_000, 30_000, 30_000, 10_000]);
  expect(batches[0]?.schema.map((field) => `${field.name} ${formatType(field.type)}`)).toEqual([
    'i int64',
    'b boolean',
    's string',
  ]);
  const rows = rawRows(batches);
  expect(rows.length).toBe(100_000);
  expect(
    rows.every(
      ([i, b, s], index) =>
        i === BigInt(index) && b === Number(index % 3 === 0) && s === (index % 5 ? `row number ${index}` : null),
    ),
  ).toBe(true);
});

test('batches may be smaller than the chunks of the engine', async () => {
  const batches = await read("SELECT i, 'text number ' || i AS s, [i] AS l FROM range(5000) t(i)", 999);
  expect(batches.map((batch) => batch.numRows)).toEqual([999, 999, 999, 999, 999, 5]);
  expect(
    rawRows(batches).every(
      ([i, s, l], index) => i === BigInt(index) && s === `text number ${i}` && String(l) === `${i}`,
    ),
  ).toBe(true);
});

test('no rows, no batches', async () => {
  expect(await read('SELECT 1 WHERE false')).toEqual([]);
});

test('columns without nulls have no validity', async () => {
  const [batch] = await read('SELECT i, nullif(i, 2) AS n, [i] AS l FROM range(3) t(i)');
  expect(batch?.columns.map((column) => column.validity)).toEqual([null, Uint8Array.of(0b011), null]);
});

test('list rows in any order, overlapping or unused, are gathered', async () => {
  const rows = rawRows(
    await read('SELECT l FROM (SELECT i, [i, i + 1] AS l FROM range(10000) t(i)) WHERE i % 7 = 0 ORDER BY i DESC'),
  );
  expect(rows.length).toBe(1429);
  expect(rows.every(([list], index) => (list as bigint[]).join() === [9996 - index * 7, 9997 - index * 7].join())).toBe(
    true,
  );
});

/** Texts of all sizes around the inline limit, with characters of one to four bytes. */
const texts = fc.array(
  fc.option(
    fc.oneof(
      fc.string({ unit: 'grapheme', maxLength: 40 }),
      fc.string({ unit: 'binary', maxLength: 14 }),
      fc.constantFrom('same text, longer than twelve bytes', 'short'),
      fc.string({ minLength: 5_000, maxLength: 6_000 }),
    ),
    { freq: 6 },
  ),
  { maxLength: 300 },
);

test.each([
  ['as they stand', 'SELECT v FROM texts ORDER BY i'],
  ['backwards', 'SELECT v FROM texts ORDER BY i DESC'],
  ['joined', 'SELECT v FROM texts JOIN (SELECT unnest(range(300)) AS j) ON i = j ORDER BY (i * 7919) % 307, i'],
  ['in lists', 'SELECT list(v ORDER BY i) AS v FROM texts GROUP BY i // 10 ORDER BY i // 10'],
])('random texts come out the same, %s', async (_name, sql) => {
  await fc.assert(
    fc.asyncProperty(texts, async (values) => {
      // Lone surrogates are no UTF-8 text.
      const clean = values.map((value) => (value === null ? null : Buffer.from(value).toString()));
      await connection.run(
        'CREATE OR REPLACE TEMP TABLE texts AS SELECT unnest($1::VARCHAR[]) AS v, generate_subscripts($1::VARCHAR[], 1) - 1 AS i',
        [listValue(clean)],
        [LIST(VARCHAR)],
      );
      const expected = (await connection.runAndReadAll(sql)).getRowsJS();
      expect(rawRows(await read(sql))).toEqual(expected);
    }),
    { numRuns: 40 },
  );
});

test('repeated and dictionary-coded texts come out the same', async () => {
  const sql =
    "SELECT ['short', 'a text of more than twelve bytes', 'Ünïcode text that is long', NULL][1 + (hash(i) % 4)::INTEGER] AS v FROM range(50000) t(i) ORDER BY i";
  expect(rawRows(await read(sql))).toEqual((await connection.runAndReadAll(sql)).getRowsJS());
});

test('many and large texts come out the same, whatever they are gathered with', async () => {
  const sql = `
    SELECT
      (i * 7919 % 40000)::VARCHAR AS short,
      CASE
        WHEN i IN (9, 30000) THEN repeat('large ', 200000)
        WHEN i % 1000 = 3 THEN 'Größe und Länge von ' || i
        WHEN i % 5 = 4 THEN NULL
        ELSE repeat(md5(i::VARCHAR), 2)
      END AS long
    FROM range(50000) t(i)
    ORDER BY i`;
  const expected = (await connection.runAndReadAll(sql)).getRowsJS();
  const found = rawRows(await read(sql, 30_000));
  expect(found.length).toBe(50_000);
  // One by one: a whole table of what differs would be of no use.
  expect(found.find((row, index) => row[0] !== expected[index]?.[0] || row[1] !== expected[index]?.[1])).toBe(
    undefined,
  );
});

test('an error after the first rows is an error, not a shorter table', async () => {
  // More than the engine keeps ahead of the reader.
  const sql = "SELECT CAST(if(i = 1500000, 'x', '1') AS INTEGER) AS v, repeat('y', 50) AS w FROM range(2000000) t(i)";
  let rows = 0;
  const reading = (async () => {
    for await (const batch of streamBatches(connection, sql)) rows += batch.numRows;
  })();
  await expect(reading).rejects.toThrow("Conversion Error: Could not convert string 'x' to INT32");
  expect(rows).toBeGreaterThan(0);
  expect(await read('SELECT 1 AS fine')).toHaveLength(1);
});

test('an error before the first rows leaves the connection usable', async () => {
  await expect(read('SELECT nothing FROM nowhere')).rejects.toThrow('Table with name nowhere does not exist');
  expect(rawRows(await read('SELECT 1'))).toEqual([[1]]);
});

const endless = 'SELECT i, md5(i::VARCHAR) AS m FROM range(1000000000000) t(i)';
const endlessBeforeFirstRow = 'SELECT sum(a.range * b.range) FROM range(10000000) a, range(10000000) b';

test('a consumer that stops early ends the query', async () => {
  for (let round = 0; round < 10; round++) {
    for await (const batch of streamBatches(connection, endless, { batchRows: 5_000 })) {
      expect(batch.numRows).toBeGreaterThan(0);
      break;
    }
    expect(rawRows(await read(`SELECT ${round}`))).toEqual([[round]]);
  }
});

test('a consumer that throws ends the query', async () => {
  const failing = async () => {
    for await (const batch of streamBatches(connection, endless))
      throw new Error(`after ${batch.columns.length} columns`);
  };
  await expect(failing()).rejects.toThrow('after 2 columns');
  expect(rawRows(await read('SELECT 1'))).toEqual([[1]]);
});

test.each([
  ['before it starts', endless, 0],
  ['while rows come', endless, 30],
  ['before the first row', endlessBeforeFirstRow, 30],
])('a signal ends the query %s', async (_when, sql, delayMs) => {
  const controller = new AbortController();
  if (delayMs === 0) controller.abort();
  else setTimeout(() => controller.abort(), delayMs);
  const reading = (async () => {
    for await (const batch of streamBatches(connection, sql, { signal: controller.signal })) void batch;
  })();
  await expect(reading).rejects.toEqual(
    new AbortError('ABORTED', 'The query was aborted by its signal.', { cause: controller.signal.reason }),
  );
  expect(rawRows(await read('SELECT 1'))).toEqual([[1]]);
});

test('a time limit is told as one', async () => {
  const reading = (async () => {
    for await (const batch of streamBatches(connection, endless, { signal: AbortSignal.timeout(30) })) void batch;
  })();
  await expect(reading).rejects.toThrow('The query was ended by its time limit.');
  expect(rawRows(await read('SELECT 1'))).toEqual([[1]]);
});

test('an interrupt from elsewhere is an error, not a shorter table', async () => {
  const timer = setInterval(() => connection.interrupt(), 20);
  const reading = (async () => {
    for await (const batch of streamBatches(connection, endless)) void batch;
  })().finally(() => clearInterval(timer));
  await expect(reading).rejects.toThrow('INTERRUPT Error: Interrupted!');
  expect(rawRows(await read('SELECT 1'))).toEqual([[1]]);
});

test('a column of a type without counterpart is refused by name', async () => {
  await expect(read("SELECT 1 AS a, '101'::BIT AS bits")).rejects.toThrow(
    'Column "bits" has the engine\'s type BIT, which has no counterpart in shoal. Cast it where it is made: CAST(… AS VARCHAR).',
  );
});
