import { expect, test } from 'vitest';
import { avg, col, count, max, rank, rowNumber, sql, sum } from '../../src/index.ts';
import { messageOf } from '../support/use-session.ts';
import { explainBound, table } from './golden.ts';

const orders = table('orders', { id: 'int64', country: 'string', total: 'float64', day: 'date' });
const countries = table('countries', { country: 'string', name: 'string', total: 'int64' });

test('select, withColumns, drop and rename become projections', () => {
  const dataset = orders
    .withColumns({ twice: col('total').mul(2), id: col('id').neg() })
    .rename({ day: 'date' })
    .drop('country')
    .select('date', { double: col('twice') });
  expect(explainBound(dataset)).toMatchInlineSnapshot(`
    "project: date, double = twice
      project: id, total, date, twice
        project: id, country, total, date = day, twice
          project: id = neg(id), country, total, day, twice = (total * 2)
            scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"
  `);
});

test('drop of nothing and a union of like inputs need no projection', () => {
  expect(explainBound(orders.drop())).toMatchInlineSnapshot(
    `"scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"`,
  );
  expect(explainBound(orders.union(orders.select('total', 'day', 'country', 'id')))).toMatchInlineSnapshot(`
    "union
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)
      project: id, country, total, day
        project: total, day, country, id
          scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"
  `);
});

test('a filter on a window computes it first, and drops it again', () => {
  const dataset = orders.filter(
    rank()
      .over({ partitionBy: 'country', orderBy: col('total').desc() })
      .lte(3),
  );
  expect(explainBound(dataset)).toMatchInlineSnapshot(`
    "project: id, country, total, day
      filter: ("window 1" <= 3)
        project: id, country, total, day, "window 1" = rank() over (partition by country order by total desc)
          scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"
  `);
});

test('windows whose answer depends on ties are ordered by all columns', () => {
  const windows = orders.select({
    number: rowNumber().over({ partitionBy: 'country', orderBy: 'total' }),
    inOrder: rowNumber().over({}),
    running: sum('total').over({ orderBy: 'day', rows: [null, 0] }),
    ranked: rank().over({ orderBy: 'total' }),
    whole: sum('total').over({ orderBy: 'day' }),
  });
  expect(explainBound(windows)).toMatchInlineSnapshot(`
    "project: number = rowNumber() over (partition by country order by total, id, day), inOrder = rowNumber() over (), running = sum(total) over (order by day, id, country, total rows unbounded to 0), ranked = rank() over (order by total), whole = sum(total) over (order by day)
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"
  `);
});

test('groupBy and agg become one aggregate', () => {
  const dataset = orders.groupBy('country', { year: col('day').dt.year() }).agg({
    revenue: sum('total').div(count()),
    best: max('total').where(col('id').gt(0)),
  });
  expect(explainBound(dataset)).toMatchInlineSnapshot(`
    "aggregate: by country, year = dt.year(day): revenue = (sum(total) / count()), best = max(total) where (id > 0)
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"
  `);
  expect(
    explainBound(orders.pivot({ index: 'country', on: 'id', values: [1, null], agg: avg('total') })),
  ).toMatchInlineSnapshot(`
    "aggregate: by country: "1" = avg(total) where (id = 1), null = avg(total) where isNull(id)
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"
  `);
});

test('distinct, sort, limit, offset, explode and sample', () => {
  const dataset = orders
    .distinct('country')
    .sort(col('total').desc().nullsFirst(), 'id', { stable: true })
    .offset(5)
    .limit(10);
  expect(explainBound(dataset)).toMatchInlineSnapshot(`
    "limit: 10
      limit: all from row 5
        sort: total desc nulls first, id (stable)
          distinct on country
            scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"
  `);
  const lists = table('lists', { id: 'int64', tags: 'list<string>' });
  expect(explainBound(lists.explode('tags', { keepEmpty: false }))).toMatchInlineSnapshot(`
    "explode tags (without empty lists)
      scan parquet s3://lake/lists.parquet (1.00 KiB; 2 of 2 columns: id, tags)"
  `);
  expect(explainBound(lists.filter(col('id').gt(1)).sample(0.25, { seed: 7 }))).toMatchInlineSnapshot(`
    "project: id, tags
      filter: (hash("row identity", 7) < 4611686018427387904)
        filter: (id > 1)
          scan parquet s3://lake/lists.parquet (1.00 KiB; 2 of 2 columns: id, tags)"
  `);
  expect(explainBound(lists.agg({ n: count() }).sample(0.25))).toMatchInlineSnapshot(`
    "filter: (hash(n, 0) < 4611686018427387904)
      aggregate: n = count()
        scan parquet s3://lake/lists.parquet (1.00 KiB; 2 of 2 columns: id, tags)"
  `);
});

test('joins name clashing columns apart', () => {
  expect(explainBound(orders.join(countries, { on: 'country' }))).toMatchInlineSnapshot(`
    "inner join on country = country
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)
      scan parquet s3://lake/countries.parquet (1.00 KiB; 3 of 3 columns: country, name, total)"
  `);
  expect(
    explainBound(
      orders.join(countries, {
        leftOn: [col('country').str.lower()],
        rightOn: 'country',
        how: 'left',
        where: col('total').gt(col('total_right')),
      }),
    ),
  ).toMatchInlineSnapshot(`
    "left join on str.lower(country) = country where (total > total_right)
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)
      scan parquet s3://lake/countries.parquet (1.00 KiB; 3 of 3 columns: country, name, total)"
  `);
  expect(explainBound(orders.join(countries, { how: 'cross', suffix: '2' }))).toMatchInlineSnapshot(`
    "cross join
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)
      scan parquet s3://lake/countries.parquet (1.00 KiB; 3 of 3 columns: country, name, total)"
  `);
});

test('unpivot explodes a list of pairs', () => {
  expect(explainBound(orders.unpivot(['id', 'total'], { nameTo: 'field' }))).toMatchInlineSnapshot(`
    "project: country, day, field = struct.field(pairs, 'name'), value = struct.field(pairs, 'value')
      explode pairs
        project: country, day, pairs = list.of(struct.of('name', 'id', 'value', id), struct.of('name', 'total', 'value', total))
          scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"
  `);
});

test('fillNull and dropNulls', () => {
  expect(
    explainBound(orders.fillNull(0), { id: 'int64', country: 'string', total: 'float64', day: 'date' }),
  ).toMatchInlineSnapshot(`
    "project: id = coalesce(id, cast(0 as int64)), country, total = coalesce(total, cast(0 as float64)), day
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"
  `);
  expect(explainBound(orders.fillNull('?', 'country'), { id: 'int64', country: 'string' })).toMatchInlineSnapshot(`
    "project: id, country = coalesce(country, cast('?' as string))
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"
  `);
  expect(explainBound(orders.dropNulls('id'))).toMatchInlineSnapshot(`
    "filter: isNotNull(id)
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"
  `);
  expect(explainBound(orders.dropNulls())).toMatchInlineSnapshot(`
    "filter: (isNotNull(id) and isNotNull(country) and isNotNull(total) and isNotNull(day))
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"
  `);
});

test('set operations line their columns up', () => {
  const names = countries.select('name', 'country');
  expect(explainBound(orders.select('country', { name: col('country') }).except(names))).toMatchInlineSnapshot(`
    "except
      project: country, name = country
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)
      project: country, name
        project: name, country
          scan parquet s3://lake/countries.parquet (1.00 KiB; 3 of 3 columns: country, name, total)"
  `);
});

test('describe aggregates every column once and explodes a list of rows', () => {
  expect(
    explainBound(orders.select('id', 'country').describe(), { id: 'int64', country: 'string' }),
  ).toMatchInlineSnapshot(`
    "project: column = struct.field(row, 'column'), type = struct.field(row, 'type'), count = struct.field(row, 'count'), nulls = struct.field(row, 'nulls'), mean = struct.field(row, 'mean'), stddev = struct.field(row, 'stddev'), min = struct.field(row, 'min'), q25 = struct.field(row, 'q25'), median = struct.field(row, 'median'), q75 = struct.field(row, 'q75'), max = struct.field(row, 'max')
      explode row
        project: row = list.of(struct.of('column', 'id', 'type', 'int64', 'count', cast("0.count" as int64), 'nulls', cast("0.nulls" as int64), 'mean', cast("0.mean" as float64), 'stddev', cast("0.stddev" as float64), 'min', cast("0.min" as string), 'q25', cast("0.q25" as float64), 'median', cast("0.median" as float64), 'q75', cast("0.q75" as float64), 'max', cast("0.max" as string)), struct.of('column', 'country', 'type', 'string', 'count', cast("1.count" as int64), 'nulls', cast("1.nulls" as int64), 'mean', cast(null as float64), 'stddev', cast(null as float64), 'min', cast("1.min" as string), 'q25', cast(null as float64), 'median', cast(null as float64), 'q75', cast(null as float64), 'max', cast("1.max" as string)))
          aggregate: "0.count" = count(id), "0.nulls" = (count() - count(id)), "0.mean" = avg(cast(id as float64)), "0.stddev" = stddev(cast(id as float64)), "0.min" = min(id), "0.q25" = quantile(cast(id as float64), 0.25), "0.median" = quantile(cast(id as float64), 0.5), "0.q75" = quantile(cast(id as float64), 0.75), "0.max" = max(id), "1.count" = count(country), "1.nulls" = (count() - count(country)), "1.min" = min(country), "1.max" = max(country)
            project: id, country
              scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, day)"
  `);
});

test('names inside of sql() and list functions are looked up', () => {
  const lists = table('lists', { id: 'int64', tags: 'list<string>' });
  expect(
    explainBound(lists.select({ x: sql('id + 1'), y: col('tags').list.map((tag) => tag.str.length().add(col('id'))) })),
  ).toMatchInlineSnapshot(`
    "project: x = sql(id + 1), y = list.map(tags, item => (str.length(item) + id))
      scan parquet s3://lake/lists.parquet (1.00 KiB; 2 of 2 columns: id, tags)"
  `);
  expect(messageOf(() => explainBound(lists.select({ x: sql('ident + 1') })))).toBe(
    'Unknown column "ident" in select(). Available: id, tags',
  );
  expect(messageOf(() => explainBound(lists.select({ x: col('tags').list.map((tag) => tag.eq(col('name'))) })))).toBe(
    'Unknown column "name" in select(). Available: id, tags',
  );
});
