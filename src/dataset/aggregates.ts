import { PlanError } from '../errors.ts';
import type { AggregateExpr, Expr } from '../plan/expr.ts';
import type { AggregateFunction } from '../plan/functions.ts';
import { Aggregate } from './aggregate-expression.ts';
import type { Need, Numeric, Value } from './expression-types.ts';
import { literal } from './literal.ts';
import type { AnyRow, Ref } from './row-types.ts';
import { type OneOrMany, type OrderItem, toArray, toSortKey } from './window.ts';

/** A row that has the column `Name` with values of type `V`. */
type Has<Name extends string, V> = { readonly [K in Name]: V | null | undefined };

/** A value of any type. */
type Any = AnyRow[string];

/** What the implementations give; the signatures that users see stand in the interfaces above them. */
type Untyped = Aggregate<Any, Any>;

/** An aggregate of numbers, over a column by name or an expression. */
interface NumberAggregate {
  <Name extends string>(column: Name): Aggregate<number, Has<Name, Numeric>>;
  <T, N>(column: Value<T, N>): Aggregate<number, N & Need<T, Numeric>>;
}

/** An aggregate whose value is one of the column's. */
interface ValueAggregate {
  <Name extends string>(column: Name): Aggregate<Ref<Name>, Has<Name, Any>>;
  <T, N>(column: Value<T, N>): Aggregate<T, N>;
}

/** An aggregate that counts values of any type. */
interface CountingAggregate {
  <Name extends string>(column: Name): Aggregate<number, Has<Name, Any>>;
  <T, N>(column: Value<T, N>): Aggregate<number, N>;
}

/** An aggregate of conditions. */
interface LogicalAggregate {
  <Name extends string>(condition: Name): Aggregate<boolean, Has<Name, boolean>>;
  <T, N>(condition: Value<T, N>): Aggregate<boolean, N & Need<T, boolean>>;
}

/** An order, for aggregates whose answer depends on one. */
interface Ordered<Row> {
  readonly orderBy: OneOrMany<OrderItem<Row>>;
}

/** An aggregate whose value is that of one row of an order. */
interface OrderedAggregate {
  <Name extends string, M = unknown>(column: Name, options: Ordered<M>): Aggregate<Ref<Name>, Has<Name, Any> & M>;
  <T, N, M = unknown>(column: Value<T, N>, options: Ordered<M>): Aggregate<T, N & M>;
}

/** An aggregate whose value stands in the row where another column is extreme. */
interface ExtremeAggregate {
  <Name extends string, By extends string>(column: Name, by: By): Aggregate<Ref<Name>, Has<Name | By, Any>>;
  <Name extends string, U, M>(column: Name, by: Value<U, M>): Aggregate<Ref<Name>, Has<Name, Any> & M>;
  <T, N, By extends string>(column: Value<T, N>, by: By): Aggregate<T, N & Has<By, Any>>;
  <T, N, U, M>(column: Value<T, N>, by: Value<U, M>): Aggregate<T, N & M>;
}

/** An aggregate of two columns of numbers. */
interface PairAggregate {
  <A extends string, B extends string>(column: A, other: B): Aggregate<number, Has<A | B, Numeric>>;
  <T, N, U, M>(column: Value<T, N>, other: Value<U, M>): Aggregate<number, N & M & Need<T, Numeric> & Need<U, Numeric>>;
}

/** Sum of the values that are not null; null where there is none. Exact for integers and decimals. */
export const sum: NumberAggregate = (column: string | Value) => aggregate('sum', [column]);

/** Mean of the values that are not null, from exact sums of integers and decimals. */
export const avg: NumberAggregate = (column: string | Value) => aggregate('avg', [column]);

/** Median of the values that are not null: `quantile(column, 0.5)`. */
export const median: NumberAggregate = (column: string | Value) => aggregate('median', [column]);

/** Sample standard deviation (n − 1); null for fewer than two values. */
export const stddev: NumberAggregate = (column: string | Value) => aggregate('stddev', [column]);

/** Sample variance (n − 1); null for fewer than two values. */
export const variance: NumberAggregate = (column: string | Value) => aggregate('variance', [column]);

/** Smallest value; nulls are skipped, NaN is above +∞. */
export const min: ValueAggregate = (column: string | Value) => aggregate('min', [column]);

/** Largest value; nulls are skipped, NaN is above +∞. */
export const max: ValueAggregate = (column: string | Value) => aggregate('max', [column]);

/** Number of rows, or of values of a column that are not null. */
export const count: CountingAggregate & (() => Aggregate<number>) = (column?: string | Value) =>
  aggregate('count', column === undefined ? [] : [column]);

/** Number of different values that are not null. */
export const countDistinct: CountingAggregate = (column: string | Value) => aggregate('countDistinct', [column]);

/**
 * About {@link countDistinct}, in little memory: HyperLogLog with DuckDB's 64 registers, whose standard error is 13 %
 * (1.04 / √64, Flajolet et al. 2007); a third of the answers are further off than that.
 */
export const approxCountDistinct: CountingAggregate = (column: string | Value) =>
  aggregate('approxCountDistinct', [column]);

/**
 * The value below which `fraction` (0 to 1) of the values lie, interpolated between neighbours.
 *
 * @throws {PlanError} INVALID_ARGUMENT for a fraction outside 0 to 1
 */
export function quantile<Name extends string>(column: Name, fraction: number): Aggregate<number, Has<Name, Numeric>>;
export function quantile<T, N>(column: Value<T, N>, fraction: number): Aggregate<number, N & Need<T, Numeric>>;
export function quantile(column: string | Value, fraction: number): Untyped {
  if (!(fraction >= 0 && fraction <= 1)) {
    throw new PlanError('INVALID_ARGUMENT', `A quantile's fraction lies between 0 and 1; ${fraction} does not.`);
  }
  return aggregate('quantile', [column], [literal(fraction)]);
}

/** Value of the first row by `orderBy` (null when it is null there). */
export const first: OrderedAggregate = (column: string | Value, options: Ordered<never>) =>
  ordered('first', column, options);

/** Value of the last row by `orderBy` (null when it is null there). */
export const last: OrderedAggregate = (column: string | Value, options: Ordered<never>) =>
  ordered('last', column, options);

/** Value of `column` in the row where `by` is smallest; rows where `by` is null are skipped. */
export const argMin: ExtremeAggregate = (column: string | Value, by: string | Value) =>
  aggregate('argMin', [column, by]);

/** Value of `column` in the row where `by` is largest; rows where `by` is null are skipped. */
export const argMax: ExtremeAggregate = (column: string | Value, by: string | Value) =>
  aggregate('argMax', [column, by]);

/** All values that are not null, in a list; in no order without `orderBy`. */
export function collectList<Name extends string, M = unknown>(
  column: Name,
  options?: Ordered<M>,
): Aggregate<Ref<Name>[], Has<Name, Any> & M>;
export function collectList<T, N, M = unknown>(column: Value<T, N>, options?: Ordered<M>): Aggregate<T[], N & M>;
export function collectList(column: string | Value, options?: Ordered<never>): Untyped {
  return ordered('collectList', column, options);
}

/** Whether the condition is true in some row; nulls are skipped. */
export const some: LogicalAggregate = (condition: string | Value) => aggregate('some', [condition]);

/** Whether the condition is true in every row; nulls are skipped. */
export const every: LogicalAggregate = (condition: string | Value) => aggregate('every', [condition]);

/** Pearson's correlation of two columns, over rows where both are not null. */
export const corr: PairAggregate = (column: string | Value, other: string | Value) =>
  aggregate('corr', [column, other]);

function ordered(fn: AggregateFunction, column: string | Value, options?: Ordered<never>): Untyped {
  const orderBy = toArray(options?.orderBy).map(toSortKey);
  if (fn !== 'collectList' && orderBy.length === 0) {
    throw new PlanError(
      'INVALID_ARGUMENT',
      `${fn}() needs an order, since rows have none of their own: ${fn}(column, { orderBy: 'time' }).`,
    );
  }
  return aggregate(fn, [column], [], { orderBy });
}

function aggregate(
  fn: AggregateFunction,
  columns: readonly (string | Value)[],
  constants: readonly Expr[] = [],
  parts: Partial<AggregateExpr> = {},
): Untyped {
  const args = columns.map(
    (column): Expr => (typeof column === 'string' ? { kind: 'column', name: column } : column.node),
  );
  return new Aggregate({
    kind: 'aggregate',
    fn,
    args: [...args, ...constants],
    distinct: false,
    orderBy: [],
    filter: null,
    ...parts,
  });
}
