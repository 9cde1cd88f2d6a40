import { expect, test } from 'vitest';
import { col, type Dataset } from '../../src/index.ts';
import { errorOf, useSession } from '../support/use-session.ts';

const { session, path, file } = useSession();

test('explode makes a row of each item', async () => {
  const data = session().from([
    { id: 1, tags: ['a', 'b'] },
    { id: 2, tags: [] },
    { id: 3, tags: null },
  ]);
  expect(await data.explode('tags').toArray()).toEqual([
    { id: 1, tags: 'a' },
    { id: 1, tags: 'b' },
    { id: 2, tags: null },
    { id: 3, tags: null },
  ]);
  expect(await data.explode('tags', { keepEmpty: false }).toArray()).toEqual([
    { id: 1, tags: 'a' },
    { id: 1, tags: 'b' },
  ]);
  expect((await errorOf((data as unknown as Dataset).explode('id').toArray())).message).toBe(
    'explode() needs a list; col("id") is int64.',
  );
});

test('unpivot makes a row of each column', async () => {
  const data = session().from([
    { city: 'Rome', jan: 8, jul: 25 },
    { city: 'Oslo', jan: -4, jul: null },
  ]);
  expect(await data.unpivot(['jan', 'jul']).toArray()).toEqual([
    { city: 'Rome', name: 'jan', value: 8 },
    { city: 'Rome', name: 'jul', value: 25 },
    { city: 'Oslo', name: 'jan', value: -4 },
    { city: 'Oslo', name: 'jul', value: null },
  ]);
  expect(await data.unpivot(['jan'], { nameTo: 'month', valueTo: 'celsius' }).first()).toEqual({
    city: 'Rome',
    jul: 25,
    month: 'jan',
    celsius: 8,
  });
});

test('unpivot refuses no columns, clashing names and types without a common one', async () => {
  const data = session().from([{ name: 'x', a: 1, b: 'two' }]);
  expect((await errorOf(data.unpivot([]).toArray())).message).toBe(
    'unpivot() needs at least one column to turn into rows.',
  );
  expect((await errorOf(data.unpivot(['a']).toArray())).message).toBe(
    `unpivot() would give two columns the name "name"; choose others: { nameTo: '…', valueTo: '…' }.`,
  );
  expect((await errorOf(data.unpivot(['a', 'b'], { nameTo: 'key' }).toArray())).message).toBe(
    'The values of list.of() in column "pairs" have no common type: lit("name").struct.of(lit("a"), lit("value"), col("a")) (struct<name: string, value: int64>), lit("name").struct.of(lit("b"), lit("value"), col("b")) (struct<name: string, value: string>). Cast them to one type.',
  );
});

test('describe tells the statistics of each column', async () => {
  const data = session().from([
    { n: 1, s: 'b', l: [1] },
    { n: 2, s: null, l: null },
    { n: 4, s: 'a', l: [2] },
  ]);
  expect(await data.describe().toArray()).toEqual([
    {
      column: 'n',
      type: 'int64',
      count: 3,
      nulls: 0,
      mean: 7 / 3,
      stddev: expect.closeTo(1.5275252316519465, 12),
      min: '1',
      q25: 1.5,
      median: 2,
      q75: 3,
      max: '4',
    },
    {
      column: 's',
      type: 'string',
      count: 2,
      nulls: 1,
      mean: null,
      stddev: null,
      min: 'a',
      q25: null,
      median: null,
      q75: null,
      max: 'b',
    },
    {
      column: 'l',
      type: 'list<int64>',
      count: 2,
      nulls: 1,
      mean: null,
      stddev: null,
      min: null,
      q25: null,
      median: null,
      q75: null,
      max: null,
    },
  ]);
});

test('persist computes once and keeps the rows until the session closes', async () => {
  const source = await file('numbers.csv', 'n\n1\n2\n3\n');
  const kept = session()
    .read.csv(source)
    .withColumns({ half: col('n').div(2) })
    .persist();
  expect(await kept.count()).toBe(3);
  // Nobody reads the file again.
  await file('numbers.csv', 'n\n7\n');
  expect(await kept.filter(col('n').gt(1)).toArray()).toEqual([
    { n: 2, half: 1 },
    { n: 3, half: 1.5 },
  ]);
});

test('persist keeps every type as it is', async () => {
  const data = session()
    .from([{ a: 2n ** 100n, b: 'x', c: [{ d: new Date(5) }] }])
    .withColumns({ b: col('b').cast("enum('x', 'y')"), h: col('a').cast('int128') });
  const kept = data.persist();
  expect(await kept.schema()).toEqual(await data.schema());
  const options = { results: { int64: 'bigint' } } as const;
  expect(await kept.toArray(options)).toEqual(await data.toArray(options));
});

test('a persisted dataset that failed is tried again', async () => {
  const missing = path('later.csv');
  const kept = session().read.csv(missing).persist();
  expect((await errorOf(kept.count())).message.replaceAll(missing, '<path>')).toBe(
    'There is no file or folder file://<path>.',
  );
  await file('later.csv', 'n\n1\n');
  expect(await kept.toArray()).toEqual([{ n: 1 }]);
});
