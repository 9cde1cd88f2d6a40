import type { Expr } from '../../plan/expr.ts';
import type { RelNode } from '../../plan/relation.ts';

/** The conditions that must all be true for `predicate` to be true. */
export function conjunctsOf(predicate: Expr): readonly Expr[] {
  return predicate.kind === 'call' && predicate.fn === 'and' ? predicate.args.flatMap(conjunctsOf) : [predicate];
}

/** One predicate that is true where all conditions are. */
export function conjunction(conditions: readonly [Expr, ...Expr[]]): Expr {
  return conditions.length === 1 ? conditions[0] : { kind: 'call', fn: 'and', args: conditions };
}

/** The rows of `node` for which all conditions are true; the node itself where there are none. */
export function filtered(node: RelNode, conditions: readonly Expr[]): RelNode {
  const [first, ...rest] = conditions;
  return first ? { kind: 'filter', input: node, predicate: conjunction([first, ...rest]) } : node;
}
