import { expect, test } from 'vitest';
import {
  approxCountDistinct,
  argMax,
  argMin,
  avg,
  col,
  collectList,
  corr,
  count,
  countDistinct,
  type Dataset,
  every,
  first,
  last,
  lit,
  max,
  median,
  min,
  quantile,
  some,
  stddev,
  sum,
  variance,
} from '../../src/index.ts';
import { errorOf, messageOf, useSession } from '../support/use-session.ts';

const { session } = useSession();

const sales = () =>
  session().from([
    { shop: 'a', item: 'tea', price: 2, day: 1 },
    { shop: 'a', item: 'tea', price: 4, day: 3 },
    { shop: 'a', item: 'jam', price: null, day: 2 },
    { shop: 'b', item: 'jam', price: 10, day: 1 },
  ]);

test('groupBy takes names, expressions with a name and objects', async () => {
  const cheap = col('price').lt(5);
  expect(await sales().groupBy('shop', { cheap }).agg({ n: count() }).sort('shop', 'cheap').toArray()).toEqual([
    { shop: 'a', cheap: true, n: 2 },
    { shop: 'a', cheap: null, n: 1 },
    { shop: 'b', cheap: false, n: 1 },
  ]);
  expect(await sales().groupBy(col('day').mod(2).as('odd')).count().sort('odd').toArray()).toEqual([
    { odd: 0, count: 1 },
    { odd: 1, count: 3 },
  ]);
});

test('shorthands aggregate columns under their own names', async () => {
  const grouped = sales().groupBy('shop');
  expect(await grouped.count().sort('shop').toArray()).toEqual([
    { shop: 'a', count: 3 },
    { shop: 'b', count: 1 },
  ]);
  expect(await grouped.sum('price', 'day').sort('shop').toArray()).toEqual([
    { shop: 'a', price: 6, day: 6 },
    { shop: 'b', price: 10, day: 1 },
  ]);
  expect(await grouped.avg('price').sort('shop').toArray()).toEqual([
    { shop: 'a', price: 3 },
    { shop: 'b', price: 10 },
  ]);
  expect(await grouped.min('item').sort('shop').toArray()).toEqual([
    { shop: 'a', item: 'jam' },
    { shop: 'b', item: 'jam' },
  ]);
  expect(await grouped.max('item').sort('shop').toArray()).toEqual([
    { shop: 'a', item: 'tea' },
    { shop: 'b', item: 'jam' },
  ]);
});

test('every aggregate over all rows', async () => {
  expect(
    await sales()
      .agg({
        rows: count(),
        values: count('price'),
        kinds: countDistinct('item'),
        about: approxCountDistinct('shop'),
        sum: sum('price'),
        avg: avg('price'),
        min: min('price'),
        max: max('item'),
        median: median('price'),
        quantile: quantile('price', 0.75),
        stddev: stddev('day'),
        variance: variance('day'),
        first: first('item', { orderBy: col('day').desc() }),
        last: last('price', { orderBy: ['shop', 'day'] }),
        argMin: argMin('item', 'price'),
        argMax: argMax('item', 'price'),
        days: collectList('day', { orderBy: ['shop', 'day'] }),
        prices: collectList('price', { orderBy: col('price').desc() }),
        some: some(col('price').gt(9)),
        every: every(col('price').gt(1)),
        corr: corr('price', 'day'),
      })
      .first(),
  ).toEqual({
    rows: 4,
    values: 3,
    kinds: 2,
    about: 2,
    sum: 16,
    avg: 16 / 3,
    min: 2,
    max: 'tea',
    median: 4,
    quantile: 7,
    stddev: expect.closeTo(Math.sqrt(11 / 12), 12),
    variance: expect.closeTo(11 / 12, 12),
    first: 'tea',
    last: 10,
    argMin: 'tea',
    argMax: 'jam',
    days: [1, 2, 3, 1],
    prices: [10, 4, 2],
    some: true,
    every: true,
    corr: expect.closeTo(-0.2773500981126146, 12),
  });
});

test('aggregates are expressions: they take some, are computed with, and leave out rows', async () => {
  expect(
    await sales()
      .groupBy('shop')
      .agg({
        share: sum(col('price').mul(col('day'))).div(sum('price')),
        tea: sum('price').where(col('item').eq('tea')),
        early: count().where(col('item').eq('tea')).where(col('day').lt(2)),
        label: col('shop').str.concat('!'),
      } as never)
      .sort('shop')
      .toArray()
      .catch((error: Error) => error.message),
  ).toBe('agg() needs an aggregate in "label", such as sum(\'x\') or count(); it has none.');
  expect(
    await sales()
      .groupBy('shop')
      .agg({
        share: sum(col('price').mul(col('day'))).div(sum('price')),
        tea: sum('price').where(col('item').eq('tea')),
        early: count().where(col('item').eq('tea')).where(col('day').lt(2)),
        label: max('item').str.concat(col('shop')),
      })
      .sort('shop')
      .toArray(),
  ).toEqual([
    { shop: 'a', share: 14 / 6, tea: 6, early: 1, label: 'teaa' },
    { shop: 'b', share: 1, tea: null, early: 0, label: 'jamb' },
  ]);
});

test('agg refuses columns outside of aggregates, windows, and names of keys', async () => {
  const grouped = () => (sales() as unknown as Dataset).groupBy('shop');
  expect(
    (
      await errorOf(
        grouped()
          .agg({ x: col('item') })
          .toArray(),
      )
    ).message,
  ).toBe(
    `agg() cannot say which "item" of a group belongs in "x": use an aggregate such as min('item'), or make it a key of groupBy().`,
  );
  expect(
    (
      await errorOf(
        grouped()
          .agg({ x: sum('price').over() })
          .toArray(),
      )
    ).message,
  ).toBe("agg() takes no window expression; compute it first: .withColumns({ w: ….over(…) }).agg('w').");
  expect(
    (
      await errorOf(
        grouped()
          .agg({ x: lit(1) })
          .toArray(),
      )
    ).message,
  ).toBe(`agg() needs an aggregate in "x", such as sum('x') or count(); it has none.`);
  expect(messageOf(() => grouped().agg({ shop: count() }))).toBe(
    'agg() fills the column "shop", which is a key of groupBy() already.',
  );
  expect(
    (
      await errorOf(
        (sales() as unknown as Dataset)
          .groupBy({ x: sum('price') })
          .count()
          .toArray(),
      )
    ).message,
  ).toBe('groupBy() computes a value from each row, and sum() needs many rows. A key is computed from one row.');
  expect(
    (
      await errorOf(
        grouped()
          .agg({ x: sum('item') })
          .toArray(),
      )
    ).message,
  ).toBe('sum() does not take (string): sum(col("item")) in column "x". Cast an operand first: .cast(type).');
});

test('aggregates check their own arguments', () => {
  expect(messageOf(() => quantile('price', 50))).toBe("A quantile's fraction lies between 0 and 1; 50 does not.");
  expect(messageOf(() => last('price', {} as never))).toBe(
    "last() needs an order, since rows have none of their own: last(column, { orderBy: 'time' }).",
  );
});

test('an empty input has no group; without keys it has one row', async () => {
  const none = sales().filter(lit(false));
  expect(await none.groupBy('shop').count().toArray()).toEqual([]);
  expect(await none.agg({ n: count(), total: sum('price'), all: collectList('day') }).toArray()).toEqual([
    { n: 0, total: null, all: null },
  ]);
});

test('pivot makes a column of each value', async () => {
  const pivoted = sales().pivot({ index: 'shop', on: 'item', values: ['tea', 'jam'], agg: sum('price') });
  expect(await pivoted.sort('shop').toArray()).toEqual([
    { shop: 'a', tea: 6, jam: null },
    { shop: 'b', tea: null, jam: 10 },
  ]);
});

test('pivot takes several aggregates, keys and kinds of values', async () => {
  const wide = sales().pivot({
    index: ['shop', { even: col('day').mod(2).eq(0) }],
    on: 'day',
    values: [1, 3, null],
    agg: { n: count(), top: max('price') },
  });
  expect(await wide.sort('shop', 'even').toArray()).toEqual([
    { shop: 'a', even: false, '1_n': 1, '1_top': 2, '3_n': 1, '3_top': 4, null_n: 0, null_top: null },
    { shop: 'a', even: true, '1_n': 0, '1_top': null, '3_n': 0, '3_top': null, null_n: 0, null_top: null },
    { shop: 'b', even: false, '1_n': 1, '1_top': 10, '3_n': 0, '3_top': null, null_n: 0, null_top: null },
  ]);
  const computed = sales().pivot({
    index: [],
    on: col('price').isNull(),
    values: [true, false],
    agg: count().where(col('shop').eq('a')),
  });
  expect(await computed.toArray()).toEqual([{ true: 1, false: 2 }]);
});

test('pivot refuses no values, no aggregate and doubled names', () => {
  const pivot = (options: object) => messageOf(() => (sales() as unknown as Dataset).pivot(options as never));
  expect(pivot({ index: 'shop', on: 'item', values: [], agg: sum('price') })).toBe(
    "pivot() needs the values that become columns: { values: ['a', 'b'] }.",
  );
  expect(pivot({ index: 'shop', on: 'item', values: ['tea'], agg: col('price') })).toBe(
    "pivot() fills its cells with aggregates: { agg: sum('x') } or { agg: { total: sum('x'), rows: count() } }.",
  );
  expect(pivot({ index: 'shop', on: 'item', values: ['tea', 'shop'], agg: sum('price') })).toBe(
    'pivot() would give two columns the name "shop".',
  );
});
