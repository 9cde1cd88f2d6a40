import type { Expr } from '../../plan/expr.ts';
import { mapInputs, type RelNode, type Subplan, type WithRel } from '../../plan/relation.ts';
import { conjunctsOf, filtered } from './conjuncts.ts';
import { pushDownFilter } from './push-down-filter.ts';
import { repeatedSubplans } from './repeated-subplans.ts';
import type { Rule, RuleContext } from './rule.ts';
import { readersOf, type SubplanReader } from './subplan-readers.ts';
import { bytesRead, needsAllRows } from './worth-sharing.ts';

/** Rows of larger files may not fit into memory when they are kept, and are computed again instead. */
const maxKeptBytes = 1 << 30;

/**
 * Computes subplans that occur more than once only once ("common subplan elimination", "reuse of exchanges"), for plans that
 * run as one task. The engine does so by itself for subplans that are alike to the last column; here each reader may read
 * other columns, and filter further what it reads. A subplan stays apart where no reader wants all that the others want, or
 * joins above may spare each of them a part of it: then less is computed by computing twice.
 */
export const shareSubplans: Rule = {
  name: 'share-subplans',
  apply(plan, context) {
    const repeated = repeatedSubplans(plan);
    if (!repeated) return plan;
    // The last may contain those before it: when it stays apart, these have more readers.
    const shared = [...repeated.plan.subplans].reverse().reduce((current, { id }) => {
      return settle(current, id, repeated.whole.get(id), context);
    }, repeated.plan);
    return shared.subplans.length > 0 ? numbered(shared) : plan;
  },
};

function settle(plan: WithRel, id: number, whole: RelNode | undefined, context: RuleContext): WithRel {
  const pushed = pushDownFilter.apply(plan, context);
  // A plan with subplans keeps them through the rule.
  if (pushed.kind !== 'with' || !whole) return plan;
  const readers = [...pushed.subplans.map((subplan) => subplan.plan), pushed.input].flatMap((rel) =>
    readersOf(rel, id),
  );
  const conditions = commonConditions(readers, whole);
  return conditions ? keep(pushed, id, conditions) : takeApart(pushed, id);
}

/**
 * Conditions of a reader whose rows contain those of all others, so that nothing is computed that nobody needs; null where
 * there is no such reader.
 */
function commonConditions(readers: readonly SubplanReader[], whole: RelNode): readonly Expr[] | null {
  if (readers.length < 2) return null;
  const texts = readers.map(({ conditions }) => new Set(conditions.map(textOf)));
  const free = needsAllRows(whole) || bytesRead(whole) <= maxKeptBytes;
  const widest = readers.find(
    ({ conditions, wantsAll }) =>
      (wantsAll || needsAllRows(whole)) &&
      conditions.every((condition) => texts.every((others) => others.has(textOf(condition)))),
  );
  return free && widest ? widest.conditions : null;
}

function textOf(condition: Expr): string {
  return JSON.stringify(condition);
}

/** The subplan with these conditions in it, and its readers without. */
function keep(plan: WithRel, id: number, conditions: readonly Expr[]): WithRel {
  if (conditions.length === 0) return plan;
  const texts = new Set(conditions.map(textOf));
  const without = (node: RelNode): RelNode => {
    if (node.kind !== 'filter' || node.input.kind !== 'reuse' || node.input.subplan !== id)
      return mapInputs(node, without);
    return filtered(
      node.input,
      conjunctsOf(node.predicate).filter((condition) => !texts.has(textOf(condition))),
    );
  };
  return mapSubplans(plan, without, (subplan) =>
    subplan.id === id ? { id, plan: filtered(subplan.plan, conditions) } : { ...subplan, plan: without(subplan.plan) },
  );
}

/** The plan with the subplan itself wherever it is read. */
function takeApart(plan: WithRel, id: number): WithRel {
  const apart = plan.subplans.find((subplan) => subplan.id === id);
  if (!apart) return plan;
  const inlined = (node: RelNode): RelNode =>
    node.kind === 'reuse' && node.subplan === id ? apart.plan : mapInputs(node, inlined);
  const others = plan.subplans.filter((subplan) => subplan.id !== id);
  return mapSubplans({ ...plan, subplans: others }, inlined, (subplan) => ({
    ...subplan,
    plan: inlined(subplan.plan),
  }));
}

/** The plan with its subplans numbered from 1 on. */
function numbered(plan: WithRel): WithRel {
  const numbers = new Map(plan.subplans.map(({ id }, index) => [id, index + 1]));
  const numberOf = (id: number) => numbers.get(id) ?? id;
  const renamed = (node: RelNode): RelNode =>
    node.kind === 'reuse' ? { ...node, subplan: numberOf(node.subplan) } : mapInputs(node, renamed);
  return mapSubplans(plan, renamed, (subplan) => ({ id: numberOf(subplan.id), plan: renamed(subplan.plan) }));
}

function mapSubplans(
  plan: WithRel,
  change: (node: RelNode) => RelNode,
  changeSubplan: (subplan: Subplan) => Subplan,
): WithRel {
  return { kind: 'with', subplans: plan.subplans.map(changeSubplan), input: change(plan.input) };
}
