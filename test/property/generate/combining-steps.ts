import { sameType } from '../../../src/plan/types.ts';
import { kindOf, someDecimal } from '../kinds.ts';
import type { PlanJoin, PlanStep } from '../random-plan.ts';
import type { StepMaker } from './column-steps.ts';
import { booleanExpr } from './conditions.ts';
import { exprLike, exprOf, someKind } from './expressions.ts';
import { distinct, filter, limit, sort } from './row-steps.ts';
import { after, type ColumnState, type Context, type QueryState, scopeOf } from './state.ts';

/** Rows up to which two inputs are joined. */
const maxJoinedRows = 2500;

const hows = ['inner', 'left', 'right', 'full', 'semi', 'anti', 'cross'] as const;

/**
 * A join with another table.
 *
 * @param other makes the right side
 */
export function join(other: (context: Context) => QueryState): StepMaker {
  return (context) => {
    const { choices, state } = context;
    const right = other(context);
    if (state.maxRows * right.maxRows > maxJoinedRows) return null;
    const how = choices.pick(hows);
    const { on, pairs } = how === 'cross' ? { on: [], pairs: [] } : keysOf(context, right);
    const { suffix, scope } = joinScope(state.columns, right.columns, on);
    const needsWhere = how !== 'cross' && on.length + pairs.length === 0;
    const where =
      needsWhere || (how !== 'cross' && choices.oneIn(3)) ? booleanExpr(scopeOf(choices, scope), 1).expr : null;
    const step: PlanJoin = { verb: 'join', other: right.query, how, on, pairs, where, suffix };
    const leftOnly = how === 'semi' || how === 'anti';
    const maxRows = leftOnly ? state.maxRows : state.maxRows * right.maxRows + state.maxRows + right.maxRows;
    return after(state, step, { columns: leftOnly ? state.columns : scope, ordered: false, maxRows });
  };
}

function keysOf({ choices, state }: Context, right: QueryState): Pick<PlanJoin, 'on' | 'pairs'> {
  const left = scopeOf(choices, state.columns);
  const others = scopeOf(choices, right.columns);
  const shared = left.columns.filter((column) =>
    others.columns.some((other) => other.name === column.name && comparable(column, other)),
  );
  if (shared.length > 0 && !choices.oneIn(4))
    return { on: choices.some(shared, 2).map((column) => column.name), pairs: [] };
  if (choices.oneIn(5)) return { on: [], pairs: [] };
  const key = exprOf(left, someKind(left), 1);
  if (key.type === someDecimal) return { on: [], pairs: [] };
  return { on: [], pairs: [{ left: key.expr, right: exprLike(others, key, 0).expr }] };
}

function comparable(a: ColumnState, b: ColumnState): boolean {
  return kindOf(a.type) === kindOf(b.type) && (a.type.kind !== 'decimal' || sameType(a.type, b.type));
}

/** Left columns, then right ones: shared keys once, clashing names with a suffix that helps. */
function joinScope(
  left: readonly ColumnState[],
  right: readonly ColumnState[],
  on: readonly string[],
): { readonly suffix: string; readonly scope: readonly ColumnState[] } {
  const taken = left.map((column) => column.name);
  const added = right.filter((column) => !on.includes(column.name));
  for (const suffix of ['_right', '_2', ' (r)', '_r_r', '_r_r_r']) {
    const named = added.map((column) => ({
      ...column,
      name: taken.includes(column.name) ? column.name + suffix : column.name,
    }));
    const scope = [...left.map((column) => widened(column, right, on)), ...named];
    if (new Set(scope.map((column) => column.name)).size === scope.length) return { suffix, scope };
  }
  throw new RangeError('No suffix keeps the names of a join apart.');
}

/** A shared key may come from either side. */
function widened(column: ColumnState, right: readonly ColumnState[], on: readonly string[]): ColumnState {
  const other = on.includes(column.name) ? right.find(({ name }) => name === column.name) : undefined;
  if (!other) return column;
  // The narrower type is what is sure.
  const narrow = [column, other].sort(
    (a, b) => a.type.kind.length - b.type.kind.length || (a.type.kind < b.type.kind ? -1 : 1),
  );
  return { ...column, type: narrow[0]?.type ?? column.type, bound: Math.max(column.bound, other.bound) };
}

const variations: readonly StepMaker[] = [filter, filter, sort, limit, distinct];

/** Rows of the query and of a variation of it with its columns in another order. */
export const setOperation: StepMaker = (context) => {
  const { choices, state } = context;
  const verb = choices.pick<'union' | 'except' | 'intersect'>(['union', 'except', 'intersect']);
  const exact = state.columns.every((column) => column.inexact === null);
  if (state.maxRows > 1000 || state.query.steps.length > 4 || (verb !== 'union' && !exact)) return null;
  const varied = choices.pick(variations)(context) ?? state;
  const shuffled = choices.some(varied.columns, varied.columns.length, varied.columns.length);
  const reordered: PlanStep = {
    verb: 'select',
    columns: shuffled.map(({ name }) => ({ name, expr: { kind: 'column', name } })),
  };
  const other = after(varied, reordered, {});
  const ordered = verb === 'union' && state.ordered && other.ordered;
  const maxRows = verb === 'union' ? state.maxRows + other.maxRows : state.maxRows;
  return after(state, { verb, other: other.query }, { ordered, maxRows });
};
