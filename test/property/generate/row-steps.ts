import type { DataType } from '../../../src/plan/types.ts';
import { isInteger } from '../kinds.ts';
import type { PlanExpr, PlanKey, PlanStep } from '../random-plan.ts';
import type { StepMaker } from './column-steps.ts';
import { booleanExpr } from './conditions.ts';
import { exprOf, someKind } from './expressions.ts';
import { after, exactColumns, scopeOf, totalOrder } from './state.ts';
import { windowOf } from './windows.ts';

export const filter: StepMaker = (context) => {
  const { choices, state } = context;
  const scope = scopeOf(choices, state.columns);
  const window = choices.oneIn(8) ? windowOf(context) : null;
  const three: PlanExpr = { kind: 'constant', type: 'number', value: choices.between(1, 5) };
  const counted = window && isInteger(window.type) && !window.inexact ? window : null;
  const condition: PlanExpr = counted
    ? { kind: 'call', fn: 'lte', args: [counted.expr, three], params: [] }
    : booleanExpr(scope, 2).expr;
  // Which of equal rows a window numbers first is open, and so is where the one stood that is kept.
  return after(state, { verb: 'filter', condition }, { ordered: state.ordered && counted === null });
};

/** By all columns, or by some and, among ties, in the order that there was. */
export const sort: StepMaker = (context) => {
  const { choices, state } = context;
  const scope = scopeOf(choices, state.columns);
  const total = totalOrder(context);
  if (total && !choices.oneIn(2)) return after(state, { verb: 'sort', keys: total, stable: false }, { ordered: true });
  const keys = Array.from(
    { length: choices.between(1, 2) },
    (): PlanKey => ({
      expr: exprOf(scope, someKind(scope), 1).expr,
      descending: choices.oneIn(3),
      nullsFirst: choices.oneIn(4),
    }),
  );
  const stable = state.ordered && !choices.oneIn(3);
  return after(state, { verb: 'sort', keys, stable }, { ordered: stable });
};

export const limit: StepMaker = ({ choices, state }) => {
  if (!state.ordered) return null;
  const verb = choices.pick<'limit' | 'head' | 'offset'>(['limit', 'offset', 'head']);
  const rows = choices.pick([3, 5, 10, 1, 8, 30, 2, 0]);
  const maxRows = verb === 'offset' ? state.maxRows : Math.min(rows, state.maxRows);
  return after(state, { verb, rows }, { maxRows });
};

export const distinct: StepMaker = ({ choices, state }) => {
  const exact = exactColumns(state);
  if (state.ordered && exact.length > 0 && choices.oneIn(2)) {
    const on = choices.some(exact, 2).map((column) => column.name);
    return after(state, { verb: 'distinct', on }, { ordered: false });
  }
  if (exact.length < state.columns.length) return null;
  return after(state, { verb: 'distinct', on: null }, { ordered: false });
};

export const dropNulls: StepMaker = ({ choices, state }) => {
  const columns = choices.oneIn(3) ? [] : choices.some(state.columns, 2).map((column) => column.name);
  return after(state, { verb: 'dropNulls', columns }, {});
};

type Constant = Extract<PlanExpr, { kind: 'constant' }>;

const fillings: readonly Constant[] = [
  { kind: 'constant', type: 'number', value: 0 },
  { kind: 'constant', type: 'string', value: 'none' },
  { kind: 'constant', type: 'boolean', value: false },
  { kind: 'constant', type: 'date', value: '2000-02-29' },
  { kind: 'constant', type: 'number', value: 0.5 },
];

export const fillNull: StepMaker = ({ choices, state }) => {
  const value = choices.pick(fillings);
  const fitting = exactColumns(state).filter((column) => takes(column.type, value));
  const named = fitting.length > 0 && choices.oneIn(2);
  const columns = named ? choices.some(fitting, 2).map((column) => column.name) : [];
  const step: PlanStep = { verb: 'fillNull', value, columns };
  return after(state, step, {});
};

function takes(type: DataType, value: Constant): boolean {
  if (value.type === 'number')
    return value.value === 0 ? isInteger(type) || type.kind === 'float64' : type.kind === 'float64';
  return type.kind === value.type;
}

/** All rows or none: the others are a matter of the hash. */
export const sample: StepMaker = ({ choices, state }) =>
  after(state, { verb: 'sample', fraction: choices.pick([1, 1, 1, 1, 0]), seed: choices.below(9) }, {});

export const persist: StepMaker = ({ state }) => after(state, { verb: 'persist' }, {});
