import { expect, test } from 'vitest';
import { col, lit } from '../../src/index.ts';
import { errorOf, useSession } from '../support/use-session.ts';

const { session } = useSession();

const safe = Number.MAX_SAFE_INTEGER;

test('to JavaScript: BIGINT and HUGEINT are numbers while every value of the column is safe', async () => {
  const data = session()
    .from([{ n: safe }, { n: -safe }, { n: null }])
    .select('n', { wide: col('n').cast('int128') });
  expect(await data.toArray()).toEqual([
    { n: safe, wide: safe },
    { n: -safe, wide: -safe },
    { n: null, wide: null },
  ]);
  expect((await data.toArray({ results: { int64: 'bigint' } }))[0]).toEqual({ n: BigInt(safe), wide: BigInt(safe) });
});

test("to JavaScript: an unsafe integer is an error that offers { int64: 'bigint' }", async () => {
  const data = session().from([{ n: 1n }, { n: 9007199254740993n }]);
  expect((await errorOf(data.toArray())).message).toBe(
    'Column "n", row 1: 9007199254740993 is beyond the integers that a number holds exactly (±9007199254740991). Ask for exact integers with { int64: \'bigint\' }, or cast the column.',
  );
  expect(await data.toArray({ results: { int64: 'bigint' } })).toEqual([{ n: 1n }, { n: 9007199254740993n }]);
});

test('to JavaScript: DECIMAL is a number while every value survives in 15 digits', async () => {
  const data = session().from([{ d: '1234567890123.45' }, { d: '-0.01' }], { schema: { d: 'decimal(38, 2)' } });
  expect(await data.toArray()).toEqual([{ d: 1234567890123.45 }, { d: -0.01 }]);
  const wide = session().from([{ d: '12345678901234.56' }], { schema: { d: 'decimal(38, 2)' } });
  expect((await errorOf(wide.toArray())).message).toBe(
    'Column "d", row 0: 12345678901234.56 has 16 significant digits, of which a number keeps 15. Ask for exact decimals with { decimal: \'string\' }, or cast the column to float64 to have them rounded.',
  );
  expect(await wide.toArray({ results: { decimal: 'string' } })).toEqual([{ d: '12345678901234.56' }]);
});

test('to JavaScript: TIMESTAMP is a Date when it has whole milliseconds', async () => {
  const data = session().from([{ t: '2024-02-29 12:00:00.123' }], { schema: { t: 'timestamp' } });
  expect(await data.toArray()).toEqual([{ t: new Date('2024-02-29T12:00:00.123Z') }]);
  const fine = session().from([{ t: '2024-02-29 12:00:00.123456' }], { schema: { t: 'timestamp' } });
  expect((await errorOf(fine.toArray())).message).toBe(
    "Column \"t\", row 0: 2024-02-29 12:00:00.123456 has digits below the millisecond, which a Date does not hold. Ask for { timestamp: 'string' } or { timestamp: 'bigint' }, or truncate the column to milliseconds.",
  );
  expect(await fine.toArray({ results: { timestamp: 'string' } })).toEqual([{ t: '2024-02-29 12:00:00.123456' }]);
  expect(await fine.toArray({ results: { timestamp: 'bigint' } })).toEqual([{ t: 1709208000123456n }]);
});

test('to JavaScript: LIST is an array, STRUCT an object, MAP a Map, BLOB a Uint8Array, null is null', async () => {
  const row = {
    list: [1, null, 3],
    struct: { a: 1, b: { c: 'x' } },
    map: new Map([
      ['k', 1],
      ['l', 2],
    ]),
    blob: new Uint8Array([0, 255]),
    nothing: null,
  };
  expect(await session().from([row]).toArray()).toEqual([row]);
});

test('from rows: safe integers are BIGINT, any fraction makes DOUBLE', async () => {
  const typesOf = async (...values: unknown[]) =>
    (
      await session()
        .from(values.map((v) => ({ v })))
        .schema()
    )[0]?.type.kind;
  expect(await typesOf(1, -5, safe)).toBe('int64');
  expect(await typesOf(1, 0.5)).toBe('float64');
  expect(await typesOf(1, 2 ** 60)).toBe('float64');
  expect(await typesOf(1, 5n)).toBe('int64');
  expect(await typesOf(true, null)).toBe('boolean');
});

test('from rows: mixed types are an error that says the row', () => {
  const mixed: { v: unknown }[] = [{ v: 1 }, { v: 2 }, { v: 'three' }];
  expect(() => session().from(mixed)).toThrow(
    'Row 2, column "v": "three" is a string, but the column has a number in row 0. Make them one type, or give { schema }.',
  );
});

test('from rows: a missing key is null', async () => {
  const data = session().from<{ a?: number; b?: string }>([{ a: 1 }, { b: 'x' }, {}]);
  expect(await data.toArray()).toEqual([
    { a: 1, b: null },
    { a: null, b: 'x' },
    { a: null, b: null },
  ]);
  expect(await data.select({ a: col('a').fillNull(0), one: lit(1) }).toArray()).toEqual([
    { a: 1, one: 1 },
    { a: 0, one: 1 },
    { a: 0, one: 1 },
  ]);
});
