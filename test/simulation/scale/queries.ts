import { col, count, type Dataset, sum } from '../../../src/index.ts';
import type { LogicalNode } from '../../../src/plan/logical.ts';
import type { DataShape } from './volumes.ts';

/** The tables of the simulated lake, as datasets. */
export interface BigTables {
  readonly orders: Dataset;
  readonly payments: Dataset;
}

/** A query over very large tables. */
export interface BigQuery {
  readonly name: string;
  readonly dataset: (tables: BigTables) => { readonly node: LogicalNode };
  readonly shape: DataShape;
}

/** One query for each sort of plan: no exchange to speak of, one large one, two that must meet. */
export const bigQueries: readonly BigQuery[] = [
  {
    name: 'scan-aggregate',
    dataset: ({ orders, payments }) =>
      orders
        .select('country', 'amount')
        .union(payments.select('country', 'amount'))
        .filter(col('amount').gt(100))
        .groupBy('country')
        .agg({ total: sum('amount'), n: count() }),
    shape: { selectivity: 0.5, groups: 200 },
  },
  {
    name: 'groupBy',
    dataset: ({ orders, payments }) =>
      orders
        .select('customer', 'amount')
        .union(payments.select('customer', 'amount'))
        .groupBy('customer')
        .agg({ total: sum('amount') })
        .sort(col('total').desc())
        .limit(10),
    shape: { selectivity: 1, groups: 10e9 },
  },
  {
    name: 'join',
    dataset: ({ orders, payments }) =>
      orders
        .select('id', 'country')
        .join(payments.select('id', 'amount'), { on: 'id' })
        .groupBy('country')
        .agg({ total: sum('amount') }),
    shape: { selectivity: 1, groups: 200 },
  },
];
