import { expect, test } from 'vitest';
import { renderQuery } from '../../../src/engine/sql/relation.ts';
import type { Expr } from '../../../src/plan/expr.ts';
import type { JoinHow } from '../../../src/plan/logical.ts';
import type { JoinColumn, JoinRel, RelNode } from '../../../src/plan/relation.ts';
import { asc, call, col, localPath, run, sql, useConnection, values } from './plan-builders.ts';

const connection = useConnection();

const left = values({ id: 'int64', v: 'string' }, [
  ['1', 'a'],
  ['2', 'b'],
  [null, 'c'],
]);
const right = values({ id: 'int32', v: 'string', n: 'int64' }, [
  ['2', 'x', '5'],
  ['2', 'y', '9'],
  ['3', 'z', '7'],
  [null, 'w', '1'],
]);
const scope: JoinColumn[] = [
  { name: 'id', left: 'id', right: 'id' },
  { name: 'v', left: 'v', right: null },
  { name: 'v_right', left: null, right: 'v' },
  { name: 'n', left: null, right: 'n' },
];
const names = scope.map((column) => column.name);

function join(how: JoinHow, where: Expr | null = null): JoinRel {
  const columns = how === 'semi' || how === 'anti' ? ['id', 'v'] : names;
  return { kind: 'join', left, right, how, on: [{ left: col('id'), right: col('id') }], where, scope, columns };
}

async function sorted(input: RelNode): Promise<unknown[][]> {
  const keys = input.kind === 'join' ? input.columns.map((name) => asc(col(name))) : [];
  return run(connection(), { kind: 'sort', input, keys, stable: false });
}

const matches = [
  [2, 'b', 'x', 5],
  [2, 'b', 'y', 9],
];
const lonelyLeft = [
  [1, 'a', null, null],
  [null, 'c', null, null],
];
const lonelyRight = [
  [3, null, 'z', 7],
  [null, null, 'w', 1],
];

test('keys of both sides stand once; null keys match nothing', async () => {
  expect(await sorted(join('inner'))).toEqual(matches);
  expect(await sorted(join('left'))).toEqual([lonelyLeft[0], ...matches, lonelyLeft[1]]);
  expect(await sorted(join('right'))).toEqual([...matches, ...lonelyRight]);
  expect(await sorted(join('full'))).toEqual([
    lonelyLeft[0],
    ...matches,
    lonelyRight[0],
    lonelyLeft[1],
    lonelyRight[1],
  ]);
  expect(await sorted(join('semi'))).toEqual([[2, 'b']]);
  expect(await sorted(join('anti'))).toEqual([
    [1, 'a'],
    [null, 'c'],
  ]);
});

const fragment = sql(`n > 5 AND v = 'b' AND id = 2 AND v_right <> 'q'`);
const expression = call(
  'and',
  call('gt', col('n'), 5),
  call('eq', col('v'), 'b'),
  call('eq', col('id'), 2),
  call('ne', col('v_right'), 'q'),
);

test.each([
  ['expression', expression],
  ['fragment', fragment],
])('a residual condition belongs to the match: %s', async (_, where) => {
  const match = [2, 'b', 'y', 9];
  expect(await sorted(join('inner', where))).toEqual([match]);
  expect(await sorted(join('left', where))).toEqual([lonelyLeft[0], match, lonelyLeft[1]]);
  expect(await sorted(join('right', where))).toEqual([match, [2, null, 'x', 5], ...lonelyRight]);
  expect(await sorted(join('full', where))).toHaveLength(6);
  expect(await sorted(join('semi', where))).toEqual([[2, 'b']]);
  expect(await sorted(join('anti', where))).toHaveLength(2);
});

test('NaN matches NaN and −0 matches 0; keys of different number types meet', async () => {
  const floats = values({ k: 'float64' }, [['NaN'], ['-0'], [null], [2.5]]);
  const decimals = values({ k: 'decimal(4, 2)' }, [['2.50'], ['0']]);
  const on = [{ left: col('k'), right: col('k') }];
  const both: JoinColumn[] = [{ name: 'k', left: 'k', right: 'k' }];
  const base = { kind: 'join', how: 'inner', on, where: null, scope: both, columns: ['k'] } as const;
  expect(await run(connection(), { ...base, left: floats, right: floats })).toHaveLength(3);
  expect(await run(connection(), { ...base, left: floats, right: decimals })).toHaveLength(2);
});

test('cross joins, joins without keys', async () => {
  const base = { ...join('cross'), on: [] };
  expect(await run(connection(), base)).toHaveLength(12);
  expect(await run(connection(), { ...base, where: call('gt', col('n'), 7) })).toHaveLength(3);
  expect(await run(connection(), { ...base, how: 'left', where: call('gt', col('n'), 99) })).toHaveLength(3);
  expect(await run(connection(), { ...base, how: 'full' })).toHaveLength(12);
  expect(await run(connection(), { ...base, how: 'semi', columns: ['id', 'v'] })).toHaveLength(3);
});

test('a filter and a choice of columns stay in the SELECT of the join', () => {
  const filter: RelNode = { kind: 'filter', input: join('left'), predicate: call('isNull', col('n')) };
  const query = renderQuery(
    { kind: 'project', input: filter, columns: [{ name: 'x', expr: col('v') }] },
    { localPath },
  );
  const lines = query.split('\n').map((line) => line.trim());
  expect(lines[0]).toBe('SELECT l."v" AS "x"');
  expect(lines.slice(-2)).toEqual(['ON (l."id" = r."id")', 'WHERE (r."n" IS NULL)']);
});

test('columns named like the sides', async () => {
  const structs = values({ l: 'struct<x: int64>', r: 'int64' }, [[['5'], '1']]);
  const node: JoinRel = {
    kind: 'join',
    left: structs,
    right: values({ x: 'int64' }, [['5']]),
    how: 'inner',
    on: [{ left: call('struct.field', col('l'), 'x'), right: col('x') }],
    where: sql('l.x = x AND r = 1'),
    scope: [
      { name: 'l', left: 'l', right: null },
      { name: 'r', left: 'r', right: null },
      { name: 'x', left: null, right: 'x' },
    ],
    columns: ['r', 'x'],
  };
  expect(await run(connection(), node)).toEqual([[1, 5]]);
});

test('columns that a rule has taken away may still stand in the scope', async () => {
  const narrow: RelNode = { kind: 'project', input: right, columns: [{ name: 'id', expr: col('id') }] };
  expect(await run(connection(), { ...join('inner'), right: narrow, columns: ['id', 'v'] })).toEqual([
    [2, 'b'],
    [2, 'b'],
  ]);
});
