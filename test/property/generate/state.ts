import type { Choices } from '../choices.ts';
import type { Typed } from '../functions/function-spec.ts';
import type { Inexact, PlanKey, PlanQuery, PlanTable } from '../random-plan.ts';

/** What is known of a column. */
export interface ColumnState extends Omit<Typed, 'expr'> {
  readonly name: string;
  /** Set where the last bits of the values depend on the order of a sum: no other verb may look at them. */
  readonly inexact: Inexact | null;
}

/** What is known of a query's rows. */
export interface QueryState {
  readonly query: PlanQuery;
  readonly columns: readonly ColumnState[];
  /** Whether they come in one order only. */
  readonly ordered: boolean;
  readonly maxRows: number;
}

/** What a verb is made from. */
export interface Context {
  readonly choices: Choices;
  readonly state: QueryState;
  readonly tables: readonly PlanTable[];
}

/** Names that columns get: plain ones, ones that differ in case only, ones that SQL must quote. */
const names = [
  'a',
  'b',
  'c',
  'd',
  'e',
  'A',
  'b c',
  'select',
  'x"y',
  "it's",
  'ä',
  '😀',
  'l',
  'r',
  'position',
  'pos',
  'a_right',
];

/** A name that none of `taken` is, also where case does not count. */
export function freshName(choices: Choices, taken: readonly string[], anyCase = false): string {
  const folded = new Set(taken.map((name) => (anyCase ? name.toLowerCase() : name)));
  const free = names.filter((name) => !folded.has(anyCase ? name.toLowerCase() : name));
  if (free.length > 0) return choices.pick(free);
  let number = 1;
  while (folded.has(`n${number}`)) number++;
  return `n${number}`;
}

/** What expressions are made from. */
export interface Scope {
  readonly choices: Choices;
  /** Those whose values are exact. */
  readonly columns: readonly ColumnState[];
  /** Whether `sql()` can tell all columns apart: not where two differ in case only. */
  readonly fragments: boolean;
}

/** The scope of expressions over some columns. */
export function scopeOf(choices: Choices, columns: readonly ColumnState[]): Scope {
  const folded = new Set(columns.map((column) => column.name.toLowerCase()));
  return {
    choices,
    columns: columns.filter((column) => column.inexact === null),
    fragments: folded.size === columns.length,
  };
}

/** Columns that expressions may use. */
export function exactColumns(state: QueryState): readonly ColumnState[] {
  return state.columns.filter((column) => column.inexact === null);
}

/** An order of all columns, in which only equal rows tie; null where some column's values are not exact. */
export function totalOrder({ choices, state }: Context): readonly PlanKey[] | null {
  if (state.columns.some((column) => column.inexact)) return null;
  const first = choices.pick(state.columns);
  return [first, ...state.columns.filter((column) => column !== first)].map(({ name }) => ({
    expr: { kind: 'column', name },
    descending: choices.oneIn(3),
    nullsFirst: choices.oneIn(4),
  }));
}

/** The state after one more verb. */
export function after(state: QueryState, step: PlanQuery['steps'][number], change: Partial<QueryState>): QueryState {
  return { ...state, ...change, query: { table: state.query.table, steps: [...state.query.steps, step] } };
}
