import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { renderQuery } from '../../../src/engine/sql/relation.ts';
import type { Expr } from '../../../src/plan/expr.ts';
import type { RelNode } from '../../../src/plan/relation.ts';
import {
  agg,
  asc,
  call,
  col,
  desc,
  lit,
  localPath,
  named,
  rows,
  run,
  scan,
  schema,
  sql,
  useConnection,
  values,
} from './plan-builders.ts';

const connection = useConnection();
const folder = mkdtempSync(join(tmpdir(), 'relation-'));
const file = (name: string) => join(folder, name);
afterAll(() => rmSync(folder, { recursive: true }));

const orders = scan(
  { kind: 'parquet' },
  ['/data/orders.parquet'],
  schema({ id: 'int64', country: 'string', total: 'decimal(15, 2)' }),
);
const text = (rel: RelNode) => renderQuery(rel, { localPath });
const over = (fn: Expr & { kind: 'aggregate' }, partitionBy: Expr[]): Expr => ({
  kind: 'window',
  fn,
  partitionBy,
  orderBy: [],
  frame: null,
});
const source = `FROM read_parquet(['/data/orders.parquet'], hive_partitioning = FALSE)`;

const large: RelNode = { kind: 'filter', input: orders, predicate: call('gt', col('total'), 100) };
const byCountry: RelNode = {
  kind: 'aggregate',
  input: large,
  keys: named({ country: col('country') }),
  aggregates: named({ revenue: agg('sum', [col('total')]) }),
};

test('filter, groupBy, sort and limit are one SELECT, so that the engine keeps the top only', () => {
  const sorted: RelNode = { kind: 'sort', input: byCountry, keys: [desc(col('revenue'))], stable: false };
  expect(text({ kind: 'limit', input: sorted, limit: 10, offset: 5 })).toBe(
    [
      'SELECT "country", sum("total") AS "revenue"',
      source,
      'WHERE ("total" > 100)',
      'GROUP BY 1',
      'ORDER BY "revenue" DESC NULLS LAST',
      'LIMIT 10 OFFSET 5',
    ].join('\n'),
  );
});

test('only the columns of the scan are read', () => {
  expect(text({ ...orders, columns: ['total'] })).toBe(`SELECT "total"\n${source}`);
  expect(
    text({
      kind: 'aggregate',
      input: { ...orders, columns: [] },
      keys: [],
      aggregates: named({ n: agg('count', []) }),
    }),
  ).toBe(`SELECT count(*) AS "n"\n${source}`);
});

test('choices and new names stay in the SELECT, computed columns do not let a filter in', () => {
  const renamed: RelNode = { kind: 'project', input: large, columns: named({ land: col('country') }) };
  expect(text({ kind: 'filter', input: renamed, predicate: call('eq', col('land'), 'FR') })).toBe(
    `SELECT "country" AS "land"\n${source}\nWHERE ("total" > 100)\n  AND ("country" = 'FR'::VARCHAR)`,
  );
  const computed: RelNode = { kind: 'project', input: orders, columns: named({ x: call('mul', col('total'), 2) }) };
  expect(text({ kind: 'filter', input: computed, predicate: call('gt', col('x'), 1) })).toBe(
    `SELECT *\nFROM (\n  SELECT ("total" * 2) AS "x"\n  ${source}\n)\nWHERE ("x" > 1)`,
  );
});

test('a sort key that is renamed over another column sorts by the new one', async () => {
  const table = values({ a: 'int64', b: 'int64' }, [
    ['1', '30'],
    ['2', '20'],
    ['3', '10'],
  ]);
  const swapped: RelNode = { kind: 'project', input: table, columns: named({ a: col('b'), b: col('a') }) };
  const sorted = (expr: Expr): RelNode => ({ kind: 'sort', input: swapped, keys: [asc(expr)], stable: false });
  expect(await run(connection(), sorted(col('a')))).toEqual([
    [10, 3],
    [20, 2],
    [30, 1],
  ]);
  expect(await run(connection(), sorted(call('neg', col('a'))))).toEqual([
    [30, 1],
    [20, 2],
    [10, 3],
  ]);
  const computed: RelNode = { kind: 'project', input: table, columns: named({ a: call('neg', col('a')) }) };
  expect(await run(connection(), { kind: 'sort', input: computed, keys: [asc(col('a'))], stable: false })).toEqual([
    [-3],
    [-2],
    [-1],
  ]);
  expect(
    await run(connection(), { kind: 'sort', input: computed, keys: [asc(call('neg', col('a')))], stable: false }),
  ).toEqual([[-1], [-2], [-3]]);
});

test('a column name that is an input column too: groups go by the key', async () => {
  const table = values({ a: 'int64', b: 'int64' }, [
    ['1', '1'],
    ['2', '1'],
  ]);
  const grouped: RelNode = {
    kind: 'aggregate',
    input: table,
    keys: named({ a: col('b') }),
    aggregates: named({ b: agg('sum', [col('a')]) }),
  };
  expect(await run(connection(), { kind: 'sort', input: grouped, keys: [asc(col('b'))], stable: false })).toEqual([
    [1, 3],
  ]);
});

test('sort: nulls last both ways, NaN above all, text by code point', async () => {
  const numbers = values({ x: 'float64' }, [[1], [null], ['NaN'], ['Infinity'], [-1]]);
  const sorted = (input: RelNode, key: ReturnType<typeof asc>): RelNode => ({
    kind: 'sort',
    input,
    keys: [key],
    stable: false,
  });
  const asText = async (rel: RelNode) => (await rows(connection(), `SELECT x::VARCHAR FROM (${text(rel)})`)).flat();
  expect(await asText(sorted(numbers, asc(col('x'))))).toEqual(['-1.0', '1.0', 'inf', 'nan', null]);
  expect(await asText(sorted(numbers, desc(col('x'))))).toEqual(['nan', 'inf', '1.0', '-1.0', null]);
  expect(await asText(sorted(numbers, desc(col('x'), true)))).toEqual([null, 'nan', 'inf', '1.0', '-1.0']);
  const texts = values({ x: 'string' }, [['a'], ['B'], ['\u{10400}'], ['\uFF21'], ['']]);
  expect(await asText(sorted(texts, asc(col('x'))))).toEqual(['', 'B', 'a', '\uFF21', '\u{10400}']);
});

test('a stable sort keeps the order of ties, however many threads', async () => {
  await connection().run(
    `COPY (SELECT range AS i, range % 3 AS k FROM range(300000)) TO '${file('ties.parquet')}' (ROW_GROUP_SIZE 20000)`,
  );
  const ties = scan({ kind: 'parquet' }, [file('ties.parquet')], schema({ i: 'int64', k: 'int64' }));
  const sorted = text({ kind: 'sort', input: ties, keys: [asc(col('k'))], stable: true });
  await connection().run(`CREATE OR REPLACE TEMP TABLE ties AS ${sorted}`);
  const [row] = await rows(
    connection(),
    'SELECT count(*), count(*) FILTER (WHERE d < 0) FROM (SELECT i - lag(i) OVER (PARTITION BY k ORDER BY rowid) AS d FROM ties)',
  );
  expect(row).toEqual([300_000, 0]);
});

test('windows keep the order of the rows where somebody looks at it', async () => {
  const table = values({ i: 'int64', k: 'string' }, [
    ['1', 'b'],
    ['2', 'a'],
    ['3', 'b'],
    ['4', 'a'],
  ]);
  const windowed: RelNode = {
    kind: 'project',
    input: table,
    columns: named({ position: col('i'), s: over(agg('sum', [col('i')]), [col('k')]) }),
  };
  expect(await run(connection(), windowed)).toEqual([
    [1, 4],
    [2, 6],
    [3, 4],
    [4, 6],
  ]);
  expect(await run(connection(), { kind: 'limit', input: windowed, limit: 1, offset: 1 })).toEqual([[2, 6]]);
  const counted: RelNode = {
    kind: 'aggregate',
    input: windowed,
    keys: [],
    aggregates: named({ s: agg('sum', [col('s')]) }),
  };
  expect(text(windowed)).toContain('row_number() OVER ()');
  expect(text(counted)).not.toContain('row_number() OVER ()');
});

test('a limit over a limit, a distinct over a limit, a sort over a limit: each does its own', async () => {
  const table = values({ a: 'int64' }, [['3'], ['3'], ['1'], ['2']]);
  const limit = (input: RelNode, count: number | null, offset = 0): RelNode => ({
    kind: 'limit',
    input,
    limit: count,
    offset,
  });
  const distinct: RelNode = { kind: 'distinct', input: limit(table, 2), on: null };
  expect(await run(connection(), limit(limit(table, 3), 5, 2))).toEqual([[1]]);
  expect(await run(connection(), limit(table, null, 3))).toEqual([[2]]);
  expect(await run(connection(), distinct)).toEqual([[3]]);
  expect(
    await run(connection(), { kind: 'sort', input: limit(table, 3), keys: [asc(col('a'))], stable: false }),
  ).toEqual([[1], [3], [3]]);
  const top = limit({ kind: 'sort', input: table, keys: [asc(col('a'))], stable: false }, 2);
  expect(
    await run(connection(), { kind: 'project', input: top, columns: named({ b: call('neg', col('a')) }) }),
  ).toEqual([[-1], [-2]]);
});

test('distinct: nulls are equal, −0 is 0, NaN is NaN; on some columns the first row of each', async () => {
  const table = values({ a: 'float64', b: 'string' }, [
    ['-0', null],
    [0, null],
    ['NaN', 'x'],
    ['NaN', 'x'],
    [null, null],
    [null, null],
  ]);
  expect(
    await run(connection(), {
      kind: 'aggregate',
      input: { kind: 'distinct', input: table, on: null },
      keys: [],
      aggregates: named({ n: agg('count', []) }),
    }),
  ).toEqual([[3]]);
  const firsts: RelNode = {
    kind: 'distinct',
    input: values({ k: 'int64', v: 'int64' }, [
      ['1', '5'],
      ['2', '6'],
      ['1', '7'],
    ]),
    on: ['k'],
  };
  expect(await run(connection(), { kind: 'sort', input: firsts, keys: [asc(col('k'))], stable: false })).toEqual([
    [1, 5],
    [2, 6],
  ]);
});

test('union keeps the order of its inputs, except and intersect take nulls as equal', async () => {
  const left = values({ a: 'int64' }, [['2'], [null], ['1'], ['1']]);
  const right = values({ a: 'int32' }, [['1'], [null]]);
  expect(await run(connection(), { kind: 'union', inputs: [left, right] })).toEqual([
    [2],
    [null],
    [1],
    [1],
    [1],
    [null],
  ]);
  expect(await run(connection(), { kind: 'set-operation', op: 'except', left, right })).toEqual([[2]]);
  const both: RelNode = { kind: 'set-operation', op: 'intersect', left, right };
  expect(await run(connection(), { kind: 'sort', input: both, keys: [asc(col('a'))], stable: false })).toEqual([
    [1],
    [null],
  ]);
});

test('aggregates: exact sums, nulls, ties', async () => {
  const table = values({ k: 'int64', x: 'int64', d: 'decimal(4, 2)', s: 'string' }, [
    ['1', '9223372036854775807', '0.01', 'b'],
    ['1', '9223372036854775807', '0.02', 'a'],
    ['2', null, null, null],
  ]);
  const aggregates = named({
    sum: agg('sum', [col('x')]),
    avg: agg('avg', [col('d')]),
    median: agg('median', [col('d')]),
    quantile: agg('quantile', [col('d'), 0.25]),
    count: agg('count', [col('x')]),
    all: agg('count', []),
    list: agg('collectList', [col('s')], { orderBy: [asc(col('s'))] }),
    first: agg('first', [col('s')], { orderBy: [desc(col('k'))] }),
    last: agg('last', [col('s')], { orderBy: [desc(col('k'))] }),
    argMin: agg('argMin', [col('s'), col('x')]),
    argMax: agg('argMax', [col('s'), col('x')]),
    some: agg('some', [call('gt', col('x'), 0)]),
  });
  expect(await run(connection(), { kind: 'aggregate', input: table, keys: [], aggregates })).toEqual([
    ['18446744073709551614', 0.015, 0.015, 0.0125, 2, 3, ['a', 'b'], null, 'b', 'a', 'b', true],
  ]);
});

test('columns that differ in case only stay apart, in every node', async () => {
  const table = values({ a: 'int64', A: 'int64' }, [
    ['1', '20'],
    ['2', '10'],
  ]);
  const swapped: RelNode = { kind: 'project', input: table, columns: named({ A: col('a'), a: col('A') }) };
  const sorted: RelNode = { kind: 'sort', input: swapped, keys: [asc(col('a'))], stable: false };
  expect(await run(connection(), sorted)).toEqual([
    [2, 10],
    [1, 20],
  ]);
  const filtered: RelNode = {
    kind: 'filter',
    input: { kind: 'limit', input: sorted, limit: 5, offset: 0 },
    predicate: call('gt', col('A'), 1),
  };
  expect(await run(connection(), filtered)).toEqual([[2, 10]]);
  const reader = await connection().runAndReadAll(text({ kind: 'distinct', input: swapped, on: null }));
  expect(reader.columnNames()).toEqual(['A', 'a']);
});

test('plans without columns still count rows', async () => {
  const table = values({ a: 'int64' }, [['1'], ['2']]);
  const none: RelNode = { kind: 'project', input: table, columns: [] };
  const count = (input: RelNode): RelNode => ({
    kind: 'aggregate',
    input,
    keys: [],
    aggregates: named({ n: agg('count', []) }),
  });
  expect(await run(connection(), count(none))).toEqual([[2]]);
  expect(await run(connection(), count({ kind: 'limit', input: none, limit: 1, offset: 0 }))).toEqual([[1]]);
  expect(await run(connection(), count({ kind: 'union', inputs: [none, none] }))).toEqual([[4]]);
  expect(await run(connection(), count({ kind: 'aggregate', input: table, keys: [], aggregates: [] }))).toEqual([[1]]);
  expect(await run(connection(), count(values({}, [])))).toEqual([[0]]);
});

test('a fragment sees every column under its own name', async () => {
  const table = values({ a: 'int64' }, [['1']]);
  const renamed: RelNode = { kind: 'project', input: table, columns: named({ b: col('a') }) };
  expect(
    await run(connection(), { kind: 'project', input: renamed, columns: named({ c: sql('b + 1 -- one more') }) }),
  ).toEqual([[2]]);
  expect(await run(connection(), { kind: 'filter', input: renamed, predicate: sql('b = 1') })).toEqual([[1]]);
});

test('text with newlines is not indented', async () => {
  const inner: RelNode = {
    kind: 'project',
    input: values({ a: 'int64' }, [['1']]),
    columns: named({ s: lit('x\ny') }),
  };
  expect(await run(connection(), { kind: 'filter', input: inner, predicate: call('eq', col('s'), 'x\ny') })).toEqual([
    ['x\ny'],
  ]);
});

test('explode: a row for each item, in order', async () => {
  const table = values({ a: 'int64', l: 'list<int64>' }, [
    ['1', ['3', null]],
    ['2', []],
    ['3', null],
    ['4', ['5']],
  ]);
  const explode = (keepEmpty: boolean): RelNode => ({ kind: 'explode', input: table, column: 'l', keepEmpty });
  expect(await run(connection(), explode(false))).toEqual([
    [1, 3],
    [1, null],
    [4, 5],
  ]);
  expect(await run(connection(), explode(true))).toEqual([
    [1, 3],
    [1, null],
    [2, null],
    [3, null],
    [4, 5],
  ]);
  const filtered: RelNode = { kind: 'filter', input: explode(false), predicate: call('gt', col('l'), 3) };
  expect(await run(connection(), filtered)).toEqual([[4, 5]]);
  const arrays = values({ l: 'struct<x: int64>[2]' }, [[[['1'], ['2']]]]);
  expect(await run(connection(), { kind: 'explode', input: arrays, column: 'l', keepEmpty: true })).toEqual([
    [{ x: 1 }],
    [{ x: 2 }],
  ]);
});
