import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ConvertOptions } from '../../src/dataset/convert/options.ts';
import { buildByKeys, rowBuilder } from '../../src/dataset/convert/row-builder.ts';
import { Result } from '../../src/dataset/result.ts';
import { streamBatches } from '../../src/engine/read-batches.ts';
import { PlanError, ResultError } from '../../src/errors.ts';
import type { Batch } from '../../src/plan/batch.ts';

let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run("SET TimeZone = 'UTC'");
});

afterAll(() => connection.closeSync());

async function query(sql: string, options: ConvertOptions = {}, batchRows?: number): Promise<Result> {
  const batches: Batch[] = [];
  for await (const batch of streamBatches(connection, sql, batchRows ? { batchRows } : {})) batches.push(batch);
  return new Result(batches[0]?.schema ?? [], batches, options);
}

/** The one value of a query, under options. */
async function value(expression: string, options: ConvertOptions = {}): Promise<unknown> {
  return (await query(`SELECT ${expression} AS v`, options)).toArray()[0]?.v;
}

test.each<[expression: string, expected: unknown]>([
  ['NULL::BIGINT', null],
  ['true', true],
  ['(-128)::TINYINT', -128],
  ['1.5::FLOAT', 1.5],
  ["'nan'::DOUBLE", Number.NaN],
  ['9007199254740991::BIGINT', Number.MAX_SAFE_INTEGER],
  ['(-9007199254740991)::BIGINT', Number.MIN_SAFE_INTEGER],
  ['9007199254740991::UBIGINT', Number.MAX_SAFE_INTEGER],
  ['(-9007199254740991)::HUGEINT', Number.MIN_SAFE_INTEGER],
  ['9007199254740991::UHUGEINT', Number.MAX_SAFE_INTEGER],
  ['1.10::DECIMAL(4, 2)', 1.1],
  ['0.1::DECIMAL(9, 3)', 0.1],
  ['1234567890123.45::DECIMAL(18, 2)', 1234567890123.45],
  ['100000000000000000.00::DECIMAL(38, 2)', 1e17],
  ["'0.00000000000000000000000000000123456789'::DECIMAL(38, 38)", 1.23456789e-30],
  ["'text'", 'text'],
  ["'\\x00\\xff'::BLOB", Uint8Array.of(0, 255)],
  ["DATE '2024-02-29'", new Date('2024-02-29T00:00:00Z')],
  ["DATE '1969-12-31'", new Date('1969-12-31T00:00:00Z')],
  ["TIME '23:59:59.5'", '23:59:59.5'],
  ["TIMESTAMP '1969-12-31 23:59:59.999'", new Date(-1)],
  ["'2024-02-29 12:00:00'::TIMESTAMP_S", new Date('2024-02-29T12:00:00Z')],
  ["'2024-02-29 12:00:00.123'::TIMESTAMP_MS", new Date('2024-02-29T12:00:00.123Z')],
  ["'2024-02-29 12:00:00.123'::TIMESTAMP_NS", new Date('2024-02-29T12:00:00.123Z')],
  ["TIMESTAMPTZ '2024-07-01 12:00:00+02'", new Date('2024-07-01T10:00:00Z')],
  ["TIMESTAMP '275760-09-13 00:00:00'", new Date(8.64e15)],
  ["INTERVAL '14 months 3 days 4.5 seconds'", { months: 14, days: 3, micros: 4_500_000 }],
  ["'01234567-89ab-cdef-0123-456789abcdef'::UUID", '01234567-89ab-cdef-0123-456789abcdef'],
  ["'b'::ENUM('a', 'b')", 'b'],
  ['[1, NULL, 3]', [1, null, 3]],
  ['[1, 2]::BIGINT[2]', [1, 2]],
  ['[[1.5::DOUBLE], []]', [[1.5], []]],
  ["{a: 1, b: {c: [DATE '2024-01-01']}}", { a: 1, b: { c: [new Date('2024-01-01T00:00:00Z')] } }],
  [
    "MAP {'k': [1], 'l': NULL}",
    new Map<string, unknown>([
      ['k', [1]],
      ['l', null],
    ]),
  ],
])('%s comes out as JavaScript has it', async (expression, expected) => {
  expect(await value(expression)).toStrictEqual(expected);
});

const integers = "Ask for exact integers with { int64: 'bigint' }, or cast the column.";
const decimals =
  "Ask for exact decimals with { decimal: 'string' }, or cast the column to float64 to have them rounded.";
const times = "Ask for { timestamp: 'string' } or { timestamp: 'bigint' }, or truncate the column to milliseconds.";
const beyond = 'is beyond the integers that a number holds exactly (±9007199254740991)';

test.each<[expression: string, message: string, options: ConvertOptions | null, exact: unknown]>([
  ['9007199254740992::BIGINT', `9007199254740992 ${beyond}. ${integers}`, { int64: 'bigint' }, 9007199254740992n],
  ['(-9223372036854775808)::BIGINT', `-9223372036854775808 ${beyond}. ${integers}`, { int64: 'bigint' }, -(2n ** 63n)],
  ['18446744073709551615::UBIGINT', `18446744073709551615 ${beyond}. ${integers}`, { int64: 'bigint' }, 2n ** 64n - 1n],
  ['9007199254740993::HUGEINT', `9007199254740993 ${beyond}. ${integers}`, { int64: 'bigint' }, 9007199254740993n],
  [
    'to_microseconds(9007199254740992)',
    `9007199254740992 ${beyond}. ${integers}`,
    { int64: 'bigint' },
    { months: 0, days: 0, micros: 2n ** 53n },
  ],
  [
    '12345678901234.56::DECIMAL(18, 2)',
    `12345678901234.56 has 16 significant digits, of which a number keeps 15. ${decimals}`,
    { decimal: 'string' },
    '12345678901234.56',
  ],
  [
    "'-0.1234567890123456'::DECIMAL(38, 20)",
    `-0.12345678901234560000 has 16 significant digits, of which a number keeps 15. ${decimals}`,
    { decimal: 'string' },
    '-0.12345678901234560000',
  ],
  [
    "TIMESTAMP '2024-02-29 12:00:00.000001'",
    `2024-02-29 12:00:00.000001 has digits below the millisecond, which a Date does not hold. ${times}`,
    { timestamp: 'string' },
    '2024-02-29 12:00:00.000001',
  ],
  [
    "'2024-02-29 12:00:00.000000001'::TIMESTAMP_NS",
    `2024-02-29 12:00:00.000000001 has digits below the millisecond, which a Date does not hold. ${times}`,
    { timestamp: 'bigint' },
    1709208000000000001n,
  ],
  [
    "TIMESTAMPTZ '2024-02-29 12:00:00.5001+00'",
    `2024-02-29 12:00:00.5001+00 has digits below the millisecond, which a Date does not hold. ${times}`,
    { timestamp: 'string' },
    '2024-02-29 12:00:00.5001+00',
  ],
  [
    "TIMESTAMP 'infinity'",
    `infinity has digits below the millisecond, which a Date does not hold. ${times}`,
    { timestamp: 'string' },
    'infinity',
  ],
  [
    "TIMESTAMP '275760-09-13 00:00:00.001'",
    `275760-09-13 00:00:00.001 is beyond the range of a Date. ${times}`,
    { timestamp: 'string' },
    '275760-09-13 00:00:00.001',
  ],
  ["DATE 'infinity'", "infinity is beyond the range of a Date. Cast the column to 'string'.", null, null],
])('%s is an error that offers a way', async (expression, message, options, exact) => {
  await expect(value(expression)).rejects.toThrow(`Column "v", row 0: ${message}`);
  if (options) expect(await value(expression, options)).toStrictEqual(exact);
});

test('an unsafe value names its row in the whole result, and its place in nested ones', async () => {
  const flat = await query('SELECT if(i = 70000, 9007199254740993, i) AS v FROM range(100000) t(i)');
  expect(() => flat.toArray()).toThrow(`Column "v", row 70000: 9007199254740993 ${beyond}. ${integers}`);
  const nested = await query(
    "SELECT [{a: MAP {'k': if(i = 4000, 9007199254740993, i)}}, NULL] AS v FROM range(5000) t(i)",
    {},
    1000,
  );
  expect(() => nested.toArray()).toThrow(`Column "v[].a.value", row 4000: 9007199254740993 ${beyond}. ${integers}`);
  const error = (() => {
    try {
      flat.toArray();
    } catch (caught) {
      return caught;
    }
  })();
  expect(error).toBeInstanceOf(ResultError);
  expect(error).toMatchObject({
    code: 'UNSAFE_VALUE',
    details: { column: 'v', row: 70_000, value: '9007199254740993' },
  });
});

test('what stands in the slots of nulls raises nothing', async () => {
  const result = await query(`SELECT if(i = 1, NULL, i)::BIGINT AS a, if(i = 1, NULL, {x: i}) AS b FROM range(3) t(i)`);
  expect(result.toArray()).toEqual([
    { a: 0, b: { x: 0 } },
    { a: null, b: null },
    { a: 2, b: { x: 2 } },
  ]);
});

test('rows, iteration and columns agree over all batches', async () => {
  const result = await query(
    "SELECT i, i / 2 AS half, if(i % 2 = 0, NULL, i) AS n, 'row ' || i AS s FROM range(10000) t(i)",
    {},
    3000,
  );
  const rows = result.toArray();
  expect(result.numRows).toBe(10_000);
  expect(result.columns).toEqual(['i', 'half', 'n', 's']);
  expect(rows[9_999]).toEqual({ i: 9_999, half: 4_999.5, n: 9_999, s: 'row 9999' });
  expect([...result]).toEqual(rows);
  const columns = result.toColumns();
  expect(columns.i).toBeInstanceOf(Float64Array);
  expect(columns.half).toBeInstanceOf(Float64Array);
  expect(Array.isArray(columns.n)).toBe(true);
  expect(rows.every((row, index) => Object.keys(row).every((name) => row[name] === columns[name]?.[index]))).toBe(true);
});

test('columns have their class without rows too, and never share memory with the result', async () => {
  const schema = [
    { name: 'a', type: { kind: 'int64' } as const },
    { name: 'b', type: { kind: 'int8' } as const },
    { name: 'c', type: { kind: 'string' } as const },
  ];
  expect(new Result(schema, []).toColumns()).toEqual({ a: new Float64Array(0), b: new Int8Array(0), c: [] });
  expect(new Result(schema, [], { int64: 'bigint' }).toColumns().a).toEqual(new BigInt64Array(0));
  const result = await query('SELECT 1.5::DOUBLE AS v');
  (result.toColumns().v as Float64Array)[0] = 7;
  expect(result.toArray()).toEqual([{ v: 1.5 }]);
});

test.each([
  [['__proto__', 'constructor', 'toString']],
  [['a"b', "it's", 'back\\slash', 'line\nbreak', '\u2028', '`$' + '{x}`', '']],
  [['1', '0', 'x']],
  [['ü', '😀', 'c0', 'columns', 'i']],
])('rows with the keys %j are plain objects of just those', (names) => {
  const columns = names.map((_, index) => [index, index + 10]);
  for (const build of [rowBuilder(names), buildByKeys.bind(null, names)]) {
    const rows: object[] = [];
    build(2, rows, 0, columns);
    expect(rows.map((row) => Object.getPrototypeOf(row))).toEqual([Object.prototype, Object.prototype]);
    expect(rows.map((row) => new Map(Object.entries(row)))).toEqual(
      [0, 10].map((offset) => new Map(names.map((name, index) => [name, index + offset]))),
    );
  }
});

test('random names give the same rows with and without generated code', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.string({ unit: 'binary' }), { minLength: 1, maxLength: 8 }), (names) => {
      const columns = names.map((_, index) => [index]);
      const [generated, plain]: [object[], object[]] = [[], []];
      rowBuilder(names)(1, generated, 0, columns);
      buildByKeys(names, 1, plain, 0, columns);
      expect(Object.entries(generated[0] ?? {})).toEqual(Object.entries(plain[0] ?? {}));
    }),
  );
});

test('toCSV writes exact texts, tells null from the empty text, and quotes what needs it', async () => {
  const result = await query(`SELECT * FROM (VALUES
    (1, 9007199254740993::BIGINT, 1.10::DECIMAL(4, 2), 'a,b', TIMESTAMP '2024-02-29 12:00:00.5', [1, NULL]),
    (2, NULL, NULL, '', NULL, NULL),
    (3, 0, 0, 'say "hi"' || chr(10) || 'there', TIMESTAMP '2024-01-01', [])) t(id, big, price, "te,xt", "at", list)`);
  expect(await result.toCSV()).toBe(
    'id,big,price,"te,xt",at,list\n' +
      '1,9007199254740993,1.10,"a,b",2024-02-29 12:00:00.5,"[1, NULL]"\n' +
      '2,,,"",,\n' +
      '3,0,0.00,"say ""hi""\nthere",2024-01-01 00:00:00,[]\n',
  );
  expect(await result.toCSV({ delimiter: ';', header: false })).toContain('1;9007199254740993;1.10;a,b;');
});

test('toArrow keeps the exact values', async () => {
  const table = await (await query('SELECT 9007199254740993::BIGINT AS v')).toArrow();
  expect(table.get(0)?.v).toBe(9007199254740993n);
});

test('toDanfo hands rows and names to the module, dates as ISO text', async () => {
  class DataFrame {
    readonly data: unknown[][];
    readonly columns: string[];
    constructor(data: unknown[][], options: { readonly columns: string[] }) {
      this.data = data;
      this.columns = options.columns;
    }
  }
  const result = await query("SELECT 1 AS a, DATE '2024-01-01' AS d UNION ALL SELECT NULL, NULL");
  const expected = {
    columns: ['a', 'd'],
    data: [
      [1, '2024-01-01T00:00:00.000Z'],
      [null, null],
    ],
  };
  expect({ ...result.toDanfo({ DataFrame }) }).toEqual(expected);
  expect({ ...result.toDanfo({ default: { DataFrame } }) }).toEqual(expected);
  expect(() => result.toDanfo({} as never)).toThrow(
    new PlanError(
      'INVALID_ARGUMENT',
      'toDanfo takes the danfojs module, which has a DataFrame: result.toDanfo(await import("danfojs-node")).',
    ),
  );
});
