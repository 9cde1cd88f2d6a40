import type { Expr } from '../../plan/expr.ts';

/** The conditions that must all be true for `predicate` to be true. */
export function conjunctsOf(predicate: Expr): readonly Expr[] {
  return predicate.kind === 'call' && predicate.fn === 'and' ? predicate.args.flatMap(conjunctsOf) : [predicate];
}

/** One predicate that is true where all conditions are. */
export function conjunction(conditions: readonly [Expr, ...Expr[]]): Expr {
  return conditions.length === 1 ? conditions[0] : { kind: 'call', fn: 'and', args: conditions };
}
