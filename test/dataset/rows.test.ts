import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Result } from '../../src/dataset/result.ts';
import { batchToLiteralRows, rowsToBatch } from '../../src/dataset/rows.ts';
import { renderValue } from '../../src/engine/sql/literal.ts';
import { PlanError } from '../../src/errors.ts';
import { formatType, parseType } from '../../src/plan/type-name.ts';
import { rawRows } from '../engine/raw-values.ts';
import { readOne, sampleSql, samples } from './sample-batch.ts';

let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run("SET TimeZone = 'UTC'");
});

afterAll(() => connection.closeSync());

const typesOf = (rows: Record<string, unknown>[]) =>
  rowsToBatch(rows).schema.map((field) => `${field.name} ${formatType(field.type)}`);

test.each<[values: unknown[], type: string]>([
  [[1, null, -3], 'int64'],
  [[1, 1.5], 'float64'],
  [[2 ** 53], 'float64'],
  [[Number.NaN, Infinity], 'float64'],
  [[1, 2n], 'int64'],
  [[2n ** 63n - 1n], 'int64'],
  [[2n ** 63n, null], 'int128'],
  [[true, null], 'boolean'],
  [['a', undefined], 'string'],
  [[new Date(0)], 'timestamp'],
  [[Uint8Array.of(1)], 'binary'],
  [[Float64Array.of(1.5)], 'list<float64>'],
  [[[1, 2], [], null], 'list<int64>'],
  [[[[1.5], null], []], 'list<list<float64>>'],
  [[[]], 'list<null>'],
  [[{ a: 1 }, { b: 'x', a: null }], 'struct<a: int64, b: string>'],
  [[new Map([['k', [1]]])], 'map<string, list<int64>>'],
  [[{ a: [new Map([['k', { b: 1.5 }]])] }], 'struct<a: list<map<string, struct<b: float64>>>>'],
  [[null, undefined], 'null'],
])('values %# are a column of their type', (values, type) => {
  expect(typesOf(values.map((v) => ({ v })))).toEqual([`v ${type}`]);
});

test('columns come in the order of their keys, those of the schema last; missing ones are null', () => {
  const batch = rowsToBatch([{ b: 1 }, { a: 'x', b: 2 }, {}], { z: parseType('date'), a: parseType('string') });
  expect(batch.schema.map((field) => `${field.name} ${formatType(field.type)}`)).toEqual([
    'b int64',
    'a string',
    'z date',
  ]);
  expect(rawRows([batch])).toEqual([
    [1n, null, null],
    [2n, 'x', null],
    [null, null, null],
  ]);
});

test('no rows have the columns of the schema', () => {
  expect(rowsToBatch([], { a: parseType('int8') })).toMatchObject({
    numRows: 0,
    schema: [{ name: 'a', type: { kind: 'int8' } }],
  });
  expect(rowsToBatch([])).toEqual({ numRows: 0, schema: [], columns: [] });
});

const refusal = (message: string) => expect.objectContaining({ name: PlanError.name, code: 'INVALID_ROWS', message });

class Money {}

test.each<[rows: unknown[], message: string]>([
  [
    [{ a: 1 }, { a: 'x' }],
    'Row 1, column "a": "x" is a string, but the column has a number in row 0. Make them one type, or give { schema }.',
  ],
  [
    [{ a: null }, { a: 1.5 }, { a: 2n }],
    'Row 2, column "a": 2n is a bigint, but the column has a number in row 1. Make them one type, or give { schema }.',
  ],
  [
    [{ a: [1] }, { a: [2, true] }],
    'Row 1, column "a[]": true is a boolean, but the column has a number in row 0. Make them one type, or give { schema }.',
  ],
  [
    [{ a: { b: 'x' } }, { a: { b: new Date(0) } }],
    'Row 1, column "a.b": the Date 1970-01-01T00:00:00.000Z is a Date, but the column has a string in row 0. Make them one type, or give { schema }.',
  ],
  [
    [{ a: [] }, { a: {} }],
    'Row 1, column "a": an object of class Object is an object, but the column has an array in row 0. Make them one type, or give { schema }.',
  ],
  [[{ a: {} }], 'Row 0, column "a": an object of class Object is an object without keys, which no column can hold.'],
  [
    [{ a: () => 1 }],
    'Row 0, column "a": the function a is no value that a column can hold: boolean, number, bigint, string, Date, Uint8Array, array, plain object, Map or null.',
  ],
  [
    [{ a: new Money() }],
    'Row 0, column "a": an object of class Money is no value that a column can hold: boolean, number, bigint, string, Date, Uint8Array, array, plain object, Map or null.',
  ],
  [
    [{ a: new Date(Number.NaN) }],
    'Row 0, column "a": an invalid Date is no value that a column can hold: boolean, number, bigint, string, Date, Uint8Array, array, plain object, Map or null.',
  ],
  [[{ a: 2n ** 127n }], `Row 0, column "a": ${2n ** 127n}n does not fit int128.`],
  [[{ a: 1 }, null], 'Row 1 is null; every row is an object with a value for each column.'],
  [[{ a: 1 }, 5], 'Row 1 is 5; every row is an object with a value for each column.'],
  [[[1]], 'Row 0 is an array; every row is an object with a value for each column.'],
])('rows %# are refused', (rows, message) => {
  expect(() => rowsToBatch(rows as Record<string, unknown>[])).toThrow(refusal(message));
});

test.each<[type: string, value: unknown, stored: unknown]>([
  ['int8', 127, 127],
  ['uint64', 2n ** 64n - 1n, 2n ** 64n - 1n],
  ['int64', 5, 5n],
  ['float64', 5n, 5],
  ['decimal(4, 2)', 0.1, 10],
  ['decimal(4, 2)', '-12.50', -1250],
  ['decimal(38, 0)', 1e21, 10n ** 21n],
  ['decimal(18, 10)', 1e-10, 1n],
  ['date', '2024-02-29', 19782],
  ['date', new Date('2024-02-29'), 19782],
  ['date', '0000-03-01', -719468],
  ['date', '0044-03-15 (BC)', -735160],
  ['date', '5881580-07-10', 2147483646],
  ['date', '-infinity', -2147483647],
  ['time', '24:00:00', 86400000000n],
  ['timestamp', '294247-01-10 04:00:54.775806', 9223372036854775806n],
  ['timestamp(s)', '290309-12-22 (BC) 00:00:00', -9223372022400n],
  ['timestamp(ms)', 'infinity', 9223372036854775807n],
  ['timestamptz', '0001-01-01 (BC) 00:00:00+00', -62167219200000000n],
  ['time', '23:59:59.5', 86399500000n],
  ['timestamp', '2024-02-29T12:00:00.000001', 1709208000000001n],
  ['timestamp(s)', new Date('2024-02-29T12:00:00Z'), 1709208000n],
  ['timestamp(ns)', '2024-02-29 12:00', 1709208000000000000n],
  ['timestamptz', '2024-02-29T12:00:00+02:00', 1709200800000000n],
  ['timestamptz', new Date(1), 1000n],
  ['interval', { months: 1, days: 2, micros: 3 }, { months: 1, days: 2, micros: 3n }],
  ['uuid', '01234567-89AB-CDEF-0123-456789ABCDEF', '01234567-89ab-cdef-0123-456789abcdef'],
  ["enum('a', 'b')", 'b', 'b'],
  ['int32[2]', [1, null], [1, null]],
  ['list<int8>', Int8Array.of(1, 2), [1, 2]],
  ['struct<a: int8, b: string>', { a: 1 }, [1, null]],
  ['map<string, int8>', new Map([['k', 1]]), [['k', 1]]],
])('under the type %s, value %# is stored', (type, value, stored) => {
  const batch = rowsToBatch([{ v: value }, { v: null }], { v: parseType(type) });
  expect(rawRows([batch])).toEqual([[stored], [null]]);
});

test.each<[type: string, value: unknown, shown: string]>([
  ['int8', 128, '128'],
  ['int32', 1.5, '1.5'],
  ['int64', '5', '"5"'],
  ['uint8', -1, '-1'],
  ['float64', 2n ** 53n + 1n, '9007199254740993n'],
  ['decimal(4, 2)', 0.125, '0.125'],
  ['decimal(4, 2)', 100, '100'],
  ['decimal(4, 2)', '1.2.3', '"1.2.3"'],
  ['boolean', 1, '1'],
  ['string', 1, '1'],
  ['date', '2023-02-29', '"2023-02-29"'],
  ['date', '5881580-07-11', '"5881580-07-11"'],
  ['timestamp', '294247-01-10 04:00:54.775808', '"294247-01-10 04:00:54.775808"'],
  ['date', new Date(1), 'the Date 1970-01-01T00:00:00.001Z'],
  ['time', '24:00:01', '"24:00:01"'],
  ['timestamp', '2024-02-29T12:00:00Z', '"2024-02-29T12:00:00Z"'],
  ['timestamp(ms)', '2024-02-29 12:00:00.0001', '"2024-02-29 12:00:00.0001"'],
  ['timestamp(s)', new Date(1), 'the Date 1970-01-01T00:00:00.001Z'],
  ['interval', { months: 1 }, 'an object of class Object'],
  ['uuid', 'x', '"x"'],
  ["enum('a')", 'b', '"b"'],
  ['int32[2]', [1], 'an array'],
  ['list<int32>', 'x', '"x"'],
  ['struct<a: int8>', { a: 1, b: 2 }, 'an object of class Object'],
  ['map<string, int8>', { k: 1 }, 'an object of class Object'],
  ['null', 0, '0'],
])('under the type %s, value %# is refused', (type, value, shown) => {
  const message = `Row 1, column "v": ${shown} does not fit ${formatType(parseType(type))}.`;
  expect(() => rowsToBatch([{ v: null }, { v: value }], { v: parseType(type) })).toThrow(refusal(message));
});

test('a misfit deep inside names its row and place', () => {
  const schema = { v: parseType('list<struct<m: map<string, int8>>>') };
  const rows = [
    { v: [] },
    {
      v: [
        null,
        {
          m: new Map([
            ['k', 1],
            ['l', 300],
          ]),
        },
      ],
    },
  ];
  expect(() => rowsToBatch(rows, schema)).toThrow('Row 1, column "v[].m.value": 300 does not fit int8.');
});

test.each(Object.keys(samples))('%s: literal rows are the same values to the engine', async (type) => {
  const batch = await readOne(connection, sampleSql(type));
  const column = batch.schema[0]?.type ?? { kind: 'null' };
  const rows = JSON.parse(JSON.stringify(batchToLiteralRows(batch))) as ReturnType<typeof batchToLiteralRows>;
  const values = rows.map(([value], index) => `(${index}, ${renderValue(value ?? null, column)})`);
  const back = await readOne(connection, `SELECT v FROM (VALUES ${values.join(', ')}) t(i, v) ORDER BY i`);
  expect(back.schema).toEqual(batch.schema);
  expect(rawRows([back])).toEqual(rawRows([batch]));
});

const leaf = {
  int: fc.maxSafeInteger(),
  float: fc
    .double({ noDefaultInfinity: false })
    .map((number) => (Number.isSafeInteger(number) ? number + 0.5 : number)),
  text: fc.string({ unit: 'grapheme' }),
  flag: fc.boolean(),
  bytes: fc.uint8Array(),
  at: fc.date({ noInvalidDate: true, min: new Date('0001-01-01'), max: new Date('9999-12-31') }),
};

test('rows of every sort come back as they were', () => {
  const nullable = <T>(arbitrary: fc.Arbitrary<T>) => fc.option(arbitrary, { freq: 4 });
  const row = fc.record({
    ...Object.fromEntries(
      Object.entries(leaf).map(([name, arbitrary]) => [name, nullable(arbitrary as fc.Arbitrary<unknown>)]),
    ),
    list: nullable(fc.array(nullable(fc.array(nullable(leaf.text))))),
    struct: nullable(
      fc.record({ a: nullable(leaf.int), b: nullable(fc.record({ c: fc.array(nullable(leaf.flag)) })) }),
    ),
    map: nullable(
      fc
        .uniqueArray(fc.tuple(leaf.text, nullable(leaf.float)), { selector: ([key]) => key })
        .map((entries) => new Map(entries)),
    ),
  });
  fc.assert(
    fc.property(fc.array(row), (rows) => {
      const batch = rowsToBatch(rows);
      // −0 is 0 among integers.
      const expected = rows.map((one) => ('int' in one && one.int === 0 ? { ...one, int: 0 } : one));
      expect(new Result(batch.schema, [batch]).toArray()).toEqual(expected);
    }),
  );
});
