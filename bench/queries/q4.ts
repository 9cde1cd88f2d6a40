import { col, count } from 'shoal';
import type { Tables } from './tables.ts';

/** Order priority checking: orders of a quarter with a late line, by priority. */
export function q4({ orders, lineitem }: Tables) {
  const late = lineitem.filter(col('l_commitdate').lt(col('l_receiptdate')));
  return orders
    .filter(col('o_orderdate').gte(new Date('1993-07-01')))
    .filter(col('o_orderdate').lt(new Date('1993-10-01')))
    .join(late, { leftOn: 'o_orderkey', rightOn: 'l_orderkey', how: 'semi' })
    .groupBy('o_orderpriority')
    .agg({ order_count: count() })
    .sort('o_orderpriority');
}
