import type { AggregateFunction } from '../../plan/functions.ts';

/** How the engine computes an aggregate. */
export interface AggregateSql {
  readonly name: string;
  readonly args: string;
  readonly distinct?: true;
  /** Keys after the user's own, that make the answer one and only. */
  readonly tieBreak?: string;
  /** Rows where it is not true are left out, besides the user's own filter. */
  readonly where?: string;
}

/**
 * Aggregates by the SQL of their arguments. Nulls are skipped, except by `first` and `last`, which take the row's value
 * as it is, and by `argMin` and `argMax`, which skip rows where `by` is null only.
 *
 * - `sum` of integers is HUGEINT, `avg` of integers and decimals one division of an exact sum (DuckDB keeps 128 bits;
 *   a larger sum is an error);
 * - `median` and `quantile` interpolate in float64: DuckDB's own quantile of decimals cuts to their scale;
 * - ties: `first`, `last` order equal keys by the value itself; `argMin` takes the smallest value, `argMax` the largest.
 */
export const aggregateFunctionSql: Readonly<Record<AggregateFunction, (...args: string[]) => AggregateSql>> = {
  count: (x?: string) => ({ name: 'count', args: x ?? '*' }),
  countDistinct: (x) => ({ name: 'count', args: x, distinct: true }),
  approxCountDistinct: (x) => ({ name: 'approx_count_distinct', args: x }),
  sum: (x) => ({ name: 'sum', args: x }),
  avg: (x) => ({ name: 'avg', args: x }),
  min: (x) => ({ name: 'min', args: x }),
  max: (x) => ({ name: 'max', args: x }),
  median: (x) => ({ name: 'quantile_cont', args: `${float(x)}, 0.5` }),
  quantile: (x, fraction) => ({ name: 'quantile_cont', args: `${float(x)}, ${fraction}` }),
  stddev: (x) => ({ name: 'stddev_samp', args: x }),
  variance: (x) => ({ name: 'var_samp', args: x }),
  first: (x) => ({ name: 'first', args: x, tieBreak: x }),
  last: (x) => ({ name: 'last', args: x, tieBreak: x }),
  argMin: (x, by) => ({ name: 'arg_min_null', args: `${x}, row(${by}, ${x})`, where: `${by} IS NOT NULL` }),
  argMax: (x, by) => ({ name: 'arg_max_null', args: `${x}, row(${by}, ${x})`, where: `${by} IS NOT NULL` }),
  collectList: (x) => ({ name: 'list', args: x, where: `${x} IS NOT NULL` }),
  some: (x) => ({ name: 'bool_or', args: x }),
  every: (x) => ({ name: 'bool_and', args: x }),
  corr: (x, y) => ({ name: 'corr', args: `${x}, ${y}` }),
};

/** A sum, not a cast: text does not add, so a median of text is refused by the binder. */
function float(x: string): string {
  return `${x} + 0::DOUBLE`;
}
