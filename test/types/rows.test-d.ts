import { expectTypeOf, test } from 'vitest';
import {
  argMax,
  avg,
  coalesce,
  col,
  collectList,
  connect,
  count,
  type Dataset,
  first,
  lag,
  lit,
  max,
  min,
  rowNumber,
  type Session,
  struct,
  sum,
  when,
} from '../../src/index.ts';

interface Order {
  id: number;
  country: string;
  total: number;
  status: string | null;
  day: Date;
}

declare const orders: Dataset<Order>;
declare const anything: Dataset;
declare const session: Session;
declare const lists: Dataset<{ id: number; tags: string[]; scores: number[] | null }>;

test('the script at the top of the design', async () => {
  const shoal = await connect();
  const top = await shoal.read
    .parquet<Order>('s3://lake/orders/year=*/**/*.parquet')
    .filter((o) => o.total > 100 && o.status === 'paid')
    .groupBy('country')
    .agg({ revenue: sum('total'), orders: count() })
    .sort(col('revenue').desc())
    .limit(10)
    .collect();
  expectTypeOf(top.toArray()).toEqualTypeOf<{ country: string; revenue: number; orders: number }[]>();
  console.table(top.toArray());
  await shoal.close();
});

test('select keeps the types of names and computes those of expressions', () => {
  expectTypeOf(orders.select('id', 'day')).toEqualTypeOf<Dataset<{ id: number; day: Date }>>();
  expectTypeOf(orders.select('id', { twice: col('total').mul(2), where: col('country') })).toEqualTypeOf<
    Dataset<{ id: number; twice: number; where: string }>
  >();
  expectTypeOf(orders.select('id', col('status').as('state'), col('total').mul(2).as('twice'))).toEqualTypeOf<
    Dataset<{ id: number; state: string | null; twice: number }>
  >();
  expectTypeOf(orders.select(col('status'))).toEqualTypeOf<Dataset<{ status: string | null }>>();
});

test('withColumns adds and replaces', () => {
  const more = orders.withColumns({
    year: col('day').dt.year(),
    total: col('total').cast('string'),
    flag: col('total').gt(1),
  });
  expectTypeOf<typeof more>().toEqualTypeOf<
    Dataset<{
      id: number;
      country: string;
      status: string | null;
      day: Date;
      year: number;
      total: string;
      flag: boolean;
    }>
  >();
});

test('drop and rename', () => {
  expectTypeOf(orders.drop('id', 'day')).toEqualTypeOf<
    Dataset<{ country: string; total: number; status: string | null }>
  >();
  expectTypeOf(orders.drop('id', 'day', 'status').rename({ total: 'amount' })).toEqualTypeOf<
    Dataset<{ country: string; amount: number }>
  >();
});

test('groupBy and agg', () => {
  const grouped = orders
    .groupBy('country', { year: col('day').dt.year() })
    .agg({ n: count(), mean: avg('total'), last: max('day') });
  expectTypeOf<typeof grouped>().toEqualTypeOf<
    Dataset<{ country: string; year: number; n: number; mean: number; last: Date }>
  >();
  expectTypeOf(orders.groupBy('country').count()).toEqualTypeOf<Dataset<{ country: string; count: number }>>();
  expectTypeOf(orders.agg({ all: sum('total') })).toEqualTypeOf<Dataset<{ all: number }>>();
});

test('join', () => {
  const countries = null as unknown as Dataset<{ country: string; name: string; total: string }>;
  expectTypeOf(orders.select('id', 'country', 'total').join(countries, { on: 'country' })).toEqualTypeOf<
    Dataset<{ id: number; country: string; total: number; name: string; total_right: string }>
  >();
  expectTypeOf(orders.select('id', 'country').join(countries, { on: 'country', how: 'left' })).toEqualTypeOf<
    Dataset<{ id: number; country: string; name: string | null; total: string | null }>
  >();
  expectTypeOf(orders.join(countries, { leftOn: 'country', rightOn: 'name', how: 'semi' })).toEqualTypeOf<
    Dataset<Order>
  >();
});

test('case, constants and casts', () => {
  expectTypeOf(orders.select({ size: when(col('total').gt(100), 'big').otherwise('small') })).toEqualTypeOf<
    Dataset<{ size: string }>
  >();
  expectTypeOf(orders.select({ one: lit(1), list: col('status').str.split(',') })).toEqualTypeOf<
    Dataset<{ one: number; list: string[] }>
  >();
});

test('wrong names and wrong operands do not compile', () => {
  // @ts-expect-error there is no such column
  orders.select('amount');
  // @ts-expect-error there is no such column
  orders.filter(col('amount').gt(1));
  // @ts-expect-error a number is not compared with a text
  orders.filter(col('total').gt('1'));
  // @ts-expect-error a text is not added
  orders.withColumns({ x: col('country').add(1) });
  // @ts-expect-error a number has no string methods
  orders.filter(col('total').str.contains('x'));
  // @ts-expect-error a text is not summed
  orders.agg({ x: sum('country') });
  // @ts-expect-error there is no such column
  orders.groupBy('nation');
  // @ts-expect-error there is no such column
  orders.sort('nation');
  // @ts-expect-error there is no such column
  orders.drop('nation');
  // @ts-expect-error a condition is true or false
  orders.filter(col('total').add(1));
});

test('without a row type everything goes', () => {
  expectTypeOf(anything.filter(col('x').gt(1)).select('x', 'y')).toEqualTypeOf<Dataset>();
  expectTypeOf(anything.sort('a', col('b').desc(), { stable: true })).toEqualTypeOf<Dataset>();
});

test('from takes the types of rows; missing keys may be null, `schema` has the last word', () => {
  expectTypeOf(session.from([{ id: 1, name: 'x' }])).toEqualTypeOf<Dataset<{ id: number; name: string }>>();
  expectTypeOf(session.from<{ id: number; note?: string }>([])).toEqualTypeOf<
    Dataset<{ id: number; note: string | null }>
  >();
  expectTypeOf(session.from([{ at: '2024-01-01', n: 1 }], { schema: { at: 'date' } })).toEqualTypeOf<
    Dataset<{ n: number; at: Date }>
  >();
  expectTypeOf(session.from([{ at: null, n: 1 }], { schema: { at: 'list<int64>' } })).toEqualTypeOf<
    Dataset<{ n: number; at: number[] | null }>
  >();
});

test('read takes a row type, or the types of { schema }', () => {
  expectTypeOf(session.read.csv('x.csv')).toEqualTypeOf<Dataset>();
  expectTypeOf(session.read.csv<Order>('x.csv')).toEqualTypeOf<Dataset<Order>>();
  expectTypeOf(session.read.csv('x.csv', { schema: { id: 'int64', day: 'date', tags: 'string[]' } })).toEqualTypeOf<
    Dataset<{ id: number; day: Date; tags: string[] }>
  >();
});

test('every kind of join', () => {
  const left = null as unknown as Dataset<{ id: number; v: string }>;
  const right = null as unknown as Dataset<{ id: number; v: Date }>;
  expectTypeOf(left.join(right, { on: 'id', how: 'right' })).toEqualTypeOf<
    Dataset<{ id: number; v: string | null; v_right: Date }>
  >();
  expectTypeOf(left.join(right, { on: 'id', how: 'full' })).toEqualTypeOf<
    Dataset<{ id: number; v: string | null; v_right: Date | null }>
  >();
  expectTypeOf(left.join(right, { on: 'id', how: 'anti' })).toEqualTypeOf<Dataset<{ id: number; v: string }>>();
  expectTypeOf(left.join(right, { how: 'cross', suffix: '2' })).toEqualTypeOf<
    Dataset<{ id: number; v: string; id2: number; v2: Date }>
  >();
  expectTypeOf(left.join(right, { leftOn: ['id'], rightOn: [col('v').dt.year()] })).toEqualTypeOf<
    Dataset<{ id: number; v: string; id_right: number; v_right: Date }>
  >();
});

test('reshaping', () => {
  expectTypeOf(lists.explode('tags')).toEqualTypeOf<
    Dataset<{ id: number; tags: string | null; scores: number[] | null }>
  >();
  expectTypeOf(orders.select('id', 'total').unpivot(['total'], { nameTo: 'field' })).toEqualTypeOf<
    Dataset<{ id: number; field: 'total'; value: number }>
  >();
  expectTypeOf(
    orders.pivot({ index: 'country', on: 'status', values: ['paid', 'open'], agg: sum('total') }),
  ).toEqualTypeOf<Dataset<{ country: string; paid: number | null; open: number | null }>>();
  expectTypeOf(
    orders.pivot({ index: ['country'], on: 'id', values: [1, 2], agg: { n: count(), last: max('day') } }),
  ).toEqualTypeOf<
    Dataset<{
      country: string;
      '1_n': number | null;
      '1_last': Date | null;
      '2_n': number | null;
      '2_last': Date | null;
    }>
  >();
});

test('windows and ordered aggregates', () => {
  expectTypeOf(
    orders.select({
      place: rowNumber().over({ partitionBy: 'country', orderBy: col('total').desc() }),
      before: lag('total').over({ orderBy: 'day' }),
      running: sum('total').over({ orderBy: 'day', rows: [null, 0] }),
    }),
  ).toEqualTypeOf<Dataset<{ place: number; before: number | null; running: number }>>();
  expectTypeOf(
    orders.groupBy('country').agg({
      earliest: first('id', { orderBy: 'day' }),
      best: argMax('id', 'total'),
      days: collectList('day'),
    }),
  ).toEqualTypeOf<Dataset<{ country: string; earliest: number; best: number; days: Date[] }>>();
});

test('items of lists have the type of the column', () => {
  expectTypeOf(
    lists.select({
      first: col('tags').list.get(0),
      upper: col('tags').list.map((tag) => tag.str.upper()),
      same: col('tags').list.map((tag) => tag),
      doubled: col('scores').list.map((score) => score.mul(2).add(col('id'))),
      some: col('tags').list.filter((tag) => tag.ne('x')),
      least: col('scores').list.min(),
      count: col('tags').list.length(),
    }),
  ).toEqualTypeOf<
    Dataset<{
      first: string;
      upper: string[];
      same: string[];
      doubled: number[];
      some: string[];
      least: number;
      count: number;
    }>
  >();
});

test('structs, coalesce and conditions of several columns', () => {
  expectTypeOf(orders.select({ pair: struct({ id: col('id').add(0), one: 1 }) })).toEqualTypeOf<
    Dataset<{ pair: { id: number; one: number } }>
  >();
  expectTypeOf(orders.select({ text: coalesce(col('status').str.trim(), 'none') })).toEqualTypeOf<
    Dataset<{ text: string }>
  >();
  expectTypeOf(orders.filter(col('id').gt(1).and(col('country').eq('x'), col('total').lt(5)))).toEqualTypeOf<
    Dataset<Order>
  >();
});

test('results carry the row type', async () => {
  const top = orders.select('id', { day: min('day').over() });
  expectTypeOf(await top.toArray()).toEqualTypeOf<{ id: number; day: Date }[]>();
  expectTypeOf(await top.first()).toEqualTypeOf<{ id: number; day: Date } | null>();
  for await (const row of top) expectTypeOf(row).toEqualTypeOf<{ id: number; day: Date }>();
  for (const row of await top.collect()) expectTypeOf(row).toEqualTypeOf<{ id: number; day: Date }>();
});

test('mistakes in further places do not compile', () => {
  // @ts-expect-error a text has no items
  orders.select({ x: col('country').list.length() });
  // @ts-expect-error items of texts are not added
  lists.select({ x: col('tags').list.map((tag) => tag.add(1)) });
  // @ts-expect-error a function of an item may not name columns that are not there
  lists.select({ x: col('tags').list.map((tag) => tag.eq(col('nothing'))) });
  // @ts-expect-error the second condition names no column
  orders.filter(col('id').gt(1).and(col('amount').gt(1)));
  // @ts-expect-error a text and a number are no key
  orders.join(null as unknown as Dataset<{ id: string }>, { on: 'id' });
  // @ts-expect-error one of the sides has no such key
  orders.join(lists, { on: 'country' });
  // @ts-expect-error there is no such column to order by
  orders.select({ x: rowNumber().over({ orderBy: col('nothing') }) });
  // @ts-expect-error there is no such column to pivot on
  orders.pivot({ index: 'country', on: 'nothing', values: ['a'], agg: sum('total') });
  // @ts-expect-error first needs an order
  orders.agg({ x: first('id') });
  // @ts-expect-error a column that was dropped is gone
  orders.drop('total').filter(col('total').gt(1));
  // @ts-expect-error a column that was renamed is gone
  orders.rename({ total: 'amount' }).select('total');
  // @ts-expect-error only lists of known columns are unpivoted
  orders.unpivot(['nothing']);
  // @ts-expect-error a date is not compared with a number
  orders.filter(col('day').gt(5));
  // @ts-expect-error there is no such column after agg
  orders.groupBy('country').agg({ n: count() }).sort('total');
});

test('a helper over any dataset is generic in its row', () => {
  const top = <Row>(dataset: Dataset<Row>, rows: number): Dataset<Row> => dataset.limit(rows);
  expectTypeOf(top(orders, 3)).toEqualTypeOf<Dataset<Order>>();
  expectTypeOf(top(anything, 3)).toEqualTypeOf<Dataset>();
});
