import { expect, test } from 'vitest';
import { avg, col, count, type Dataset, sum } from '../../../src/index.ts';
import { explainRelation } from '../../../src/plan/explain.ts';
import type { RelNode } from '../../../src/plan/relation.ts';
import { pruneColumns } from '../../../src/planner/rules/prune-columns.ts';
import { beforeAndAfter, bound, table } from '../golden.ts';

const orders = table('orders', { id: 'int64', country: 'string', total: 'float64', note: 'string' });
const countries = table('countries', { country: 'string', name: 'string', area: 'int64' });

const pruned = <Row>(dataset: Dataset<Row>) => beforeAndAfter(pruneColumns, dataset);

test('scans read what is selected, and what conditions and sorts need', () => {
  expect(pruned(orders.filter(col('total').gt(1)).sort('id').select('country'))).toMatchInlineSnapshot(`
    "project: country
      sort: id
        filter: (total > 1)
          scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, note)
    ── prune-columns
    project: country
      sort: id
        filter: (total > 1)
          scan parquet s3://lake/orders.parquet (1.00 KiB; 3 of 4 columns: id, country, total)"
  `);
});

test('computed columns that nobody reads go, with what they read', () => {
  const dataset = orders.withColumns({ long: col('note').str.length(), half: col('total').div(2) }).select('half');
  expect(pruned(dataset)).toMatchInlineSnapshot(`
    "project: half
      project: id, country, total, note, long = str.length(note), half = (total / 2)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, note)
    ── prune-columns
    project: half
      project: half = (total / 2)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 1 of 4 columns: total)"
  `);
});

test('aggregates that nobody reads go; keys stay, since they make the rows', () => {
  const grouped = orders.groupBy('country').agg({ total: sum('total'), notes: count('note') });
  expect(pruned(grouped.select('total'))).toMatchInlineSnapshot(`
    "project: total
      aggregate: by country: total = sum(total), notes = count(note)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, note)
    ── prune-columns
    project: total
      aggregate: by country: total = sum(total)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 4 columns: country, total)"
  `);
  expect(pruned(orders.agg({ a: sum('total'), b: avg('id') }).select('b'))).toMatchInlineSnapshot(`
    "project: b
      aggregate: a = sum(total), b = avg(id)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, note)
    ── prune-columns
    project: b
      aggregate: b = avg(id)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 1 of 4 columns: id)"
  `);
});

test('counting rows reads one column', () => {
  expect(pruned(orders.agg({ n: count() }))).toMatchInlineSnapshot(`
    "aggregate: n = count()
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, note)
    ── prune-columns
    aggregate: n = count()
      scan parquet s3://lake/orders.parquet (1.00 KiB; 1 of 4 columns: id)"
  `);
});

test('joins read their keys, conditions and what comes out', () => {
  const joined = orders.join(countries, { on: 'country', where: col('area').gt(1) }).select('id', 'name');
  expect(pruned(joined)).toMatchInlineSnapshot(`
    "project: id, name
      inner join on country = country where (area > 1)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, note)
        scan parquet s3://lake/countries.parquet (1.00 KiB; 3 of 3 columns: country, name, area)
    ── prune-columns
    project: id, name
      inner join on country = country where (area > 1)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 4 columns: id, country)
        scan parquet s3://lake/countries.parquet (1.00 KiB; 3 of 3 columns: country, name, area)"
  `);
});

test('distinct rows need every column, distinct by columns those', () => {
  expect(pruned(orders.distinct().select('id'))).toMatchInlineSnapshot(`
    "project: id
      distinct
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, note)
    ── the same plan"
  `);
  expect(pruned(orders.distinct('country').select('id'))).toMatchInlineSnapshot(`
    "project: id
      distinct on country
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, note)
    ── prune-columns
    project: id
      distinct on country
        scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 4 columns: id, country)"
  `);
});

test('unions keep the same columns on all sides', () => {
  expect(pruned(orders.union(orders.filter(col('total').gt(1))).select('id'))).toMatchInlineSnapshot(`
    "project: id
      union
        scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, note)
        filter: (total > 1)
          scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, note)
    ── prune-columns
    project: id
      union
        scan parquet s3://lake/orders.parquet (1.00 KiB; 1 of 4 columns: id)
        project: id
          filter: (total > 1)
            scan parquet s3://lake/orders.parquet (1.00 KiB; 2 of 4 columns: id, total)"
  `);
});

test('a plan that reads everything is given back as it is', () => {
  expect(pruned(orders.filter(col('id').gt(1)))).toMatchInlineSnapshot(`
    "filter: (id > 1)
      scan parquet s3://lake/orders.parquet (1.00 KiB; 4 of 4 columns: id, country, total, note)
    ── the same plan"
  `);
});

test('a subplan has the columns that its readers want', () => {
  const reader: RelNode = { kind: 'reuse', subplan: 1, columns: ['id', 'country', 'total', 'note'] };
  const plan: RelNode = {
    kind: 'with',
    subplans: [{ id: 1, plan: bound(orders.filter(col('total').gt(1))) }],
    input: {
      kind: 'join',
      left: { kind: 'project', input: reader, columns: [{ name: 'id', expr: col('id').node }] },
      right: { kind: 'project', input: reader, columns: [{ name: 'note', expr: col('note').node }] },
      how: 'cross',
      on: [],
      where: null,
      scope: [
        { name: 'id', left: 'id', right: null },
        { name: 'note', left: null, right: 'note' },
      ],
      columns: ['id', 'note'],
    },
  };
  expect(explainRelation(pruneColumns.apply(plan, { fragments: new Map() }))).toMatchInlineSnapshot(`
    "cross join
      project: id
        subplan 1: id
      project: note
        subplan 1: note
    subplan 1, computed once and read 2 times:
      filter: (total > 1)
        scan parquet s3://lake/orders.parquet (1.00 KiB; 3 of 4 columns: id, total, note)"
  `);
});
