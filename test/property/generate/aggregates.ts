import type { DataType } from '../../../src/plan/types.ts';
import type { Typed } from '../functions/function-spec.ts';
import { isInteger, limitOf, scalarKinds } from '../kinds.ts';
import type { AggregateName, Inexact, PlanAggregate, PlanExpr } from '../random-plan.ts';
import { booleanExpr } from './conditions.ts';
import { anyExpr, exprOf } from './expressions.ts';
import { type Context, type Scope, scopeOf, totalOrder } from './state.ts';

/** An aggregate with what is known of its values. */
export interface TypedAggregate extends Typed {
  readonly expr: PlanAggregate;
  readonly inexact: Inexact | null;
}

const int64: DataType = { kind: 'int64' };
const float64: DataType = { kind: 'float64' };

type Maker = (context: Context, scope: Scope) => Omit<TypedAggregate, 'expr'> & Partial<PlanAggregate>;

const counts: Maker = (context, scope) => {
  const { choices } = context;
  const fn = choices.pick<AggregateName>(['count', 'countDistinct', 'count', 'approxCountDistinct']);
  const args = fn === 'count' && choices.oneIn(2) ? [] : [anyExpr(scope, 1).expr];
  return { fn, args, type: int64, bound: context.state.maxRows, inexact: null };
};

const sums: Maker = (context, scope) => {
  const arg = summable(context, scope);
  const fn = context.choices.pick<AggregateName>(['sum', 'avg']);
  const exact = fn === 'sum' && arg.type.kind !== 'float64';
  return {
    fn,
    args: [arg.expr],
    type: fn === 'avg' ? float64 : isInteger(arg.type) ? { kind: 'int128' } : arg.type,
    bound: fn === 'avg' || arg.type.kind === 'decimal' ? Infinity : arg.bound * context.state.maxRows,
    inexact: exact ? null : { input: context.state.query, summed: arg.expr, power: 1 },
  };
};

const extremes: Maker = ({ choices }, scope) => {
  const arg = exprOf(scope, choices.pick(scalarKinds), 1);
  return {
    fn: choices.pick<AggregateName>(['min', 'max']),
    args: [arg.expr],
    type: arg.type,
    bound: arg.bound,
    inexact: null,
  };
};

const quantiles: Maker = ({ choices }, scope) => {
  const fn = choices.pick<AggregateName>(['median', 'quantile']);
  const arg = exprOf(scope, choices.pick(['integer', 'float64', 'decimal']), 1);
  const param = fn === 'quantile' ? choices.pick([0.25, 0, 1, 0.9]) : null;
  return { fn, args: [arg.expr], param, type: float64, bound: Infinity, inexact: null };
};

const deviations: Maker = (context, scope) => {
  const arg = exprOf(scope, 'integer', 0);
  const small: PlanExpr =
    arg.bound <= 1e6 ? arg.expr : { kind: 'call', fn: 'signInteger', args: [arg.expr], params: [] };
  const fn = context.choices.pick<AggregateName>(['stddev', 'variance']);
  const inexact = { input: context.state.query, summed: small, power: 2 } as const;
  return { fn, args: [small], type: float64, bound: Infinity, inexact };
};

const conditions: Maker = ({ choices }, scope) => ({
  fn: choices.pick<AggregateName>(['some', 'every']),
  args: [booleanExpr(scope, 1).expr],
  type: { kind: 'boolean' },
  bound: Infinity,
  inexact: null,
});

const ofExtreme: Maker = ({ choices }, scope) => {
  const value = exprOf(scope, choices.pick(scalarKinds), 0);
  const by = exprOf(scope, choices.pick(scalarKinds), 1);
  const fn = choices.pick<AggregateName>(['argMin', 'argMax']);
  return { fn, args: [value.expr, by.expr], type: value.type, bound: value.bound, inexact: null };
};

const ordered: Maker = (context, scope) => {
  const orderBy = totalOrder(context);
  if (!orderBy) return counts(context, scope);
  const value = anyExpr(scope, 1);
  const fn = context.choices.pick<AggregateName>(['first', 'last', 'collectList']);
  const type: DataType = fn === 'collectList' ? { kind: 'list', item: value.type } : value.type;
  return { fn, args: [value.expr], orderBy, type, bound: value.bound, inexact: null };
};

const makers = [counts, sums, extremes, sums, ofExtreme, ordered, quantiles, conditions, deviations];

/** An aggregate over the rows of a context. */
export function aggregateOf(context: Context): TypedAggregate {
  const { choices } = context;
  const scope = scopeOf(choices, context.state.columns);
  const { type, bound, inexact, ...parts } = choices.pick(makers)(context, scope);
  const where = choices.oneIn(4) ? booleanExpr(scope, 1).expr : null;
  const expr: PlanAggregate = { kind: 'aggregate', fn: 'count', args: [], param: null, orderBy: [], where, ...parts };
  return { expr, type, bound, inexact };
}

/** A number whose sum over all rows cannot overflow. */
function summable(context: Context, scope: Scope): Typed {
  const arg = exprOf(scope, context.choices.pick(['integer', 'float64', 'decimal']), 1);
  const rows = context.state.maxRows + 1;
  if (isInteger(arg.type) && arg.bound * rows < limitOf({ kind: 'int128' })) return arg;
  if (arg.type.kind === 'decimal' && arg.bound * 10 ** arg.type.scale * rows < limitOf({ kind: 'int128' })) return arg;
  return arg.type.kind === 'float64' ? arg : exprOf(scope, 'float64', 0);
}
