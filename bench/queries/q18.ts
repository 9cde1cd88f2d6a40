import { col, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Large-volume customers: orders of more than 300 pieces. */
export function q18({ customer, orders, lineitem }: Tables) {
  const large = lineitem
    .groupBy('l_orderkey')
    .agg({ pieces: sum('l_quantity') })
    .filter(col('pieces').gt(300));
  return customer
    .join(orders, { leftOn: 'c_custkey', rightOn: 'o_custkey' })
    .join(large, { leftOn: 'o_orderkey', rightOn: 'l_orderkey', how: 'semi' })
    .join(lineitem, { leftOn: 'o_orderkey', rightOn: 'l_orderkey' })
    .groupBy('c_name', 'c_custkey', 'o_orderkey', 'o_orderdate', 'o_totalprice')
    .agg({ sum_quantity: sum('l_quantity') })
    .sort(col('o_totalprice').desc(), 'o_orderdate', 'o_orderkey')
    .limit(100);
}
