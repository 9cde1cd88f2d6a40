import { expect, test } from 'vitest';
import { col, type Dataset, rank, sum } from '../../../src/index.ts';
import { pushDownSemiJoin } from '../../../src/planner/rules/push-down-semi-join.ts';
import { beforeAndAfter, bound, table } from '../golden.ts';

const many = { files: Array.from({ length: 20 }, (_, part) => ({ part: String(part) })), folders: { part: 'int64' } };
const orders = table('orders', { id: 'int64', customer: 'int64' });
const items = table('items', { order: 'int64', product: 'int64', price: 'float64' }, many);
const wanted = table('wanted', { key: 'int64' });

const pushed = <Row>(dataset: Dataset<Row>) => beforeAndAfter(pushDownSemiJoin, dataset);
/** Whether the rule leaves the plan as it is. */
const stays = (dataset: Parameters<typeof bound>[0]) => {
  const plan = bound(dataset);
  return pushDownSemiJoin.apply(plan, { fragments: new Map() }) === plan;
};
const joined = items.join(orders, { leftOn: 'order', rightOn: 'id' });
const semi = { rightOn: 'key', how: 'semi' } as const;

test('through conditions, renames and joins, into the small input that has the key', () => {
  const chain = joined
    .filter(col('price').gt(col('customer')))
    .rename({ customer: 'buyer' })
    .join(table('products', { id: 'int64', name: 'string' }), { leftOn: 'product', rightOn: 'id', suffix: '_product' });
  expect(pushed(chain.join(wanted, { leftOn: 'buyer', ...semi }))).toMatchInlineSnapshot(`
    "semi join on buyer = key
      inner join on product = id
        project: order, product, price, part, id, buyer = customer
          filter: (price > customer)
            inner join on order = id
              scan parquet 20 files from s3://lake/items/part=0.parquet (20.0 KiB; 4 of 4 columns: order, product, price, part)
              scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 2 columns: id, customer)
        scan parquet s3://lake/products.parquet (1.00 KiB; 2 of 2 columns: id, name)
      scan parquet s3://lake/wanted.parquet (1.00 KiB; 1 of 1 columns: key)
    ── push-down-semi-join
    inner join on product = id
      project: order, product, price, part, id, buyer = customer
        filter: (price > customer)
          inner join on order = id
            scan parquet 20 files from s3://lake/items/part=0.parquet (20.0 KiB; 4 of 4 columns: order, product, price, part)
            semi join on customer = key
              scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 2 columns: id, customer)
              scan parquet s3://lake/wanted.parquet (1.00 KiB; 1 of 1 columns: key)
      scan parquet s3://lake/products.parquet (1.00 KiB; 2 of 2 columns: id, name)"
  `);
});

test('into a large input, when what is looked up is small', () => {
  expect(pushed(joined.join(wanted, { leftOn: 'order', rightOn: 'key', how: 'anti' }))).toMatchInlineSnapshot(`
    "anti join on order = key
      inner join on order = id
        scan parquet 20 files from s3://lake/items/part=0.parquet (20.0 KiB; 4 of 4 columns: order, product, price, part)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 2 columns: id, customer)
      scan parquet s3://lake/wanted.parquet (1.00 KiB; 1 of 1 columns: key)
    ── push-down-semi-join
    inner join on order = id
      anti join on order = key
        scan parquet 20 files from s3://lake/items/part=0.parquet (20.0 KiB; 4 of 4 columns: order, product, price, part)
        scan parquet s3://lake/wanted.parquet (1.00 KiB; 1 of 1 columns: key)
      scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 2 columns: id, customer)"
  `);
  expect(stays(joined.join(table('large', { key: 'int64' }, many), { leftOn: 'order', ...semi }))).toBe(true);
});

test('two of them, each as far as it may go', () => {
  const both = joined.join(wanted, { leftOn: 'customer', ...semi }).join(wanted, { leftOn: 'product', ...semi });
  expect(pushed(both)).toMatchInlineSnapshot(`
    "semi join on product = key
      semi join on customer = key
        inner join on order = id
          scan parquet 20 files from s3://lake/items/part=0.parquet (20.0 KiB; 4 of 4 columns: order, product, price, part)
          scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 2 columns: id, customer)
        scan parquet s3://lake/wanted.parquet (1.00 KiB; 1 of 1 columns: key)
      scan parquet s3://lake/wanted.parquet (1.00 KiB; 1 of 1 columns: key)
    ── push-down-semi-join
    inner join on order = id
      semi join on product = key
        scan parquet 20 files from s3://lake/items/part=0.parquet (20.0 KiB; 4 of 4 columns: order, product, price, part)
        scan parquet s3://lake/wanted.parquet (1.00 KiB; 1 of 1 columns: key)
      semi join on customer = key
        scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 2 columns: id, customer)
        scan parquet s3://lake/wanted.parquet (1.00 KiB; 1 of 1 columns: key)"
  `);
  expect(stays(items.join(wanted, { leftOn: 'order', ...semi }).join(wanted, { leftOn: 'product', ...semi }))).toBe(
    true,
  );
});

test.each(['left', 'right', 'full', 'inner'] as const)(
  'of a %s join, sides whose rows all come out, or none alone',
  (how) => {
    const outer = orders.join(table('customers', { customer: 'int64', city: 'string', shop: 'int64' }), {
      on: 'customer',
      how,
    });
    const goes = (key: 'id' | 'shop' | 'customer') => !stays(outer.join(wanted, { leftOn: key, ...semi }));
    expect([goes('id'), goes('shop'), goes('customer')]).toEqual(
      { left: [true, false, true], right: [false, true, true], full: [false, false, false], inner: [true, true, true] }[
        how
      ],
    );
  },
);

test('a key that both sides have in common is that of the side it comes from', () => {
  const customers = table('customers', { customer: 'int64', city: 'string' });
  const sideOf = (how: 'inner' | 'right') => {
    const plan = pushDownSemiJoin.apply(
      bound(orders.join(customers, { on: 'customer', how }).join(wanted, { leftOn: 'customer', ...semi })),
      { fragments: new Map() },
    );
    return plan.kind === 'join' ? [plan.left.kind, plan.right.kind] : [];
  };
  expect(sideOf('inner')).toEqual(['join', 'scan']);
  expect(sideOf('right')).toEqual(['scan', 'join']);
});

test('stays where a key is computed or comes from both sides, with a condition of its own, and above what needs all rows', () => {
  const computed = joined.withColumns({ next: col('customer').add(1) });
  const ranked = joined.withColumns({ place: rank().over({ orderBy: 'price' }) });
  const grouped = joined.groupBy('customer').agg({ total: sum('price') });
  for (const dataset of [
    computed.join(wanted, { leftOn: 'next', ...semi }),
    joined.join(wanted, { leftOn: col('customer').add(1), ...semi }),
    joined.join(table('pairs', { a: 'int64', b: 'int64' }), {
      leftOn: ['product', 'customer'],
      rightOn: ['a', 'b'],
      how: 'semi',
    }),
    joined.join(wanted, { leftOn: 'customer', ...semi, where: col('price').gt(col('key')) }),
    ranked.join(wanted, { leftOn: 'customer', ...semi }),
    grouped.join(wanted, { leftOn: 'customer', ...semi }),
    joined.limit(5).join(wanted, { leftOn: 'customer', ...semi }),
    orders.join(wanted, { leftOn: 'customer', ...semi }),
  ])
    expect(stays(dataset)).toBe(true);
});

test('stays above a join with one row, by which a condition may leave few', () => {
  const average = orders.agg({ average: sum('customer') });
  const most = orders.join(average, { how: 'cross' }).filter(col('customer').gt(col('average')));
  expect(stays(most.join(wanted, { leftOn: 'id', ...semi }))).toBe(true);
});
