import { expect, test } from 'vitest';
import {
  approxCountDistinct,
  argMax,
  argMin,
  avg,
  col,
  count,
  countDistinct,
  type Dataset,
  first,
  last,
  lit,
  max,
  median,
  min,
  quantile,
  rank,
  rowNumber,
  sum,
} from '../../src/index.ts';
import { errorOf, useSession } from '../support/use-session.ts';

const { session, path } = useSession();

test('null: expressions have three values', async () => {
  const data = session().from([{ x: 1, missing: null, yes: true, no: false }], { schema: { missing: 'int64' } });
  const unknown = col('missing').gt(1);
  expect(
    await data
      .select({
        equal: col('missing').eq(col('missing')),
        nullSafe: col('missing').eqNullSafe(null),
        not: unknown.not(),
        falseWins: unknown.and(col('no')),
        trueWins: unknown.or(col('yes')),
        andTrue: unknown.and(col('yes')),
        sum: col('x').add(col('missing')),
        inList: col('x').isIn([2, null]),
        found: col('x').isIn([1, null]),
      })
      .first(),
  ).toEqual({
    equal: null,
    nullSafe: true,
    not: null,
    falseWins: false,
    trueWins: true,
    andTrue: null,
    sum: null,
    inList: null,
    found: true,
  });
});

test('null: filter keeps rows where the condition is true, not those where it is null', async () => {
  const data = session().from([{ n: 1 }, { n: null }, { n: 5 }]);
  expect(await data.filter(col('n').gt(2)).toArray()).toEqual([{ n: 5 }]);
  expect(await data.filter(col('n').gt(2).not()).toArray()).toEqual([{ n: 1 }]);
});

test('null: aggregates skip it', async () => {
  const data = session().from([{ n: 1 }, { n: null }, { n: 3 }]);
  expect(
    await data
      .agg({
        rows: count(),
        values: count('n'),
        kinds: countDistinct('n'),
        sum: sum('n'),
        avg: avg('n'),
        min: min('n'),
      })
      .first(),
  ).toEqual({ rows: 3, values: 2, kinds: 2, sum: 4, avg: 2, min: 1 });
  expect(
    await data
      .filter(lit(false))
      .agg({ rows: count(), sum: sum('n'), max: max('n') })
      .first(),
  ).toEqual({
    rows: 0,
    sum: null,
    max: null,
  });
});

test('null: groups and distinct treat nulls as equal, joins do not', async () => {
  const data = session().from([
    { k: null, v: 1 },
    { k: null, v: 2 },
    { k: 'a', v: 3 },
  ]);
  expect(
    await data
      .groupBy('k')
      .agg({ total: sum('v') })
      .sort('k')
      .toArray(),
  ).toEqual([
    { k: 'a', total: 3 },
    { k: null, total: 3 },
  ]);
  expect(await data.select('k').distinct().count()).toBe(2);
  expect(await data.join(data, { on: 'k' }).toArray()).toEqual([{ k: 'a', v: 3, v_right: 3 }]);
});

const floats = [Number.NaN, Number.POSITIVE_INFINITY, 1, -0, 0, Number.NEGATIVE_INFINITY];

test('float: NaN equals NaN and sorts above infinity', async () => {
  const data = session().from(floats.map((f) => ({ f })));
  // + 0 makes one of the two zeros, which are equal.
  expect((await data.sort('f').toArray()).map((r) => r.f + 0)).toEqual([
    Number.NEGATIVE_INFINITY,
    0,
    0,
    1,
    Number.POSITIVE_INFINITY,
    Number.NaN,
  ]);
  expect(await data.filter(col('f').eq(Number.NaN)).count()).toBe(1);
  expect(await data.filter(col('f').gt(Number.POSITIVE_INFINITY)).toArray()).toEqual([{ f: Number.NaN }]);
  expect(await data.agg({ max: max('f') }).first()).toEqual({ max: Number.NaN });
  expect(await data.union(data).select('f').distinct().count()).toBe(5);
});

test('float: −0 equals 0, in conditions, groups and joins', async () => {
  const data = session().from([{ f: -0 }, { f: 0 }], { schema: { f: 'float64' } });
  expect(await data.filter(col('f').eq(0)).count()).toBe(2);
  expect(await data.groupBy('f').count().select('count').toArray()).toEqual([{ count: 2 }]);
  expect(await data.join(data, { on: 'f' }).count()).toBe(4);
});

test('float: sums agree within the last bits', async () => {
  const values = Array.from({ length: 10_000 }, (_, i) => Math.sin(i) * 10 ** (i % 12));
  const exact = values.reduce((total, value) => total + value, 0);
  const size = values.reduce((total, value) => total + Math.abs(value), 0);
  const [row] = await session()
    .from(values.map((value) => ({ value })))
    .agg({ total: sum('value') })
    .toArray();
  expect(Math.abs((row?.total ?? Number.NaN) - exact)).toBeLessThanOrEqual(1e-12 * size);
});

test('float: statistics never prune >, >= and != and never answer min and max', async () => {
  // Two row groups; the writer leaves NaN out of the statistics of the first, whose numbers go up to 2.
  const rows = Array.from({ length: 4096 }, (_, i) => ({ i, f: i === 7 ? Number.NaN : i < 2048 ? i % 3 : 100 }));
  await session()
    .from(rows, { schema: { f: 'float64' } })
    .write.parquet(path('nan.parquet'), { rowGroupRows: 2048 });
  const data = session().read.parquet(path('nan.parquet'));
  expect(await data.filter(col('f').gt(1e9)).select('i').toArray()).toEqual([{ i: 7 }]);
  expect(await data.filter(col('f').gte(101)).select('i').toArray()).toEqual([{ i: 7 }]);
  expect(await data.filter(col('f').ne(100).and(col('f').ne(0), col('f').ne(1), col('f').ne(2))).count()).toBe(1);
  expect(await data.agg({ max: max('f') }).first()).toEqual({ max: Number.NaN });
});

test('aggregates: avg over decimals and integers comes from exact sums', async () => {
  // As float64 the two large numbers would swallow the small one.
  const big = 2 ** 53 - 1;
  const data = session().from(
    [
      { n: big, d: '90071992547409.91' },
      { n: 3, d: '0.03' },
      { n: -big, d: '-90071992547409.91' },
    ],
    { schema: { d: 'decimal(18, 2)' } },
  );
  expect(await data.agg({ n: avg('n'), d: avg('d') }).first()).toEqual({ n: 1, d: 0.01 });
});

test('aggregates: first and last need an order', async () => {
  // @ts-expect-error the order is part of the signature
  expect(() => first('n')).toThrow(
    "first() needs an order, since rows have none of their own: first(column, { orderBy: 'time' }).",
  );
  const data = session().from([
    { t: 2, v: 'b' },
    { t: 1, v: 'a' },
    { t: 3, v: null },
  ]);
  expect(await data.agg({ first: first('v', { orderBy: 't' }), last: last('v', { orderBy: 't' }) }).first()).toEqual({
    first: 'a',
    last: null,
  });
});

test('aggregates: ties of argMin and argMax, and of ranking windows, get a total order', async () => {
  const rows = Array.from({ length: 5_000 }, (_, i) => ({ score: 1, name: `n${String(i).padStart(4, '0')}` }));
  for (const input of [rows, rows.toReversed()]) {
    const data = session().from(input);
    expect(await data.agg({ low: argMin('name', 'score'), high: argMax('name', 'score') }).first()).toEqual({
      low: 'n0000',
      high: 'n4999',
    });
    const ranked = await data
      .withColumns({ row: rowNumber().over({ orderBy: 'score' }), rank: rank().over({ orderBy: 'score' }) })
      .filter(col('row').lte(2))
      .sort('row')
      .toArray();
    expect(ranked).toEqual([
      { score: 1, name: 'n0000', row: 1, rank: 1 },
      { score: 1, name: 'n0001', row: 2, rank: 1 },
    ]);
  }
});

test('aggregates: quantile is continuous, median is the half', async () => {
  const data = session().from([{ n: 1 }, { n: 2 }, { n: 4 }, { n: 10 }]);
  expect(await data.agg({ q: quantile('n', 0.25), half: quantile('n', 0.5), median: median('n') }).first()).toEqual({
    q: 1.75,
    half: 3,
    median: 3,
  });
});

test('aggregates: approxCountDistinct has the standard error that its documentation says, 13 %', async () => {
  const rows = Array.from({ length: 60_000 }, (_, i) => ({ k: i % 60, n: i * 7919 }));
  const about = await session()
    .from(rows)
    .groupBy('k')
    .agg({ n: approxCountDistinct('n') })
    .toArray();
  const meanSquare = about.reduce((total, { n }) => total + ((n - 1000) / 1000) ** 2, 0) / about.length;
  expect(about.length).toBe(60);
  expect(Math.sqrt(meanSquare)).toBeLessThan(0.2);
});

test('integers: an overflow is an error, never a wrap', async () => {
  const data = session().from([{ n: 9223372036854775807n }]);
  const overflow = async (dataset: Dataset<{ x: number }>) => (await errorOf(dataset.toArray())).message;
  expect(await overflow(data.select({ x: col('n').add(1) }))).toBe(
    "A computation left its type's range: Overflow in addition of INT64 (9223372036854775807 + 1)! Cast an operand to a wider type first.",
  );
  expect(await overflow(data.select({ x: col('n').mul(2) }))).toBe(
    "A computation left its type's range: Overflow in multiplication of INT64 (9223372036854775807 * 2)! Cast an operand to a wider type first.",
  );
  expect(await overflow(data.select({ x: col('n').neg().sub(2) }))).toBe(
    "A computation left its type's range: Overflow in subtraction of INT64 (-9223372036854775807 - 2)! Cast an operand to a wider type first.",
  );
  expect(await data.select({ x: col('n').cast('int128').mul(2) }).first({ results: { int64: 'bigint' } })).toEqual({
    x: 18446744073709551614n,
  });
});

test('integers: a sum is exact, beyond 64 bits too', async () => {
  const data = session().from([{ n: 9223372036854775807n }, { n: 9223372036854775807n }, { n: 1n }]);
  expect(await data.agg({ total: sum('n') }).first({ results: { int64: 'bigint' } })).toEqual({
    total: 18446744073709551615n,
  });
});

test('integers: division is exact, intDiv drops the fraction; by zero they are infinite and null', async () => {
  const data = session().from([
    { a: 5, b: 2 },
    { a: -5, b: 2 },
    { a: 1, b: 0 },
  ]);
  expect(await data.select({ exact: col('a').div(col('b')), whole: col('a').intDiv(col('b')) }).toArray()).toEqual([
    { exact: 2.5, whole: 2 },
    { exact: -2.5, whole: -2 },
    { exact: Number.POSITIVE_INFINITY, whole: null },
  ]);
});
