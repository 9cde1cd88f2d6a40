import { expect, test } from 'vitest';
import { avg, col, count, type Dataset, max, sum } from '../../../src/index.ts';
import { explainRelation } from '../../../src/plan/explain.ts';
import type { RelNode } from '../../../src/plan/relation.ts';
import { optimizeForOneTask } from '../../../src/planner/optimize.ts';
import { shareSubplans } from '../../../src/planner/rules/share-subplans.ts';
import { bound, table } from '../golden.ts';

const orders = table('orders', { id: 'int64', country: 'string', total: 'float64', note: 'string' });
const countries = table('countries', { country: 'string', name: 'string', area: 'int64' });
const people = table('people', { id: 'int64', home: 'string' });

const context = { fragments: new Map() };
const explained = <Row>(dataset: Dataset<Row>) => explainRelation(optimizeForOneTask(bound(dataset), context));
const isShared = <Row>(dataset: Dataset<Row>) => {
  const plan: RelNode = bound(dataset);
  return shareSubplans.apply(plan, context) !== plan;
};

const sold = orders.join(countries, { on: 'country' });
const grand = <Row>(dataset: Dataset<Row>) => dataset.agg({ rows: count() });

test('a join that is used for groups and for a total is computed once, with the columns of both', () => {
  const byName = sold.groupBy('name').agg({ total: sum('total') });
  const all = sold.agg({ area: max('area') });
  expect(explained(byName.join(all, { how: 'cross' }))).toMatchInlineSnapshot(`
    "cross join
      aggregate: by name: total = sum(total)
        subplan 1: total, name
      aggregate: area = max(area)
        subplan 1: area
    subplan 1, computed once and read 2 times:
      inner join on country = country
        scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 4 columns: country, total)
        scan parquet s3://lake/countries.parquet (1.00 KiB; 3 of 3 columns: country, name, area)"
  `);
});

test('conditions that all readers have go into the subplan, further ones stay with their readers', () => {
  const large = sold.filter(col('total').gt(10));
  const few = large.filter(col('area').lt(5)).agg({ few: count() });
  expect(explained(large.agg({ all: count() }).join(few, { how: 'cross' }))).toMatchInlineSnapshot(`
    "cross join
      aggregate: all = count()
        subplan 1: id
      aggregate: few = count()
        filter: (area < 5)
          subplan 1: area
    subplan 1, computed once and read 2 times:
      inner join on country = country
        filter: (total > 10)
          scan parquet s3://lake/orders.parquet (1.00 KiB; 3 of 4 columns: id, country, total)
        scan parquet s3://lake/countries.parquet (1.00 KiB; 2 of 3 columns: country, area)"
  `);
});

test('conditions that reach a subplan from above are taken into it as far as all readers have them', () => {
  const large = sold.withColumns({ half: col('total').div(2) }).filter(col('total').gt(10));
  const few = sold.filter(col('total').gt(10)).filter(col('area').lt(5));
  const both = large.agg({ half: max('half') }).join(few.agg({ few: count() }), { how: 'cross' });
  expect(explained(both)).toMatchInlineSnapshot(`
    "cross join
      aggregate: half = max(half)
        project: half = (total / 2)
          subplan 1: total
      aggregate: few = count()
        filter: (area < 5)
          subplan 1: area
    subplan 1, computed once and read 2 times:
      inner join on country = country
        filter: (total > 10)
          scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 4 columns: country, total)
        scan parquet s3://lake/countries.parquet (1.00 KiB; 2 of 3 columns: country, area)"
  `);
});

test('readers whose conditions have no widest stay apart', () => {
  const large = sold.filter(col('total').gt(10)).agg({ large: count() });
  const wide = sold.filter(col('area').gt(10)).agg({ wide: count() });
  expect(isShared(large.join(wide, { how: 'cross' }))).toBe(false);
});

test('of nested subplans the largest is shared, and a smaller one only if it has another reader', () => {
  const best = sold.groupBy('name').agg({ total: sum('total') });
  const twice = best.join(best.agg({ best: max('total') }), { how: 'cross' });
  expect(explained(twice)).toMatchInlineSnapshot(`
    "cross join
      subplan 1: name, total
      aggregate: best = max(total)
        subplan 1: total
    subplan 1, computed once and read 2 times:
      aggregate: by name: total = sum(total)
        inner join on country = country
          scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 4 columns: country, total)
          scan parquet s3://lake/countries.parquet (1.00 KiB; 2 of 3 columns: country, name)"
  `);
  expect(explained(twice.join(sold.agg({ area: max('area') }), { how: 'cross' }))).toMatchInlineSnapshot(`
    "cross join
      cross join
        subplan 2: name, total
        aggregate: best = max(total)
          subplan 2: total
      aggregate: area = max(area)
        subplan 1: area
    subplan 1, computed once and read 2 times:
      inner join on country = country
        scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 4 columns: country, total)
        scan parquet s3://lake/countries.parquet (1.00 KiB; 3 of 3 columns: country, name, area)
    subplan 2, computed once and read 2 times:
      aggregate: by name: total = sum(total)
        subplan 1: total, name"
  `);
});

test('plans are compared by what they say, not by which object says it', () => {
  const again = orders.join(countries, { on: 'country' });
  expect(isShared(grand(sold).join(grand(again), { how: 'cross' }))).toBe(true);
  const other = orders.join(countries, { on: 'country', how: 'left' });
  expect(isShared(grand(sold).join(grand(other), { how: 'cross' }))).toBe(false);
});

test('scans of Parquet and their comparisons are not kept, conditions on computed text are', () => {
  const twice = (dataset: typeof orders) => grand(dataset).join(dataset.agg({ last: max('id') }), { how: 'cross' });
  expect(isShared(twice(orders))).toBe(false);
  expect(isShared(twice(orders.filter(col('total').gt(1))))).toBe(false);
  expect(isShared(twice(orders.filter(col('note').str.contains('late'))))).toBe(true);
});

test('rows whose order is looked at are not shared', () => {
  const late = orders.filter(col('note').str.contains('late'));
  expect(isShared(late.union(late))).toBe(false);
  expect(isShared(late.limit(3).join(late.limit(2), { how: 'cross' }))).toBe(false);
  expect(isShared(grand(late.limit(3)).join(late.limit(3), { how: 'cross' }))).toBe(true);
  const sorted = late.sort('id', { stable: true });
  expect(isShared(sorted.union(sorted))).toBe(false);
  expect(isShared(sold.union(sold))).toBe(true);
});

test('a join is not shared when other joins may leave out rows of it wherever it is read', () => {
  const owners = sold.join(people, { on: 'id' }).agg({ owners: count() });
  const movers = sold.join(people, { leftOn: 'country', rightOn: 'home', how: 'semi' }).agg({ movers: count() });
  expect(isShared(owners.join(movers, { how: 'cross' }))).toBe(false);
  expect(isShared(owners.join(grand(sold), { how: 'cross' }))).toBe(true);
  // What it is joined with comes of the same rows.
  const average = sold.groupBy('country').agg({ average: avg('total') });
  expect(isShared(sold.join(average, { on: 'country' }).agg({ rows: count() }))).toBe(true);
});

test('an aggregate is shared whatever its readers are joined with', () => {
  const totals = orders.groupBy('id').agg({ total: sum('total') });
  const rich = totals.filter(col('total').gt(9)).join(people, { on: 'id' });
  expect(isShared(rich.agg({ rich: count() }).join(grand(totals.join(people, { on: 'id' })), { how: 'cross' }))).toBe(
    true,
  );
});
