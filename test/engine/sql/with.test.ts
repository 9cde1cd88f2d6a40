import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { renderBinding, renderQuery } from '../../../src/engine/sql/relation.ts';
import { InternalError } from '../../../src/errors.ts';
import type { RelNode, ReuseRel } from '../../../src/plan/relation.ts';
import { agg, call, col, localPath, named, run, scan, schema, sql, useConnection, values } from './plan-builders.ts';

const connection = useConnection();
const folder = mkdtempSync(join(tmpdir(), 'with-'));
afterAll(() => rmSync(folder, { recursive: true }));

const sales = values({ item: 'string', price: 'int64' }, [
  ['a', '1'],
  ['b', '2'],
  ['a', '3'],
]);
const reuse = (subplan: number, ...columns: string[]): ReuseRel => ({ kind: 'reuse', subplan, columns });
const total = (input: RelNode): RelNode => ({
  kind: 'aggregate',
  input,
  keys: [],
  aggregates: named({ total: agg('sum', [col('price')]) }),
});
const totals: RelNode = {
  kind: 'aggregate',
  input: sales,
  keys: named({ item: col('item') }),
  aggregates: named({ price: agg('sum', [col('price')]) }),
};
const union = (...inputs: RelNode[]): RelNode => ({ kind: 'union', inputs });

test('subplans are tables before the query, computed once; each may read those before it', async () => {
  const most: RelNode = { kind: 'filter', input: reuse(1, 'item', 'price'), predicate: call('gt', col('price'), 2) };
  const plan: RelNode = {
    kind: 'with',
    subplans: [
      { id: 1, plan: totals },
      { id: 2, plan: most },
    ],
    input: union(total(reuse(1, 'price')), total(reuse(2, 'price')), total(reuse(2, 'price'))),
  };
  const text = renderQuery(plan, { localPath });
  expect(text.replace(/FROM \(\n {4}VALUES[^\n]*\n {2}\) AS v[^\n]*/, 'FROM sales')).toBe(
    `WITH subplan_1 AS MATERIALIZED (
  SELECT "item", sum("price") AS "price"
  FROM sales
  GROUP BY 1
),
subplan_2 AS MATERIALIZED (
  SELECT "item", "price"
  FROM subplan_1
  WHERE ("price" > 2)
)
SELECT *
FROM (
  (
    SELECT sum("price") AS "total"
    FROM subplan_1
  )
  UNION ALL
  (
    SELECT sum("price") AS "total"
    FROM subplan_2
  )
  UNION ALL
  (
    SELECT sum("price") AS "total"
    FROM subplan_2
  )
)`,
  );
  expect(await run(connection(), plan)).toEqual([[6], [4], [4]]);
  expect(renderBinding(plan)).toMatch(/^WITH subplan_1 AS MATERIALIZED \(/);
});

test('columns that differ in case only keep their names through a subplan, within fragments too', async () => {
  const letters = values({ a: 'int64', A: 'int64', b: 'int64' }, [['1', '2', '3']]);
  const read: RelNode = {
    kind: 'project',
    input: reuse(1, 'b', 'A'),
    columns: named({ x: col('A'), y: sql('b + 1') }),
  };
  const plan: RelNode = { kind: 'with', subplans: [{ id: 1, plan: letters }], input: union(read, read) };
  expect(await run(connection(), plan)).toEqual([
    [2, 4],
    [2, 4],
  ]);
});

test('rows of files keep their order beside a subplan, with several threads', async () => {
  const path = join(folder, 'numbers.parquet');
  await connection().run(`COPY (SELECT range AS price FROM range(400000)) TO '${path}' (ROW_GROUP_SIZE 20000)`);
  const numbers = scan({ kind: 'parquet' }, [path], schema({ price: 'int64' }));
  const kept: RelNode = { kind: 'filter', input: numbers, predicate: call('gte', col('price'), 0) };
  const plan: RelNode = {
    kind: 'with',
    subplans: [{ id: 1, plan: total(numbers) }],
    input: union(kept, reuse(1, 'total'), reuse(1, 'total')),
  };
  const found = (await run(connection(), plan)).map(([price]) => Number(price));
  const sum = (399_999 * 400_000) / 2;
  expect(found).toEqual([...Array.from({ length: 400_000 }, (_, index) => index), sum, sum]);
});

test('a subplan that stands nowhere, or lacks a column, is a mistake of the planner', () => {
  expect(() => renderQuery(reuse(3, 'x'), { localPath })).toThrow(
    new InternalError('A plan reuses subplan 3, which stands nowhere before it.'),
  );
  const plan: RelNode = { kind: 'with', subplans: [{ id: 1, plan: sales }], input: reuse(1, 'x') };
  expect(() => renderQuery(plan, { localPath })).toThrow(
    new InternalError('Subplan 1 has no column "x" to be reused.'),
  );
});
