import type { RelNode } from '../../plan/relation.ts';
import type { Evidence } from '../evidence.ts';

/** What rules may know beside the plan. */
export interface RuleContext {
  readonly fragments: Evidence['fragments'];
}

/** One rewrite of the whole plan that keeps its rows; gives back the same object when it changes nothing. Pure. */
export interface Rule {
  readonly name: string;
  apply(plan: RelNode, context: RuleContext): RelNode;
}
