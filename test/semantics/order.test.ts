import { expect, test } from 'vitest';
import { col, count, sum } from '../../src/index.ts';
import { useSession } from '../support/use-session.ts';

const { session, path, file } = useSession();

const numbers = Array.from({ length: 50_000 }, (_, id) => ({ id, even: id % 2 === 0 }));

test('order: scans keep (uri, byte) order through filter, select and withColumns', async () => {
  const paths = [
    await file('order-b.csv', 'id\n3\n4\n'),
    await file('order-a.csv', 'id\n1\n2\n'),
    await file('order-c.csv', 'id\n5\n6\n'),
  ];
  const rows = await session()
    .read.csv(paths)
    .withColumns({ twice: col('id').mul(2) })
    .filter(col('id').ne(4))
    .select('twice')
    .toArray();
  expect(rows.map((row) => row.twice)).toEqual([2, 4, 6, 10, 12]);
});

test('order: rows of many row groups come in their own order, with several threads', async () => {
  await session().from(numbers).write.parquet(path('order.parquet'), { rowGroupRows: 2048 });
  const rows = await session().read.parquet(path('order.parquet')).filter(col('even')).select('id').toArray();
  expect(rows.map((row) => row.id)).toEqual(numbers.filter(({ even }) => even).map(({ id }) => id));
});

test('order: limit, head, offset and first take a prefix in source order, whatever finishes first', async () => {
  await session().from(numbers).write.parquet(path('prefix.parquet'), { rowGroupRows: 2048 });
  const odd = session().read.parquet(path('prefix.parquet')).filter(col('even').not());
  const ids = async (dataset: typeof odd) => (await dataset.toArray()).map((row) => row.id);
  expect(await ids(odd.limit(3))).toEqual([1, 3, 5]);
  expect(await ids(odd.head())).toEqual([1, 3, 5, 7, 9]);
  expect(await ids(odd.offset(20_000).limit(2))).toEqual([40_001, 40_003]);
  expect(await odd.first()).toEqual({ id: 1, even: false });
});

test('order: union keeps the order of its inputs, one after another', async () => {
  const part = (from: number) => session().from([{ n: from }, { n: from + 1 }]);
  expect(await part(5).union(part(1), part(3)).toArray()).toEqual([5, 6, 1, 2, 3, 4].map((n) => ({ n })));
});

test('order: a sort makes the order of groupBy, join and distinct, which have none', async () => {
  const sales = session().from([
    { shop: 'b', price: 2 },
    { shop: 'a', price: 1 },
    { shop: 'b', price: 3 },
  ]);
  const shops = session().from([
    { shop: 'b', city: 'Bonn' },
    { shop: 'a', city: 'Aachen' },
  ]);
  expect(
    await sales
      .groupBy('shop')
      .agg({ total: sum('price'), n: count() })
      .join(shops, { on: 'shop' })
      .sort('shop')
      .toArray(),
  ).toEqual([
    { shop: 'a', total: 1, n: 1, city: 'Aachen' },
    { shop: 'b', total: 5, n: 2, city: 'Bonn' },
  ]);
  expect(await sales.select('shop').distinct().sort('shop').toArray()).toEqual([{ shop: 'a' }, { shop: 'b' }]);
});

test('sort: ascending, nulls last in both directions, nullsFirst() changes that', async () => {
  const data = session().from([{ n: 2 }, { n: null }, { n: 1 }, { n: 3 }]);
  const valuesOf = async (dataset: typeof data) => (await dataset.toArray()).map((row) => row.n);
  expect(await valuesOf(data.sort('n'))).toEqual([1, 2, 3, null]);
  expect(await valuesOf(data.sort(col('n').asc()))).toEqual([1, 2, 3, null]);
  expect(await valuesOf(data.sort(col('n').desc()))).toEqual([3, 2, 1, null]);
  expect(await valuesOf(data.sort(col('n').nullsFirst()))).toEqual([null, 1, 2, 3]);
  expect(await valuesOf(data.sort(col('n').desc().nullsFirst()))).toEqual([null, 3, 2, 1]);
});

test('sort: with { stable: true } ties keep the order of the input', async () => {
  const rows = Array.from({ length: 10_000 }, (_, id) => ({ id, key: id % 3 }));
  await session().from(rows).write.parquet(path('ties.parquet'), { rowGroupRows: 2048 });
  const sorted = await session().read.parquet(path('ties.parquet')).sort('key', { stable: true }).toArray();
  expect(sorted).toEqual(rows.toSorted((a, b) => a.key - b.key));
});

test('sort: strings by code point, also beyond the basic plane', async () => {
  // In UTF-16 the emoji's first half (0xd83d) would come before U+FFFD.
  const texts = ['é', '\u{1f600}', 'Z', 'a', '\ufffd', '', 'ab'];
  const rows = await session()
    .from(texts.map((text) => ({ text })))
    .sort('text')
    .toArray();
  expect(rows.map((row) => row.text)).toEqual(['', 'Z', 'a', 'ab', 'é', '\ufffd', '\u{1f600}']);
});
