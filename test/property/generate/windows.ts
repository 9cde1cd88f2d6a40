import type { DataType } from '../../../src/plan/types.ts';
import type { Typed } from '../functions/function-spec.ts';
import type { Inexact, PlanExpr, PlanKey, WindowName } from '../random-plan.ts';
import { aggregateOf } from './aggregates.ts';
import { anyExpr, exprOf, someKind } from './expressions.ts';
import { type Context, type Scope, scopeOf, totalOrder } from './state.ts';

/** A window expression with what is known of its values. */
export interface TypedWindow extends Typed {
  readonly inexact: Inexact | null;
}

type WindowExpr = Extract<PlanExpr, { kind: 'window' }>;
type Frame = WindowExpr['frame'];

const int64: DataType = { kind: 'int64' };
const float64: DataType = { kind: 'float64' };

/** A window expression over the rows of a context whose values do not depend on chance. */
export function windowOf(context: Context): TypedWindow {
  const { choices, state } = context;
  const scope = scopeOf(choices, state.columns);
  const partitionBy = choices.oneIn(3) ? [] : [exprOf(scope, someKind(scope), 0).expr];
  const total = totalOrder(context);
  const way = choices.below(3);
  if (way === 0 || !total) return ranking(context, scope, partitionBy);
  return way === 1 ? neighbour(context, scope, partitionBy, total) : aggregate(context, scope, partitionBy, total);
}

/** Ties share what these give. */
function ranking(context: Context, scope: Scope, partitionBy: readonly PlanExpr[]): TypedWindow {
  const { choices, state } = context;
  const name = choices.pick<WindowName>(['rank', 'denseRank', 'percentRank', 'cumeDist']);
  const isCount = name === 'rank' || name === 'denseRank';
  const fn = { kind: 'window-function', name, args: [], params: [] } as const;
  const expr: WindowExpr = { kind: 'window', fn, partitionBy, orderBy: [someKey(scope)], frame: null };
  return { expr, type: isCount ? int64 : float64, bound: isCount ? state.maxRows : 1, inexact: null };
}

/** These need an order that leaves nothing open. */
function neighbour(
  context: Context,
  scope: Scope,
  partitionBy: readonly PlanExpr[],
  orderBy: readonly PlanKey[],
): TypedWindow {
  const { choices, state } = context;
  const name = choices.pick<WindowName>(['rowNumber', 'lag', 'lead', 'firstValue', 'lastValue', 'nthValue', 'ntile']);
  const isCount = name === 'rowNumber' || name === 'ntile';
  const value = isCount ? null : anyExpr(scope, 1);
  const params = isCount ? (name === 'ntile' ? [choices.between(1, 4)] : []) : paramsOf(name, context);
  const frame = name.endsWith('Value') && choices.oneIn(2) ? rowsFrame(context) : null;
  const fn = { kind: 'window-function', name, args: value ? [value.expr] : [], params } as const;
  const expr: WindowExpr = { kind: 'window', fn, partitionBy, orderBy, frame };
  return { expr, type: value?.type ?? int64, bound: value?.bound ?? state.maxRows, inexact: null };
}

function paramsOf(name: WindowName, { choices }: Context): readonly number[] {
  return name === 'lag' || name === 'lead' || name === 'nthValue' ? [choices.between(1, 3)] : [];
}

/** An aggregate of all rows, of those up to each row and its ties, or of a frame. */
function aggregate(
  context: Context,
  scope: Scope,
  partitionBy: readonly PlanExpr[],
  total: readonly PlanKey[],
): TypedWindow {
  const { choices } = context;
  const { expr: fn, ...known } = aggregateOf(context);
  const way = fn.orderBy.length > 0 || fn.fn === 'approxCountDistinct' ? 0 : choices.below(4);
  const small = scope.columns.filter((column) => column.type.kind === 'int32' && column.bound <= 10);
  const whole: WindowExpr = { kind: 'window', fn, partitionBy, orderBy: [], frame: null };
  if (way === 0) return { ...known, expr: whole };
  if (way === 1) return { ...known, expr: { ...whole, orderBy: [someKey(scope)] } };
  if (way === 2 || small.length === 0)
    return { ...known, expr: { ...whole, orderBy: total, frame: rowsFrame(context) } };
  const key: PlanKey = {
    expr: { kind: 'column', name: choices.pick(small).name },
    descending: false,
    nullsFirst: false,
  };
  return {
    ...known,
    expr: { ...whole, orderBy: [key], frame: { unit: 'range', start: -1, end: choices.between(0, 2) } },
  };
}

function someKey(scope: Scope): PlanKey {
  const { choices } = scope;
  return { expr: exprOf(scope, someKind(scope), 1).expr, descending: choices.oneIn(3), nullsFirst: choices.oneIn(4) };
}

function rowsFrame({ choices }: Context): Frame {
  return choices.pick<Frame>([
    { unit: 'rows', start: null, end: 0 },
    { unit: 'rows', start: -2, end: 1 },
    { unit: 'rows', start: 0, end: null },
    { unit: 'rows', start: -3, end: -1 },
    { unit: 'rows', start: null, end: null },
  ]);
}
