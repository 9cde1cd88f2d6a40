import { count, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Every line item joined with its order: both tables are read whole, and the answer is small. */
export function orderPriorities({ lineitem, orders }: Tables) {
  return lineitem
    .join(orders, { leftOn: 'l_orderkey', rightOn: 'o_orderkey' })
    .groupBy('o_orderpriority')
    .agg({ lines: count(), price: sum('l_extendedprice') })
    .sort('o_orderpriority');
}

/** The same for DuckDB. */
export const orderPrioritiesSql = `
  SELECT o_orderpriority, count(*) AS lines, sum(l_extendedprice) AS price
  FROM lineitem JOIN orders ON l_orderkey = o_orderkey
  GROUP BY o_orderpriority
  ORDER BY o_orderpriority`;
