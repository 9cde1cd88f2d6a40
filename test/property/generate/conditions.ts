import type { Typed } from '../functions/function-spec.ts';
import { comparisons } from '../functions/logic.ts';
import { isInteger, kindOf } from '../kinds.ts';
import type { PlanExpr } from '../random-plan.ts';
import { exprLike, exprOf, leaf, someKind } from './expressions.ts';
import type { Scope } from './state.ts';

const comparisonNames = Object.keys(comparisons);
const equalities = ['eq', 'ne', 'eqNullSafe'];

/** A condition: a comparison, a test, or conditions joined. */
export function booleanExpr(scope: Scope, depth: number): Typed {
  return { expr: conditionOf(scope, depth), type: { kind: 'boolean' }, bound: Infinity };
}

function conditionOf(scope: Scope, depth: number): PlanExpr {
  const { choices } = scope;
  const way = choices.below(10);
  if (way < 4) return comparison(scope, depth);
  if (way === 4) return call('not', [conditionOf(scope, depth - 1)]);
  if (way === 5) return call(choices.pick(['isNull', 'isNotNull']), [exprOf(scope, someKind(scope), depth).expr]);
  if (way === 6) return membership(scope, depth);
  if (way === 7) return call(choices.pick(['isNaN', 'isFinite']), [exprOf(scope, 'float64', depth).expr]);
  if (scope.fragments && scope.columns.length > 0 && choices.oneIn(4)) {
    return call('sqlIsNotNull', [{ kind: 'column', name: choices.pick(scope.columns).name }]);
  }
  if (depth <= 0) return leaf(scope, 'boolean').expr;
  const parts = Array.from({ length: choices.between(2, 3) }, () => conditionOf(scope, depth - 1));
  return call(choices.pick(['and', 'or']), parts);
}

function comparison(scope: Scope, depth: number): PlanExpr {
  const { choices } = scope;
  const a = exprOf(scope, someKind(scope), depth);
  const numeric = isInteger(a.type) || a.type.kind === 'decimal' || a.type.kind === 'float64';
  // A fraction compares exactly with integers and decimals.
  const fraction: PlanExpr = { kind: 'constant', type: 'number', value: choices.pick([1.5, 0.5, -2.25]) };
  const b = numeric && choices.oneIn(5) ? fraction : partner(scope, a, depth).expr;
  // Ranges of lists and structs are beyond the engine.
  const names = kindOf(a.type).includes('<') ? equalities : comparisonNames;
  return call(choices.pick(names), [a.expr, b]);
}

/** Integers compare with floats too, dates with timestamps. */
function partner(scope: Scope, a: Typed, depth: number): Typed {
  if (!scope.choices.oneIn(6)) return exprLike(scope, a, depth);
  if (isInteger(a.type)) return exprOf(scope, 'float64', depth);
  return a.type.kind === 'date' ? exprOf(scope, 'timestamp', depth) : exprLike(scope, a, depth);
}

function membership(scope: Scope, depth: number): PlanExpr {
  const a = exprOf(scope, someKind(scope), depth);
  const between = kindOf(a.type) !== 'boolean' && !kindOf(a.type).includes('<') && scope.choices.oneIn(2);
  const others = Array.from({ length: between ? 2 : scope.choices.between(1, 3) }, () => exprLike(scope, a, 0).expr);
  return call(between ? 'between' : 'isIn', [a.expr, ...others]);
}

function call(fn: string, args: readonly PlanExpr[]): PlanExpr {
  return { kind: 'call', fn, args, params: [] };
}
