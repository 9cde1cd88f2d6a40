import { expectTypeOf, test } from 'vitest';
import { avg, col, connect, count, type Dataset, lit, max, sum, when } from '../../src/index.ts';

interface Order {
  id: number;
  country: string;
  total: number;
  status: string | null;
  day: Date;
}

declare const orders: Dataset<Order>;
declare const anything: Dataset;

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
