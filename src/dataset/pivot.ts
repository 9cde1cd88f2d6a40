import { PlanError } from '../errors.ts';
import { type Expr, mapExpr, type NamedExpr, someExpr } from '../plan/expr.ts';
import { filteredAggregate } from './aggregate-expression.ts';
import type { Value } from './expression-types.ts';
import { literal } from './literal.ts';
import { namedExprs, type Selection, type SelectionRow } from './named.ts';
import type { AnyRow, ColumnName, Computed, Expressions, IsKnown, Resolve, Scope, Simplify } from './row-types.ts';
import { type OneOrMany, toArray } from './window.ts';

/** A value that becomes a column. */
export type PivotValue = string | number | boolean | Date | null;

/** How rows become columns. */
export interface PivotOptions<Row> {
  /** What stays a row: one row of the result for each combination of these. */
  readonly index: OneOrMany<Selection<Row>>;
  /** The column (or an expression) whose values become columns. */
  readonly on: ColumnName<Row> | Value<unknown, Scope<Row>>;
  /** Those values, in the order of the columns; they are given because the columns of a dataset are known before it runs. */
  readonly values: readonly PivotValue[];
  /** What fills a cell; of several, the columns are named `value_name`. */
  readonly agg: Value<unknown, Scope<Row>> | Expressions<Row>;
}

/** Row type of `pivot(options)`. */
export type Pivoted<Row, O extends PivotOptions<Row>> =
  IsKnown<Row> extends true
    ? Simplify<
        SelectionRow<Row, O['index'] extends readonly unknown[] ? O['index'] : [O['index']]> &
          Cells<Row, ValueName<O['values'][number]>, O['agg']>
      >
    : AnyRow;

type ValueName<V> = V extends string | number | boolean | null ? `${V}` : string;

type Cells<Row, Name extends string, Agg> =
  Agg extends Value<infer T, infer _N>
    ? { [K in Name]: Resolve<T, Row> | null }
    : { [K in keyof Agg & string as `${Name}_${K}`]: Computed<Row, Agg>[K] | null };

/**
 * Keys and aggregates of a pivot: each aggregate once for each value, over the rows that have it.
 *
 * @throws {PlanError} INVALID_ARGUMENT without values or aggregate, DUPLICATE_COLUMN for a name given twice
 */
export function pivotColumns<Row>(options: PivotOptions<Row>): {
  readonly keys: readonly NamedExpr[];
  readonly aggregates: readonly NamedExpr[];
} {
  const keys = namedExprs(toArray(options.index), 'pivot');
  const cells = cellsOf(options.agg);
  if (options.values.length === 0)
    throw new PlanError('INVALID_ARGUMENT', "pivot() needs the values that become columns: { values: ['a', 'b'] }.");
  const on: Expr = typeof options.on === 'string' ? { kind: 'column', name: options.on } : options.on.node;
  const aggregates = options.values.flatMap((value) =>
    cells.map(({ name, expr }) => ({
      name: name === null ? valueName(value) : `${valueName(value)}_${name}`,
      expr: onlyWhere(expr, isValue(on, value)),
    })),
  );
  checkNames([...keys, ...aggregates]);
  return { keys, aggregates };
}

interface Cell {
  /** Null for the only one. */
  readonly name: string | null;
  readonly expr: Expr;
}

function cellsOf(agg: object): readonly Cell[] {
  const cells: readonly Cell[] =
    'node' in agg ? [{ name: null, expr: (agg as Value).node }] : namedExprs([agg], 'pivot');
  if (cells.length > 0 && cells.every(({ expr }) => someExpr(expr, (part) => part.kind === 'aggregate'))) return cells;
  throw new PlanError(
    'INVALID_ARGUMENT',
    "pivot() fills its cells with aggregates: { agg: sum('x') } or { agg: { total: sum('x'), rows: count() } }.",
  );
}

function onlyWhere(expr: Expr, condition: Expr): Expr {
  return mapExpr(expr, (part) => (part.kind === 'aggregate' ? filteredAggregate(part, condition) : part));
}

function isValue(on: Expr, value: PivotValue): Expr {
  if (value === null) return { kind: 'call', fn: 'isNull', args: [on] };
  return { kind: 'call', fn: 'eq', args: [on, literal(value)] };
}

function valueName(value: PivotValue): string {
  return value instanceof Date ? value.toISOString().replace('T00:00:00.000Z', '') : String(value);
}

function checkNames(columns: readonly NamedExpr[]): void {
  const seen = new Set<string>();
  for (const { name } of columns) {
    if (seen.has(name))
      throw new PlanError('DUPLICATE_COLUMN', `pivot() would give two columns the name ${JSON.stringify(name)}.`);
    seen.add(name);
  }
}
