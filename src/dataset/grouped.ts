import { PlanError } from '../errors.ts';
import type { NamedExpr } from '../plan/expr.ts';
import { avg, count, max, min, sum } from './aggregates.ts';
import type { Dataset } from './dataset.ts';
import { namedExprs } from './named.ts';
import type { AnyRow, ColumnName, Computed, Expressions, Simplify } from './row-types.ts';

/** A dataset with its rows grouped: `agg` and its shorthands make one row of each group. */
export class GroupedDataset<Row, Keys> {
  private readonly keys: readonly NamedExpr[];
  private readonly aggregate: (keys: readonly NamedExpr[], aggregates: readonly NamedExpr[]) => Dataset<never>;

  constructor(
    keys: readonly NamedExpr[],
    aggregate: (keys: readonly NamedExpr[], aggregates: readonly NamedExpr[]) => Dataset<never>,
  ) {
    this.keys = keys;
    this.aggregate = aggregate;
  }

  /** The keys and these aggregates, one row a group; groups come in no order. */
  agg<E extends Expressions<Row>>(aggregates: E): Dataset<Simplify<Keys & Computed<Row, E>>> {
    const named = namedExprs([aggregates], 'agg');
    const clash = named.find(({ name }) => this.keys.some((key) => key.name === name));
    if (clash)
      throw new PlanError(
        'DUPLICATE_COLUMN',
        `agg() fills the column ${JSON.stringify(clash.name)}, which is a key of groupBy() already.`,
      );
    return this.aggregate(this.keys, named) as unknown as Dataset<Simplify<Keys & Computed<Row, E>>>;
  }

  /** Number of rows of each group, as `count`. */
  count(): Dataset<Simplify<Keys & { count: number }>> {
    return this.agg({ count: count() }) as unknown as Dataset<Simplify<Keys & { count: number }>>;
  }

  /** Sums of these columns, under their own names. */
  sum<K extends ColumnName<Row>>(...names: readonly K[]): Dataset<Simplify<Keys & { [P in K]: number }>> {
    return this.each(names, sum);
  }

  /** Means of these columns, under their own names. */
  avg<K extends ColumnName<Row>>(...names: readonly K[]): Dataset<Simplify<Keys & { [P in K]: number }>> {
    return this.each(names, avg);
  }

  /** Smallest values of these columns, under their own names. */
  min<K extends ColumnName<Row>>(
    ...names: readonly K[]
  ): Dataset<Simplify<Keys & { [P in K]: P extends keyof Row ? Row[P] : AnyRow[string] }>> {
    return this.each(names, min);
  }

  /** Largest values of these columns, under their own names. */
  max<K extends ColumnName<Row>>(
    ...names: readonly K[]
  ): Dataset<Simplify<Keys & { [P in K]: P extends keyof Row ? Row[P] : AnyRow[string] }>> {
    return this.each(names, max);
  }

  private each<R>(names: readonly string[], fn: (name: string) => { readonly node: NamedExpr['expr'] }): Dataset<R> {
    return this.aggregate(
      this.keys,
      names.map((name) => ({ name, expr: fn(name).node })),
    ) as unknown as Dataset<R>;
  }
}
