import { expect, test } from 'vitest';
import { col, collectList, count, fn, lag, lit, max, sql, sum, when } from '../../src/index.ts';
import { explainExpr } from '../../src/plan/explain.ts';
import { childrenOf, type Expr, mapExpr, mapSame, someExpr, update } from '../../src/plan/expr.ts';

const everyKind: Readonly<Record<string, Expr>> = {
  literal: lit('it').node,
  column: col('a').node,
  call: col('a').add(col('b')).node,
  case: when(col('a').gt(1), col('b')).otherwise(0).node,
  cast: col('a').tryCast('decimal(9, 2)').node,
  aggregate: collectList('a', { orderBy: col('b').desc() }).where(col('a').gt(1)).node,
  window: sum('a').over({ partitionBy: 'b', orderBy: col('a').nullsFirst(), rows: [-2, 0] }).node,
  'window function': lag('a', 2, 0).over({ orderBy: 'b' }).node,
  lambda: col('a').list.filter((item) => item.ne(col('b'))).node,
  sql: sql('a + b').node,
};

const replaceA = (part: Expr): Expr => (part.kind === 'column' && part.name === 'a' ? { ...part, name: 'z' } : part);

test('expressions print close to how they are typed', () => {
  expect(Object.entries(everyKind).map(([kind, expr]) => `${kind}: ${explainExpr(expr)}`)).toEqual([
    "literal: 'it'",
    'column: a',
    'call: (a + b)',
    'case: case when (a > 1) then b else 0 end',
    'cast: try_cast(a as decimal(9, 2))',
    'aggregate: collectList(a order by b desc) where (a > 1)',
    'window: sum(a) over (partition by b order by a nulls first rows -2 to 0)',
    'window function: lag(a, 2, 0) over (order by b)',
    'lambda: list.filter(a, item => (item != b))',
    'sql: sql(a + b)',
  ]);
  expect(
    explainExpr(
      col('a b')
        .isIn([1, 'x' as never])
        .and(count().gt(1), max('a').between(1, 2)).node,
    ),
  ).toBe(`(("a b" in [1, 'x']) and (count() > 1) and (max(a) between 1 and 2))`);
});

test('mapExpr reaches every part, and gives the same object back where nothing changed', () => {
  for (const [kind, expr] of Object.entries(everyKind)) {
    expect(mapExpr(expr, (part) => part)).toBe(expr);
    const changed = mapExpr(expr, replaceA);
    const names = (whole: Expr) => explainExpr(whole).replaceAll(/\ba\b/g, 'z');
    if (kind !== 'sql' && kind !== 'literal') expect(explainExpr(changed)).toBe(names(expr));
    expect(someExpr(changed, (part) => part.kind === 'column' && part.name === 'a')).toBe(false);
  }
});

test('mapExpr works from the inside out', () => {
  const seen: string[] = [];
  mapExpr(fn('add', col('a').mul(2), 1).node, (part) => {
    seen.push(explainExpr(part));
    return part;
  });
  expect(seen).toEqual(['a', '2', '(a * 2)', '1', '((a * 2) + 1)']);
});

test('childrenOf gives direct operands in source order', () => {
  const texts = (name: string) => childrenOf(everyKind[name] ?? lit(null).node).map(explainExpr);
  expect(texts('case')).toEqual(['(a > 1)', 'b', '0']);
  expect(texts('aggregate')).toEqual(['a', 'b', '(a > 1)']);
  expect(texts('window')).toEqual(['sum(a)', 'b', 'a']);
  expect(texts('sql')).toEqual([]);
});

test('mapSame and update keep what did not change', () => {
  const list = [1, 2];
  expect(mapSame(list, (item) => item)).toBe(list);
  expect(mapSame(list, (item) => item * 2)).toEqual([2, 4]);
  const object = { a: 1, b: 2 };
  expect(update(object, { a: 1 })).toBe(object);
  expect(update(object, { a: 3 })).toEqual({ a: 3, b: 2 });
});
