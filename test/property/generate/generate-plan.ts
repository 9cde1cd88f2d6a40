import { Choices } from '../choices.ts';
import type { PlanTable, RandomPlan } from '../random-plan.ts';
import { boundOf, type ColumnSpec, columnTypes, randomFrom, randomValue } from '../values.ts';
import { drop, explode, groupBy, rename, risky, type StepMaker, select, unpivot, withColumns } from './column-steps.ts';
import { join, setOperation } from './combining-steps.ts';
import { distinct, dropNulls, fillNull, filter, limit, persist, sample, sort } from './row-steps.ts';
import { type Context, freshName, type QueryState } from './state.ts';

/** Numbers that decide a table: one list for its columns, one number a row. */
export interface TableSeed {
  readonly columns: readonly number[];
  readonly rows: readonly number[];
}

/** What plans may hold. */
export interface PlanOptions {
  /** Whether `persist()` is among the verbs. */
  readonly persisted: boolean;
  /** Where tables come from, each as likely as the others. */
  readonly sources: readonly PlanTable['source'][];
}

interface DecidedTable {
  readonly table: PlanTable;
  readonly specs: readonly ColumnSpec[];
}

const joinTable = join(rightSide);

const steps: readonly StepMaker[] = [
  filter,
  withColumns,
  select,
  sort,
  limit,
  groupBy,
  joinTable,
  distinct,
  setOperation,
  explode,
  unpivot,
  withColumns,
  filter,
  groupBy,
  joinTable,
  drop,
  rename,
  fillNull,
  dropNulls,
  sample,
  sort,
  limit,
  withColumns,
  setOperation,
];

/** The steps of small right sides. */
const rightSteps: readonly StepMaker[] = [filter, withColumns, sort, groupBy, select, dropNulls];

/** The plan that some numbers stand for: any numbers make a plan that is well formed. */
export function generatePlan(
  tableSeeds: readonly TableSeed[],
  stepSeeds: readonly (readonly number[])[],
  options: PlanOptions,
): RandomPlan {
  const decided = tableSeeds.map((seed) => decideTable(seed, options));
  const tables = decided.map((one) => one.table);
  let state = startOf(decided[0] ?? decideTable({ columns: [], rows: [] }, options), 0);
  for (const seed of stepSeeds) {
    const context = { choices: new Choices(seed), state, tables };
    state = nextStep(context, options);
  }
  const last = new Choices(stepSeeds.at(-1)?.slice(-12) ?? []);
  const context = { choices: last, state, tables };
  if (last.oneIn(6)) state = risky(context) ?? state;
  return {
    tables,
    query: state.query,
    ordered: state.ordered,
    inexact: Object.fromEntries(state.columns.flatMap(({ name, inexact }) => (inexact ? [[name, inexact]] : []))),
  };
}

/** One more verb; another one where the rows are not fit for the first. */
function nextStep(context: Context, { persisted }: PlanOptions): QueryState {
  const makers = persisted ? [...steps, persist] : steps;
  for (let attempt = 0; attempt < 3; attempt++) {
    const state = context.choices.pick(makers)(context);
    if (state) return state;
  }
  return drop(context) ?? context.state;
}

/** Another table, or the same once more, with up to one verb of its own. */
function rightSide(context: Context): QueryState {
  const { choices, tables } = context;
  const index = choices.below(tables.length);
  const table = tables[tables.length - 1 - index];
  if (!table) return context.state;
  const start = startOf({ table, specs: specsOf(table) }, tables.length - 1 - index);
  if (choices.oneIn(2)) return start;
  return choices.pick(rightSteps)({ choices, tables, state: start }) ?? start;
}

function startOf({ table, specs }: DecidedTable, index: number): QueryState {
  return {
    query: { table: index, steps: [] },
    columns: specs.map((spec) => ({ name: spec.name, type: spec.type, bound: boundOf(spec), inexact: null })),
    ordered: true,
    maxRows: table.rows.length,
  };
}

/** What a table's columns may hold, when it is not known any more which of them are wide. */
function specsOf(table: PlanTable): readonly ColumnSpec[] {
  return table.columns.map((column) => ({ ...column, wide: true }));
}

function decideTable({ columns, rows }: TableSeed, { sources }: PlanOptions): DecidedTable {
  const choices = new Choices(columns);
  const source = choices.pick(sources);
  const types =
    source === 'csv' ? columnTypes.filter((type) => type.kind !== 'list' && type.kind !== 'struct') : columnTypes;
  const specs: ColumnSpec[] = [];
  for (let left = choices.between(1, 7); left > 0; left--) {
    const taken = specs.map((spec) => spec.name);
    specs.push({
      name: freshName(choices, taken, source !== 'rows'),
      type: choices.pick(types),
      wide: choices.oneIn(3),
    });
  }
  const values = rows.map((seed) => {
    const random = randomFrom(seed);
    return specs.map((spec) => randomValue(spec, random));
  });
  return { specs, table: { source, columns: specs.map(({ name, type }) => ({ name, type })), rows: values } };
}
