import { expect, test } from 'vitest';
import { col, count, type Dataset, rank, sql, sum } from '../../../src/index.ts';
import { explainExpr } from '../../../src/plan/explain.ts';
import { pushDownFilter } from '../../../src/planner/rules/push-down-filter.ts';
import { beforeAndAfter, bound, scansOf, table } from '../golden.ts';

const orders = table('orders', { id: 'int64', country: 'string', total: 'float64', tags: 'list<string>' });
const countries = table('countries', { country: 'string', name: 'string' });

const pushed = <Row>(dataset: Dataset<Row>) => beforeAndAfter(pushDownFilter, dataset);

test('through projections, under the names that columns have below', () => {
  const dataset = orders.rename({ total: 'amount' }).withColumns({ half: col('amount').div(2) });
  expect(pushed(dataset.filter(col('amount').gt(10).and(col('half').lt(3))))).toMatchInlineSnapshot(`
    "filter: ((amount > 10) and (half < 3))
      project: id, country, amount, tags, half = (amount / 2)
        project: id, country, amount = total, tags
          scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── push-down-filter
    filter: (half < 3)
      project: id, country, amount, tags, half = (amount / 2)
        project: id, country, amount = total, tags
          filter: (total > 10)
            scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)"
  `);
});

test('a computed column is not computed twice: its condition stays above', () => {
  expect(pushed(orders.select({ x: col('total').div(col('id')) }).filter(col('x').gt(1)))).toMatchInlineSnapshot(`
    "filter: (x > 1)
      project: x = (total / id)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── the same plan"
  `);
});

test('several filters become one', () => {
  expect(pushed(orders.filter(col('id').gt(1)).filter(col('country').eq('x')))).toMatchInlineSnapshot(`
    "filter: (country = 'x')
      filter: (id > 1)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── push-down-filter
    filter: ((id > 1) and (country = 'x'))
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)"
  `);
});

test('through sort and union, never through limit', () => {
  expect(pushed(orders.sort('total').filter(col('id').gt(1)))).toMatchInlineSnapshot(`
    "filter: (id > 1)
      sort: total
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── push-down-filter
    sort: total
      filter: (id > 1)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)"
  `);
  expect(pushed(orders.union(orders).filter(col('id').gt(1)))).toMatchInlineSnapshot(`
    "filter: (id > 1)
      union
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── push-down-filter
    union
      filter: (id > 1)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
      filter: (id > 1)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)"
  `);
  expect(pushed(orders.limit(5).filter(col('id').gt(1)))).toMatchInlineSnapshot(`
    "filter: (id > 1)
      limit: 5
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── the same plan"
  `);
});

test('through distinct, when it reads only what is distinct', () => {
  expect(pushed(orders.distinct().filter(col('id').gt(1)))).toMatchInlineSnapshot(`
    "filter: (id > 1)
      distinct
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── push-down-filter
    distinct
      filter: (id > 1)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)"
  `);
  expect(pushed(orders.distinct('country').filter(col('country').eq('x').and(col('id').gt(1))))).toMatchInlineSnapshot(`
    "filter: ((country = 'x') and (id > 1))
      distinct on country
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── push-down-filter
    filter: (id > 1)
      distinct on country
        filter: (country = 'x')
          scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)"
  `);
});

test('through an aggregate, when it reads keys that are columns', () => {
  const grouped = orders.groupBy('country', { big: col('total').gt(9) }).agg({ n: count() });
  expect(pushed(grouped.filter(col('country').eq('x').and(col('n').gt(1), col('big'))))).toMatchInlineSnapshot(`
    "filter: ((country = 'x') and (n > 1) and big)
      aggregate: by country, big = (total > 9): n = count()
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── push-down-filter
    filter: ((n > 1) and big)
      aggregate: by country, big = (total > 9): n = count()
        filter: (country = 'x')
          scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)"
  `);
  expect(pushed(orders.agg({ n: count() }).filter(col('n').gt(1)))).toMatchInlineSnapshot(`
    "filter: (n > 1)
      aggregate: n = count()
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── the same plan"
  `);
});

test('through explode, when it does not read the items', () => {
  expect(pushed(orders.explode('tags').filter(col('id').gt(1).and(col('tags').eq('x'))))).toMatchInlineSnapshot(`
    "filter: ((id > 1) and (tags = 'x'))
      explode tags
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── push-down-filter
    filter: (tags = 'x')
      explode tags
        filter: (id > 1)
          scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)"
  `);
});

test('never through a window', () => {
  const ranked = orders.withColumns({ place: rank().over({ orderBy: 'total' }) });
  expect(pushed(ranked.filter(col('id').gt(1)))).toMatchInlineSnapshot(`
    "filter: (id > 1)
      project: id, country, total, tags, place = rank() over (order by total)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── the same plan"
  `);
});

test('into the sides of an inner join', () => {
  const joined = orders.join(countries, { on: 'country' });
  const condition = col('id')
    .gt(1)
    .and(col('name').eq('Chad'), col('country').ne('x'), col('id').gt(col('name').str.length()));
  expect(pushed(joined.filter(condition))).toMatchInlineSnapshot(`
    "filter: ((id > 1) and (name = 'Chad') and (country != 'x') and (id > str.length(name)))
      inner join on country = country
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
        scan parquet s3://lake/countries.parquet (1.00 KiB; 2 of 2 columns: country, name)
    ── push-down-filter
    filter: (id > str.length(name))
      inner join on country = country
        filter: ((id > 1) and (country != 'x'))
          scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
        filter: (name = 'Chad')
          scan parquet s3://lake/countries.parquet (1.00 KiB; 2 of 2 columns: country, name)"
  `);
});

test('into the preserved side of an outer join only', () => {
  const condition = col('id').gt(1).and(col('name').eq('Chad'));
  expect(pushed(orders.join(countries, { on: 'country', how: 'left' }).filter(condition))).toMatchInlineSnapshot(`
    "filter: ((id > 1) and (name = 'Chad'))
      left join on country = country
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
        scan parquet s3://lake/countries.parquet (1.00 KiB; 2 of 2 columns: country, name)
    ── push-down-filter
    filter: (name = 'Chad')
      left join on country = country
        filter: (id > 1)
          scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
        scan parquet s3://lake/countries.parquet (1.00 KiB; 2 of 2 columns: country, name)"
  `);
  expect(pushed(orders.join(countries, { on: 'country', how: 'right' }).filter(condition))).toMatchInlineSnapshot(`
    "filter: ((id > 1) and (name = 'Chad'))
      right join on country = country
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
        scan parquet s3://lake/countries.parquet (1.00 KiB; 2 of 2 columns: country, name)
    ── push-down-filter
    filter: (id > 1)
      right join on country = country
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
        filter: (name = 'Chad')
          scan parquet s3://lake/countries.parquet (1.00 KiB; 2 of 2 columns: country, name)"
  `);
  expect(pushed(orders.join(countries, { on: 'country', how: 'full' }).filter(condition))).toMatchInlineSnapshot(`
    "filter: ((id > 1) and (name = 'Chad'))
      full join on country = country
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
        scan parquet s3://lake/countries.parquet (1.00 KiB; 2 of 2 columns: country, name)
    ── the same plan"
  `);
});

test('into the left side of semi and anti joins', () => {
  expect(pushed(orders.join(countries, { on: 'country', how: 'anti' }).filter(col('id').gt(1)))).toMatchInlineSnapshot(`
    "filter: (id > 1)
      anti join on country = country
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
        scan parquet s3://lake/countries.parquet (1.00 KiB; 2 of 2 columns: country, name)
    ── push-down-filter
    anti join on country = country
      filter: (id > 1)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
      scan parquet s3://lake/countries.parquet (1.00 KiB; 2 of 2 columns: country, name)"
  `);
});

test('a fragment of SQL moves only under the names that it was written with', () => {
  expect(pushed(orders.sort('id').filter(sql('id > 1')))).toMatchInlineSnapshot(`
    "filter: sql(id > 1)
      sort: id
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── push-down-filter
    sort: id
      filter: sql(id > 1)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)"
  `);
  expect(pushed(orders.rename({ id: 'key' }).filter(sql('key > 1')))).toMatchInlineSnapshot(`
    "filter: sql(key > 1)
      project: key = id, country, total, tags
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── the same plan"
  `);
});

test('scans learn which conditions hold for every row that is wanted', () => {
  const plan = pushDownFilter.apply(bound(orders.filter(col('id').gt(1).and(col('country').eq('x')))), {
    fragments: new Map(),
  });
  const [scan] = scansOf(plan);
  expect(scan?.kind === 'scan' && scan.prune.map(explainExpr)).toEqual(['(id > 1)', "(country = 'x')"]);
});

test('a plan without a filter is given back as it is', () => {
  expect(pushed(orders.groupBy('country').agg({ total: sum('total') }))).toMatchInlineSnapshot(`
    "aggregate: by country: total = sum(total)
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, tags)
    ── the same plan"
  `);
});
