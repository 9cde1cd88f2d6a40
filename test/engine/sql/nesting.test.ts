import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { afterAll, expect, test } from 'vitest';
import { renderQuery } from '../../../src/engine/sql/relation.ts';
import type { Expr, NamedExpr, SortKey } from '../../../src/plan/expr.ts';
import { columnNames, type RelNode } from '../../../src/plan/relation.ts';
import type { Schema } from '../../../src/plan/types.ts';
import { agg, call, col, localPath, rows, run, scan, useConnection, values } from './plan-builders.ts';

const connection = useConnection();
const folder = mkdtempSync(join(tmpdir(), 'nesting-'));
afterAll(() => rmSync(folder, { recursive: true }));

/** Names chosen to be taken for one another, and for helpers' names. */
const names = ['a', 'A', 'b', 'position', 'l', 'a_1'];

type Step = (input: RelNode) => RelNode;

const pick = (input: RelNode, index: number): string => columnNames(input)[index % columnNames(input).length] ?? '';

const expression = (kind: number, input: RelNode, index: number): Expr => {
  const column = col(pick(input, index));
  switch (kind) {
    case 0:
      return call('add', column, 1);
    case 1:
      return call('neg', column);
    case 2:
      return {
        kind: 'window',
        fn: agg('max', [column]),
        partitionBy: [col(pick(input, index + 1))],
        orderBy: [],
        frame: null,
      };
    default:
      return column;
  }
};

/** A total order: ties are rows that are alike. */
const everyKey = (input: RelNode, first: SortKey): SortKey[] => [
  first,
  ...columnNames(input).map((name): SortKey => ({ expr: col(name), descending: false, nullsFirst: false })),
];

const sorted = (input: RelNode, first?: SortKey): RelNode => ({
  kind: 'sort',
  input,
  keys: everyKey(input, first ?? { expr: col(pick(input, 0)), descending: true, nullsFirst: true }),
  stable: false,
});

const index = fc.nat(5);

const step: fc.Arbitrary<Step> = fc.oneof(
  fc.tuple(index, fc.integer({ min: -3, max: 3 })).map(
    ([column, limit]): Step =>
      (input) => ({ kind: 'filter', input, predicate: call('lte', col(pick(input, column)), limit) }),
  ),
  fc.array(fc.tuple(fc.constantFrom(...names), fc.nat(5), index), { minLength: 1, maxLength: 4 }).map(
    (columns): Step =>
      (input) => {
        const unique = new Map(
          columns.map(([name, kind, column]): [string, NamedExpr] => [
            name,
            { name, expr: expression(kind, input, column) },
          ]),
        );
        return { kind: 'project', input, columns: [...unique.values()] };
      },
  ),
  fc.tuple(index, fc.boolean(), fc.boolean(), fc.nat(2)).map(
    ([column, descending, nullsFirst, kind]): Step =>
      (input) => ({
        kind: 'sort',
        input,
        keys: [{ expr: expression(kind === 2 ? 3 : kind, input, column), descending, nullsFirst }],
        stable: true,
      }),
  ),
  fc.tuple(index, fc.nat(1)).map(
    ([column, kind]): Step =>
      (input) =>
        sorted(input, { expr: expression(kind, input, column), descending: true, nullsFirst: false }),
  ),
  fc.tuple(fc.option(fc.nat(5)), fc.nat(2)).map(
    ([limit, offset]): Step =>
      (input) => ({ kind: 'limit', input, limit, offset }),
  ),
  fc.constant<Step>((input) => sorted({ kind: 'distinct', input, on: null })),
  fc.constant<Step>((input) => ({ kind: 'union', inputs: [input, input] })),
  fc.tuple(index, index).map(
    ([key, value]): Step =>
      (input) =>
        sorted({
          kind: 'aggregate',
          input,
          keys: [{ name: 'A', expr: col(pick(input, key)) }],
          aggregates: [{ name: 'a', expr: agg('max', [col(pick(input, value))]) }],
        }),
  ),
  fc.tuple(index, index, fc.constantFrom('inner', 'left', 'full')).map(
    ([left, right, how]): Step =>
      (input) => {
        const scope = columnNames(input).map((name) => ({ name, left: name, right: null }));
        const other = values({ L: 'int64', r: 'int64' }, [
          ['1', '10'],
          ['2', null],
          [null, '3'],
        ]);
        const extra = { name: 'r', left: null, right: pick(other, right) };
        const on = [{ left: col(pick(input, left)), right: col('L') }];
        const columns = [...scope.map(({ name }) => name).filter((name) => name !== 'r'), 'r'];
        return sorted({
          kind: 'join',
          left: input,
          right: other,
          how,
          on,
          where: null,
          scope: [...scope.filter(({ name }) => name !== 'r'), extra],
          columns,
        });
      },
  ),
);

/** The rows of a node computed from a file of its input's rows, so that nothing is nested or folded. */
async function stepByStep(start: RelNode, steps: readonly Step[]): Promise<unknown[][]> {
  let current = start;
  for (const [number, next] of steps.entries()) {
    const node = next(current);
    const path = join(folder, `step-${number}-${Math.random()}.parquet`);
    const own = columnNames(node);
    // Names of files' columns are plain; the scan's schema gives them theirs back.
    const renamed = own.map((_, position) => `c${position}`).join(', ');
    await rows(
      connection(),
      `COPY (SELECT * FROM (${renderQuery(node, { localPath })}) AS t(${renamed})) TO '${path}' (FORMAT parquet)`,
    );
    const plain: Schema = own.map((_, position) => ({ name: `c${position}`, type: { kind: 'int64' } }));
    const columns = own.map((name, position) => ({ name, expr: col(`c${position}`) }));
    current = { kind: 'project', input: scan({ kind: 'parquet' }, [path], plain), columns };
  }
  return run(connection(), current);
}

test('a plan in one query gives the rows of its nodes one by one, in their order', async () => {
  const cell = fc.option(fc.integer({ min: -3, max: 3 }).map(String), { freq: 4 });
  const table = fc.array(fc.tuple(cell, cell, cell), { maxLength: 12 });
  await fc.assert(
    fc.asyncProperty(table, fc.array(step, { minLength: 1, maxLength: 5 }), async (data, steps) => {
      const start = values({ a: 'int64', A: 'int64', b: 'int64' }, data);
      const whole = steps.reduce<RelNode>((input, next) => next(input), start);
      expect(await run(connection(), whole)).toEqual(await stepByStep(start, steps));
    }),
    { numRuns: 150 },
  );
});
