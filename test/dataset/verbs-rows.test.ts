import { expect, test } from 'vitest';
import { col, connect, type Dataset, lit, sql } from '../../src/index.ts';
import { errorOf, messageOf, useSession } from '../support/use-session.ts';

const { session, path } = useSession();

const numbers = (...values: (number | null)[]) =>
  session().from(
    values.map((n) => ({ n })),
    { schema: { n: 'int64' } },
  );

const valuesOf = async (dataset: Dataset<{ n: number | null }>) => (await dataset.toArray()).map((row) => row.n);

test('distinct keeps each row once; by columns, the first row of each combination', async () => {
  expect(await valuesOf(numbers(1, 2, 1, null, null).distinct().sort('n'))).toEqual([1, 2, null]);
  const data = session().from([
    { k: 'a', v: 3 },
    { k: 'b', v: 1 },
    { k: 'a', v: 2 },
  ]);
  expect(await data.distinct('k').sort('k').toArray()).toEqual([
    { k: 'a', v: 3 },
    { k: 'b', v: 1 },
  ]);
  expect(await data.sort('v').distinct('k').sort('k').toArray()).toEqual([
    { k: 'a', v: 2 },
    { k: 'b', v: 1 },
  ]);
});

test('sort takes names, expressions and keys, the first ones first', async () => {
  const data = session().from([
    { a: 1, b: 'x' },
    { a: 2, b: 'y' },
    { a: 1, b: 'z' },
  ]);
  expect(await data.sort('a', col('b').desc()).select('b').toArray()).toEqual([{ b: 'z' }, { b: 'x' }, { b: 'y' }]);
  expect(await data.sort(col('a').neg(), 'b', { stable: true }).select('b').toArray()).toEqual([
    { b: 'y' },
    { b: 'x' },
    { b: 'z' },
  ]);
  expect(messageOf(() => data.sort())).toBe('sort() needs at least one column or expression.');
  expect(messageOf(() => col('a').add(col('b').desc() as never))).toBe(
    'A sort key (.asc(), .desc()) stands only in `sort` and `orderBy`.',
  );
});

test('limit, head and offset cut whole numbers of rows', async () => {
  const data = numbers(1, 2, 3, 4, 5, 6, 7);
  expect(await valuesOf(data.limit(2))).toEqual([1, 2]);
  expect(await valuesOf(data.limit(0))).toEqual([]);
  expect(await valuesOf(data.head())).toEqual([1, 2, 3, 4, 5]);
  expect(await valuesOf(data.offset(5))).toEqual([6, 7]);
  expect(await valuesOf(data.offset(2).limit(2).offset(1))).toEqual([4]);
  expect(await valuesOf(data.sort(col('n').desc()).limit(2))).toEqual([7, 6]);
  expect(messageOf(() => data.limit(1.5))).toBe('limit() takes a whole number of rows, 0 or more; 1.5 is none.');
  expect(messageOf(() => data.offset(-1))).toBe('offset() takes a whole number of rows, 0 or more; -1 is none.');
});

test('sample takes a fraction of the rows', async () => {
  const data = numbers(...Array.from({ length: 1000 }, (_, i) => i));
  expect(await data.sample(1).count()).toBe(1000);
  expect(await data.sample(0).count()).toBe(0);
  expect(Math.abs((await data.sample(0.5, { seed: 3 }).count()) - 500)).toBeLessThan(80);
  expect(messageOf(() => data.sample(50))).toBe('sample() takes a fraction of the rows, 0 to 1; 50 is none.');
});

test('union takes all rows, except and intersect distinct ones', async () => {
  const left = numbers(1, 2, 2, null);
  const right = numbers(2, null, 3);
  expect(await valuesOf(left.union(right))).toEqual([1, 2, 2, null, 2, null, 3]);
  expect(await valuesOf(left.except(right))).toEqual([1]);
  expect(await valuesOf(left.intersect(right).sort('n'))).toEqual([2, null]);
});

test('set operations need the same columns of types that go together', async () => {
  const left = session().from([{ a: 1, b: 2 }]) as unknown as Dataset;
  const right = session().from([{ a: 1, c: 2 }]) as unknown as Dataset;
  expect((await errorOf(left.union(right).toArray())).message).toBe(
    'union() needs the same columns on all sides. The first has a, b; side 2 lacks b and has also c. Use select() to line them up.',
  );
  expect((await errorOf(left.except(right.drop('c')).toArray())).message).toBe(
    'except() needs the same columns on all sides. The first has a, b; side 2 lacks b. Use select() to line them up.',
  );
  expect((await errorOf(left.union(session().from([{ a: 'x', b: 2 }]) as unknown as Dataset).toArray())).message).toBe(
    'union() needs the same types on all sides: column "a" is int64 in the first and string in side 2. Cast it there: .withColumns({ "a": col("a").cast("int64") }).',
  );
  const wider = left.union(session().from([{ a: 1.5, b: 2 }]) as unknown as Dataset);
  expect(await wider.toArray()).toEqual([
    { a: 1, b: 2 },
    { a: 1.5, b: 2 },
  ]);
});

test('fillNull fills the named columns, or all whose type the value fits', async () => {
  const data = session().from([
    { n: null, f: 1.5, s: null, b: true },
    { n: 1, f: null, s: 'x', b: null },
  ]);
  expect(await data.fillNull(0).toArray()).toEqual([
    { n: 0, f: 1.5, s: null, b: true },
    { n: 1, f: 0, s: 'x', b: null },
  ]);
  expect(await data.fillNull('-').fillNull(false).toArray()).toEqual([
    { n: null, f: 1.5, s: '-', b: true },
    { n: 1, f: null, s: 'x', b: false },
  ]);
  expect(await data.fillNull(9, 'n').toArray()).toEqual([
    { n: 9, f: 1.5, s: null, b: true },
    { n: 1, f: null, s: 'x', b: null },
  ]);
  expect((await errorOf(data.fillNull('?', 'n').toArray())).message).toBe(
    `lit("?") does not fit column "n" in fillNull(), which is int64. Fill it with a value of that type, or cast the column before: .withColumns({ n: col("n").cast('string') }).`,
  );
});

test('fillNull leaves the types of columns alone, and refuses a value that a named one does not hold', async () => {
  const at = new Date('2024-01-01T10:00:00.5Z');
  const data = session().from(
    [{ small: null, price: null, ratio: null, kind: null, at: null, zoned: null, second: null, none: null }],
    {
      schema: {
        ...{ small: 'int8', price: 'decimal(9, 2)', ratio: 'float64', kind: "enum('a', 'b')" },
        ...{ at: 'timestamp', zoned: 'timestamptz', second: 'timestamp(s)', none: 'null' },
      },
    },
  ) as unknown as Dataset;
  const filled = data
    .fillNull(0.5, 'price', 'ratio')
    .fillNull(-128, 'small')
    .fillNull('b', 'kind')
    .fillNull(at, 'at', 'zoned')
    .fillNull(new Date('2024-01-01'), 'second')
    .fillNull(7, 'none');
  expect(await filled.toArray()).toEqual([
    { small: -128, price: 0.5, ratio: 0.5, kind: 'b', at, zoned: at, second: new Date('2024-01-01'), none: 7 },
  ]);
  expect((await filled.schema()).slice(0, -1)).toEqual((await data.schema()).slice(0, -1));
  const refused: (readonly [string, Parameters<Dataset['fillNull']>[0]])[] = [
    ...([
      ['small', 0.5],
      ['small', 128],
      ['price', 0.125],
      ['price', 1e7],
      ['price', Number.NaN],
    ] as const),
    ...([
      ['ratio', 2n ** 53n + 1n],
      ['kind', 'c'],
      ['second', at],
      ['at', '2024-01-01'],
    ] as const),
  ];
  for (const [name, value] of refused) {
    expect(await errorOf(data.fillNull(value, name).toArray()), `${value} in ${name}`).toMatchObject({
      code: 'TYPE_MISMATCH',
    });
  }
  expect((await errorOf(data.fillNull(0.5, 'small').toArray())).message).toBe(
    `lit(0.5) does not fit column "small" in fillNull(), which is int8. Fill it with a value of that type, or cast the column before: .withColumns({ small: col("small").cast('float64') }).`,
  );
});

test('lists, structs and maps can be held between two constants', async () => {
  await session()
    .from([
      { list: [1, 2], struct: { a: 1 } },
      { list: [5], struct: { a: 5 } },
      { list: null, struct: null },
    ])
    .write.parquet(path('nested.parquet'));
  const data = session().read.parquet(path('nested.parquet'));
  const [low, high] = [sql("{'a': 0}"), sql("{'a': 2}")];
  expect(await data.filter(col('list').between(sql('[1]'), sql('[2]'))).count()).toBe(1);
  expect(await data.filter(col('struct').between(low, high).not()).count()).toBe(1);
  expect(
    await data
      .filter(
        col('struct')
          .gte(low)
          .and(high.gte(col('struct'))),
      )
      .count(),
  ).toBe(1);
  expect(
    await data
      .filter(col('list').gt(sql('[1]')))
      .filter(col('list').lt(sql('[2]')))
      .count(),
  ).toBe(1);
});

test('dropNulls drops rows with a null in the named columns, or in any', async () => {
  const data = session().from([
    { a: 1, b: null },
    { a: null, b: 2 },
    { a: 3, b: 3 },
  ]);
  expect(await data.dropNulls().toArray()).toEqual([{ a: 3, b: 3 }]);
  expect(await data.dropNulls('a').toArray()).toEqual([
    { a: 1, b: null },
    { a: 3, b: 3 },
  ]);
});

test('datasets of two sessions do not mix', async () => {
  await using other = await connect({ threads: 1 });
  const foreign = other.from([{ n: 1 }]);
  const own = numbers(1) as Dataset<{ n: number }>;
  const message = (verb: string) => `${verb}() takes datasets of one session; this one was made by another connect().`;
  expect(messageOf(() => own.union(foreign))).toBe(message('union'));
  expect(messageOf(() => own.join(foreign, { on: 'n' }))).toBe(message('join'));
  expect(messageOf(() => own.except(foreign))).toBe(message('except'));
  expect(messageOf(() => own.intersect(foreign))).toBe(message('intersect'));
});

test('builders are immutable: a dataset means the same after others were made of it', async () => {
  const data = numbers(3, 1, 2);
  const sorted = data.sort('n');
  sorted.limit(1);
  data.filter(lit(false));
  expect(await valuesOf(data)).toEqual([3, 1, 2]);
  expect(await valuesOf(sorted)).toEqual([1, 2, 3]);
});
