import { expect, test } from 'vitest';
import type { JoinRel, RelNode } from '../../../src/plan/relation.ts';
import { aggregate, column, named, scan, splitsOf, stagesOf } from './stage-plans.ts';

const big = scan('big', ['a', 'b']);
const other = scan('other', ['c', 'd']);
const small = scan('small', ['c', 'd']);
const splits = new Map([splitsOf(big, 4, 4000), splitsOf(other, 2, 2000), splitsOf(small, 1, 50)]);

const join = (how: JoinRel['how'], right: RelNode, columns: readonly string[]): JoinRel => ({
  kind: 'join',
  left: big,
  right,
  how,
  on: [{ left: column('a'), right: column('c'), type: { kind: 'int64' } }],
  where: null,
  scope: ['a', 'b', 'c', 'd'].map((name) => ({
    name,
    left: 'ab'.includes(name) ? name : null,
    right: 'cd'.includes(name) ? name : null,
  })),
  columns,
});

test('a filter runs where its rows are read, and the driver gathers them in order', () => {
  const rel: RelNode = {
    kind: 'filter',
    input: big,
    predicate: { kind: 'call', fn: 'isNotNull', args: [column('a')] },
  };
  expect(stagesOf(rel, splits).text).toMatchInlineSnapshot(`
    "stage 0 → single
      filter: isNotNull(a)
        scan parquet file:///big.parquet (1000 B; 2 of 2 columns: a, b)
    stage 1 → result (reads 0 single)
      read exchange 0: a, b"
  `);
});

test('sums, means and counts are computed twice: by each task, and over what those gave', () => {
  const aggregates = [
    { name: 's', expr: aggregate('sum', 'b') },
    { name: 'm', expr: aggregate('avg', 'b') },
    { name: 'n', expr: aggregate('count') },
  ];
  expect(stagesOf({ kind: 'aggregate', input: big, keys: named('a'), aggregates }, splits).text).toMatchInlineSnapshot(`
    "stage 0 → hash
      aggregate: by a: "partial 0.sum" = sum(b), "partial 1.count" = count(b), "partial 2.count" = count()
        scan parquet file:///big.parquet (1000 B; 2 of 2 columns: a, b)
    stage 1 → single (reads 0 hash)
      aggregate: by a: s = sum("partial 0.sum"), m = (sum("partial 0.sum") / coalesce(cast(sum("partial 1.count") as int64), 0)), n = coalesce(cast(sum("partial 2.count") as int64), 0)
        read exchange 0: a, "partial 0.sum", "partial 1.count", "partial 2.count"
    stage 2 → result (reads 1 single)
      read exchange 1: a, s, m, n"
  `);
});

test('a median needs all rows of a group: they are dealt by the key', () => {
  const rel: RelNode = {
    kind: 'aggregate',
    input: big,
    keys: named('a'),
    aggregates: [{ name: 'm', expr: aggregate('median', 'b') }],
  };
  expect(stagesOf(rel, splits).text).toMatchInlineSnapshot(`
    "stage 0 → hash
      scan parquet file:///big.parquet (1000 B; 2 of 2 columns: a, b)
    stage 1 → single (reads 0 hash)
      aggregate: by a: m = median(b)
        read exchange 0: a, b
    stage 2 → result (reads 1 single)
      read exchange 1: a, m"
  `);
});

test('a median of everything is one task, which the plan says', () => {
  const rel: RelNode = {
    kind: 'aggregate',
    input: big,
    keys: [],
    aggregates: [{ name: 'm', expr: aggregate('median', 'b') }],
  };
  expect(stagesOf(rel, splits).warnings).toEqual([
    'An aggregate over all rows that needs them at once (such as median) runs in one task.',
  ]);
});

test('distinct values are counted by key and value first', () => {
  const rel: RelNode = {
    kind: 'aggregate',
    input: big,
    keys: [],
    aggregates: [{ name: 'n', expr: aggregate('countDistinct', 'b') }],
  };
  expect(stagesOf(rel, splits).text).toMatchInlineSnapshot(`
    "stage 0 → hash
      aggregate: by value = b: 
        scan parquet file:///big.parquet (1000 B; 2 of 2 columns: a, b)
    stage 1 → single (reads 0 hash)
      aggregate: "partial 0.count" = count(value)
        aggregate: by value: 
          read exchange 0: value
    stage 2 → result (reads 1 single)
      aggregate: n = coalesce(cast(sum("partial 0.count") as int64), 0)
        read exchange 1: "partial 0.count""
  `);
});

test('a small side is read whole by every task of the other', () => {
  expect(stagesOf(join('inner', small, ['a', 'b', 'd']), splits).text).toMatchInlineSnapshot(`
    "stage 0 → broadcast
      scan parquet file:///small.parquet (1000 B; 2 of 2 columns: c, d)
    stage 1 → single (reads 0 broadcast)
      inner join on a = c
        scan parquet file:///big.parquet (1000 B; 2 of 2 columns: a, b)
        read exchange 0: c, d
    stage 2 → result (reads 1 single)
      read exchange 1: a, b, d"
  `);
});

test('two large sides are dealt by the common type of their keys, without keys that are null', () => {
  expect(stagesOf(join('inner', other, ['a', 'b', 'd']), splits).text).toMatchInlineSnapshot(`
    "stage 0 → hash
      filter: isNotNull(a)
        scan parquet file:///big.parquet (1000 B; 2 of 2 columns: a, b)
    stage 1 → hash
      filter: isNotNull(c)
        scan parquet file:///other.parquet (1000 B; 2 of 2 columns: c, d)
    stage 2 → single (reads 0 hash, 1 hash)
      inner join on a = c
        read exchange 0: a, b
        read exchange 1: c, d
    stage 3 → result (reads 2 single)
      read exchange 2: a, b, d"
  `);
});

test('a full join is dealt whatever the sizes, and keeps rows whose key is null', () => {
  expect(stagesOf(join('full', small, ['a', 'b', 'd']), splits).text).toMatchInlineSnapshot(`
    "stage 0 → hash
      scan parquet file:///big.parquet (1000 B; 2 of 2 columns: a, b)
    stage 1 → hash
      scan parquet file:///small.parquet (1000 B; 2 of 2 columns: c, d)
    stage 2 → single (reads 0 hash, 1 hash)
      full join on a = c
        read exchange 0: a, b
        read exchange 1: c, d
    stage 3 → result (reads 2 single)
      read exchange 2: a, b, d"
  `);
});

test('the first rows of a sort are found by every task among its own', () => {
  const sort: RelNode = {
    kind: 'sort',
    input: big,
    keys: [{ expr: column('b'), descending: true, nullsFirst: false }],
    stable: false,
  };
  expect(stagesOf({ kind: 'limit', input: sort, limit: 10, offset: 5 }, splits).text).toMatchInlineSnapshot(`
    "stage 0 → single
      limit: 15
        sort: b desc
          scan parquet file:///big.parquet (1000 B; 2 of 2 columns: a, b)
    stage 1 → result (reads 0 single)
      limit: 10 from row 5
        sort: b desc
          read exchange 0: a, b"
  `);
});

test('a prefix is taken by every task, and then from the first ones', () => {
  const { stages, text } = stagesOf({ kind: 'limit', input: big, limit: 10, offset: 5 }, splits);
  expect(text).toMatchInlineSnapshot(`
    "stage 0 → single
      limit: 15
        scan parquet file:///big.parquet (1000 B; 2 of 2 columns: a, b)
    stage 1 → result (reads 0 single)
      limit: 10 from row 5
        read exchange 0: a, b"
  `);
  expect(stages.map((stage) => stage.enoughRows)).toEqual([15, null]);
});

test('a large sort is dealt by ranges', () => {
  const huge = scan('huge', ['a', 'b']);
  const rel: RelNode = {
    kind: 'sort',
    input: huge,
    keys: [{ expr: column('b'), descending: false, nullsFirst: false }],
    stable: false,
  };
  expect(stagesOf(rel, new Map([splitsOf(huge, 4, 2 ** 30)])).text).toMatchInlineSnapshot(`
    "stage 0 → keep
      scan parquet file:///huge.parquet (1000 B; 2 of 2 columns: a, b)
    stage 1 → range (reads 0 keep)
      read exchange 0: a, b
    stage 2 → single (reads 1 range)
      sort: b
        read exchange 1: a, b
    stage 3 → result (reads 2 single)
      read exchange 2: a, b"
  `);
});

test('a window whose rows keep the order of their files is one task', () => {
  const window = {
    kind: 'window',
    fn: aggregate('sum', 'b') as never,
    partitionBy: [column('a')],
    orderBy: [],
    frame: null,
  } as const;
  const rel: RelNode = { kind: 'project', input: big, columns: [...named('a'), { name: 'w', expr: window }] };
  expect(stagesOf(rel, splits).warnings).toEqual([
    'A window over rows in the order of their files runs in one task; sort after it, and it runs in many.',
  ]);
});

test('windows run where their partitions are together', () => {
  const window = {
    kind: 'window',
    fn: aggregate('sum', 'b') as never,
    partitionBy: [column('a')],
    orderBy: [],
    frame: null,
  } as const;
  const windowed: RelNode = { kind: 'project', input: big, columns: [...named('a'), { name: 'w', expr: window }] };
  const rel: RelNode = {
    kind: 'sort',
    input: windowed,
    keys: [{ expr: column('w'), descending: false, nullsFirst: false }],
    stable: false,
  };
  expect(stagesOf(rel, splits).text).toMatchInlineSnapshot(`
    "stage 0 → hash
      scan parquet file:///big.parquet (1000 B; 2 of 2 columns: a, b)
    stage 1 → single (reads 0 hash)
      project: a, w = sum(b) over (partition by a)
        read exchange 0: a, b
    stage 2 → result (reads 1 single)
      sort: w
        read exchange 1: a, w"
  `);
});

test('sides of a union run side by side', () => {
  const renamed: RelNode = {
    kind: 'project',
    input: other,
    columns: [
      { name: 'a', expr: column('c') },
      { name: 'b', expr: column('d') },
    ],
  };
  const union: RelNode = { kind: 'union', inputs: [big, renamed] };
  expect(stagesOf({ kind: 'distinct', input: union, on: null }, splits).text).toMatchInlineSnapshot(`
    "stage 0 → hash
      distinct
        union
          scan parquet file:///big.parquet (1000 B; 2 of 2 columns: a, b)
          project: a = c, b = d
            scan parquet file:///other.parquet (1000 B; 2 of 2 columns: c, d)
    stage 1 → single (reads 0 hash)
      distinct
        read exchange 0: a, b
    stage 2 → result (reads 1 single)
      read exchange 1: a, b"
  `);
});
