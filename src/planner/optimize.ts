import type { RelNode } from '../plan/relation.ts';
import { pruneColumns } from './rules/prune-columns.ts';
import { pruneFiles } from './rules/prune-files.ts';
import { pushDownFilter } from './rules/push-down-filter.ts';
import { pushDownSemiJoin } from './rules/push-down-semi-join.ts';
import type { Rule, RuleContext } from './rules/rule.ts';
import { shareSubplans } from './rules/share-subplans.ts';

/** Rules in the order in which they run, each once. */
export const rules: readonly Rule[] = [pushDownFilter, pushDownSemiJoin, pruneColumns, pruneFiles];

/** The plan after all rules: the same rows, less work. Pure. */
export function optimize(plan: RelNode, context: RuleContext): RelNode {
  return rules.reduce((current, rule) => rule.apply(current, context), plan);
}

/** {@link optimize} for a plan that runs as one task, which computes once what occurs more than once. Pure. */
export function optimizeForOneTask(plan: RelNode, context: RuleContext): RelNode {
  return optimize(shareSubplans.apply(plan, context), context);
}
