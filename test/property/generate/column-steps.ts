import type { DataType } from '../../../src/plan/types.ts';
import { isInteger, kindOf } from '../kinds.ts';
import type { PlanExpr, PlanNamed, PlanStep } from '../random-plan.ts';
import { aggregateOf } from './aggregates.ts';
import { riskyArithmetic } from './arithmetic.ts';
import { anyExpr, exprOf } from './expressions.ts';
import { after, type ColumnState, type Context, exactColumns, freshName, type QueryState, scopeOf } from './state.ts';
import { windowOf } from './windows.ts';

/** Makes one verb; null where the rows are not fit for it. */
export type StepMaker = (context: Context) => QueryState | null;

const namesOf = (columns: readonly { readonly name: string }[]) => columns.map((column) => column.name);

/** A new column: mostly of the row alone, sometimes of a window. */
function computed(context: Context, name: string): { readonly named: PlanNamed; readonly column: ColumnState } {
  const { expr, ...known } = context.choices.oneIn(4)
    ? windowOf(context)
    : { ...anyExpr(scopeOf(context.choices, context.state.columns), 2), inexact: null };
  return { named: { name, expr }, column: { name, ...known } };
}

/** Equal rows get the numbers of a window in any order: which of them came first is then seen no more. */
function isWindow({ named }: { readonly named: PlanNamed }): boolean {
  return named.expr.kind === 'window';
}

export const withColumns: StepMaker = (context) => {
  const { choices, state } = context;
  const names: string[] = [];
  // A name that stands already is replaced in its place.
  for (let left = choices.between(1, 2); left > 0; left--) {
    names.push(
      choices.oneIn(4)
        ? choices.pick(namesOf(state.columns))
        : freshName(choices, [...namesOf(state.columns), ...names]),
    );
  }
  const added = [...new Set(names)].map((name) => computed(context, name));
  const kept = state.columns.map((column) => added.find((one) => one.column.name === column.name)?.column ?? column);
  const fresh = added.map((one) => one.column).filter((column) => !kept.includes(column));
  const step: PlanStep = { verb: 'withColumns', columns: added.map((one) => one.named) };
  return after(state, step, { columns: [...kept, ...fresh], ordered: state.ordered && !added.some(isWindow) });
};

export const select: StepMaker = (context) => {
  const { choices, state } = context;
  const kept = choices.some(state.columns, 4);
  const fresh = choices.oneIn(2) ? [computed(context, freshName(choices, namesOf(kept)))] : [];
  const own = kept.map(({ name }): PlanNamed => ({ name, expr: { kind: 'column', name } }));
  const step: PlanStep = { verb: 'select', columns: [...own, ...fresh.map((one) => one.named)] };
  const columns = [...kept, ...fresh.map((one) => one.column)];
  return after(state, step, { columns, ordered: state.ordered && !fresh.some(isWindow) });
};

export const drop: StepMaker = ({ choices, state }) => {
  if (state.columns.length < 2) return null;
  const names = choices.some(namesOf(state.columns), Math.min(2, state.columns.length - 1));
  return after(state, { verb: 'drop', names }, { columns: state.columns.filter(({ name }) => !names.includes(name)) });
};

export const rename: StepMaker = ({ choices, state }) => {
  const renamed = choices.some(state.columns, 2);
  const taken = namesOf(state.columns);
  const names: Record<string, string> = {};
  for (const { name } of renamed) {
    names[name] = freshName(choices, taken);
    taken.push(names[name]);
  }
  const columns = state.columns.map((column) => ({ ...column, name: names[column.name] ?? column.name }));
  return after(state, { verb: 'rename', names }, { columns });
};

export const groupBy: StepMaker = (context) => {
  const { choices, state } = context;
  const scope = scopeOf(context.choices, context.state.columns);
  const keys: ColumnState[] = [];
  const keyExprs: PlanNamed[] = [];
  for (let left = choices.pick([1, 1, 2, 0]); left > 0; left--) {
    const usual = scope.columns.length > 0 && !choices.oneIn(3);
    const column = usual ? choices.pick(scope.columns) : null;
    const name = column && !namesOf(keys).includes(column.name) ? column.name : freshName(choices, namesOf(keys));
    const key = column
      ? { expr: { kind: 'column', name: column.name } as const, type: column.type, bound: column.bound }
      : anyExpr(scope, 1);
    keyExprs.push({ name, expr: key.expr });
    keys.push({ name, type: key.type, bound: key.bound, inexact: null });
  }
  const aggregates: ColumnState[] = [];
  const aggregateExprs: PlanNamed[] = [];
  for (let left = choices.between(1, 3); left > 0; left--) {
    const { expr, ...known } = aggregateOf(context);
    const name = freshName(choices, namesOf([...keys, ...aggregates]));
    // Expressions over aggregates: 0 where there was nothing to sum.
    const filled = isInteger(known.type) && choices.oneIn(4);
    const zero: PlanExpr = { kind: 'constant', type: 'number', value: 0 };
    aggregateExprs.push({
      name,
      expr: filled ? { kind: 'call', fn: 'coalesce', args: [expr, zero], params: [] } : expr,
    });
    aggregates.push({ name, ...known });
  }
  const step: PlanStep = { verb: 'groupBy', keys: keyExprs, aggregates: aggregateExprs };
  const maxRows = keys.length === 0 ? 1 : state.maxRows;
  return after(state, step, { columns: [...keys, ...aggregates], ordered: keys.length === 0, maxRows });
};

export const explode: StepMaker = ({ choices, state }) => {
  const lists = exactColumns(state).filter((column) => column.type.kind === 'list');
  if (lists.length === 0 || state.maxRows > 400) return null;
  const column = choices.pick(lists);
  const item = (type: DataType) => (type.kind === 'list' ? type.item : type);
  const columns = state.columns.map((other) => (other === column ? { ...other, type: item(other.type) } : other));
  const step: PlanStep = { verb: 'explode', column: column.name, keepEmpty: !choices.oneIn(3) };
  return after(state, step, { columns, maxRows: state.maxRows * 8 });
};

export const unpivot: StepMaker = ({ choices, state }) => {
  const exact = exactColumns(state);
  if (exact.length === 0 || state.maxRows > 400) return null;
  const kind = kindOf(choices.pick(exact).type);
  const alike = exact.filter((column) => kindOf(column.type) === kind);
  const turned = kind === 'decimal' ? alike.slice(0, 1) : choices.some(alike, 3);
  const kept = state.columns.filter((column) => !turned.includes(column));
  const nameTo = freshName(choices, namesOf(kept));
  const valueTo = freshName(choices, [...namesOf(kept), nameTo]);
  const widest = turned.reduce((a, b) => (a.bound >= b.bound ? a : b));
  const value: ColumnState = { ...widest, name: valueTo };
  const columns: ColumnState[] = [
    ...kept,
    { name: nameTo, type: { kind: 'string' }, bound: Infinity, inexact: null },
    value,
  ];
  const step: PlanStep = { verb: 'unpivot', columns: namesOf(turned), nameTo, valueTo };
  return after(state, step, { columns, maxRows: state.maxRows * turned.length });
};

/** Arithmetic that may overflow and casts that may fail: for the last verb, whose every value is looked at. */
export const risky: StepMaker = (context) => {
  const { choices, state } = context;
  const scope = scopeOf(context.choices, context.state.columns);
  const way = choices.below(3);
  const kind = choices.pick(['integer', 'string', 'float64']);
  const casted = (): PlanExpr => ({
    kind: 'cast',
    input: exprOf(scope, kind, 0).expr,
    type: { kind: choices.pick(['int32', 'int64', 'int8']) },
    safe: kind === 'float64',
  });
  const expr = way < 2 ? riskyArithmetic(scope).expr : casted();
  const name = freshName(choices, namesOf(state.columns));
  const column: ColumnState = { name, type: { kind: 'int64' }, bound: Infinity, inexact: null };
  return after(state, { verb: 'withColumns', columns: [{ name, expr }] }, { columns: [...state.columns, column] });
};
