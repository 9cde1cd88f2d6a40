import { expect, test } from 'vitest';
import { renderExpr, type Scope } from '../../../src/engine/sql/expr.ts';
import type { Expr } from '../../../src/plan/expr.ts';
import {
  agg,
  asc,
  branch,
  call,
  col,
  desc,
  lambda,
  lit,
  named,
  run,
  sql,
  useConnection,
  values,
} from './plan-builders.ts';

const connection = useConnection();
const scope: Scope = {
  columns: new Map([
    ['a', '"a"'],
    ['b c', 'l."b c"'],
    ['X', '"X"'],
  ]),
  checked: false,
};

const render = (expr: Expr) => renderExpr(expr, scope);

test('columns stand for their SQL; an unknown one is told', () => {
  expect(render(call('add', col('b c'), 1))).toBe('(l."b c" + 1)');
  expect(() => render(col('x'))).toThrow('Unknown column "x". Did you mean "X"? Available: a, b c, X');
});

test('fractions are exact where they are compared, floats where they are computed with', () => {
  expect(render(call('gt', col('a'), 0.1))).toBe('("a" > 0.1)');
  expect(render(call('gt', call('mul', col('a'), 0.1), 0.5))).toBe('(("a" * 0.1::DOUBLE) > 0.5)');
  expect(render(call('isIn', col('a'), 0.5, 2))).toBe('("a" IN (0.5, 2))');
});

test('case, cast, fragments', () => {
  const branches = [branch(call('gt', col('a'), 1), lit('x'))];
  expect(render({ kind: 'case', branches, otherwise: null })).toBe(`CASE WHEN ("a" > 1) THEN 'x'::VARCHAR END`);
  expect(render({ kind: 'case', branches, otherwise: lit('y') })).toBe(
    `CASE WHEN ("a" > 1) THEN 'x'::VARCHAR ELSE 'y'::VARCHAR END`,
  );
  expect(render(sql('a + 1 -- more'))).toBe('(a + 1 -- more\n)');
});

test('aggregates with distinct, order and filter', () => {
  const filter = call('gt', col('a'), 1);
  expect(render(agg('count', []))).toBe('count(*)');
  expect(render(agg('sum', [col('a')], { distinct: true, filter }))).toBe('sum(DISTINCT "a") FILTER (WHERE ("a" > 1))');
  expect(render(agg('collectList', [col('a')], { orderBy: [desc(col('X'))], filter }))).toBe(
    'list("a" ORDER BY "X" DESC NULLS LAST) FILTER (WHERE "a" IS NOT NULL AND ("a" > 1))',
  );
  expect(render(agg('quantile', [col('a'), 0.25]))).toBe('quantile_cont("a" + 0::DOUBLE, 0.25::DOUBLE)');
});

test('windows with frames', () => {
  const over = (frame: { unit: 'rows' | 'range'; start: number | null; end: number | null } | null): Expr => ({
    kind: 'window',
    fn: agg('sum', [col('a')]),
    partitionBy: [col('X')],
    orderBy: [asc(col('a'), true)],
    frame,
  });
  const start = 'sum("a") OVER (PARTITION BY "X" ORDER BY "a" ASC NULLS FIRST';
  expect(render(over(null))).toBe(`${start})`);
  expect(render(over({ unit: 'rows', start: -2, end: 0 }))).toBe(`${start} ROWS BETWEEN 2 PRECEDING AND CURRENT ROW)`);
  expect(render(over({ unit: 'range', start: null, end: 1.5 }))).toBe(
    `${start} RANGE BETWEEN UNBOUNDED PRECEDING AND 1.5 FOLLOWING)`,
  );
  expect(
    render({
      kind: 'window',
      fn: { kind: 'window-function', fn: 'lag', args: [col('a'), lit(1), lit(null)] },
      partitionBy: [],
      orderBy: [],
      frame: null,
    }),
  ).toBe('lag("a", 1, NULL) OVER ()');
});

test('a lambda parameter shadows a column of its name, and no other one', async () => {
  const table = values({ l: 'list<int64>', x: 'int64', X: 'int64' }, [[['1', '2'], '100', '1000']]);
  const columns = named({
    same: call('list.map', col('l'), lambda('x', call('add', col('x'), 1))),
    other: call('list.map', col('l'), lambda('y', call('add', col('y'), col('X')))),
    nested: call(
      'list.map',
      col('l'),
      lambda('a', call('list.map', col('l'), lambda('b', call('add', col('a'), col('b'))))),
    ),
    cased: call('list.map', col('l'), lambda('L', call('list.length', col('l')))),
  });
  expect(await run(connection(), { kind: 'project', input: table, columns })).toEqual([
    [
      [2, 3],
      [1001, 1002],
      [
        [2, 3],
        [3, 4],
      ],
      [2, 2],
    ],
  ]);
});
