import { col, count } from 'shoal';
import type { Tables } from './tables.ts';

/** Customer distribution: how many customers have how many orders, special requests left out. */
export function q13({ customer, orders }: Tables) {
  const ordinary = orders.filter(col('o_comment').str.like('%special%requests%').not());
  return customer
    .join(ordinary, { leftOn: 'c_custkey', rightOn: 'o_custkey', how: 'left' })
    .groupBy('c_custkey')
    .agg({ c_count: count('o_orderkey') })
    .groupBy('c_count')
    .agg({ custdist: count() })
    .sort(col('custdist').desc(), col('c_count').desc());
}
