import type { DataType } from '../../../src/plan/types.ts';
import type { Typed } from '../functions/function-spec.ts';
import { limitOf, widerOf } from '../kinds.ts';
import { exprOf } from './expressions.ts';
import type { Scope } from './state.ts';

const operators: readonly (readonly [fn: string, bound: (a: number, b: number) => number])[] = [
  ['add', (a, b) => a + b],
  ['sub', (a, b) => a + b],
  ['mul', (a, b) => a * b],
  ['intDiv', (a) => a],
  ['mod', (a, b) => Math.max(a, b)],
  ['neg', (a, b) => a + b],
];

/** Arithmetic of integers whose result fits its type: an operand is widened where it would not. */
export function arithmeticExpr(scope: Scope, depth: number): Typed {
  const a = exprOf(scope, 'integer', depth);
  const b = exprOf(scope, 'integer', depth);
  const [fn, boundOf] = scope.choices.pick(operators);
  const bound = boundOf(a.bound, b.bound);
  const own = widerOf(a.type, b.type);
  const type = [own, ...wideTypes].find(
    (candidate) => limitOf(candidate) >= bound && widerOf(own, candidate) === candidate,
  );
  if (!type) return a;
  const left = type === own ? a.expr : ({ kind: 'cast', input: a.expr, type, safe: false } as const);
  return { expr: { kind: 'call', fn, args: [left, b.expr], params: [] }, type, bound };
}

const wideTypes: readonly DataType[] = [{ kind: 'int32' }, { kind: 'int64' }, { kind: 'int128' }];

/** Arithmetic of integers that may overflow. */
export function riskyArithmetic(scope: Scope): Typed {
  const a = exprOf(scope, 'integer', 0);
  const b = exprOf(scope, 'integer', 1);
  const [fn] = scope.choices.pick(operators);
  return {
    expr: { kind: 'call', fn, args: [a.expr, b.expr], params: [] },
    type: widerOf(a.type, b.type),
    bound: Infinity,
  };
}
