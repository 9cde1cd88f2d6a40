import { col, lit, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Shipping priority: the ten unshipped orders worth most, in one market segment. */
export function q3({ customer, orders, lineitem }: Tables) {
  const day = new Date('1995-03-15');
  return customer
    .filter(col('c_mktsegment').eq('BUILDING'))
    .join(orders.filter(col('o_orderdate').lt(day)), { leftOn: 'c_custkey', rightOn: 'o_custkey' })
    .join(lineitem.filter(col('l_shipdate').gt(day)), { leftOn: 'o_orderkey', rightOn: 'l_orderkey' })
    .groupBy('l_orderkey', 'o_orderdate', 'o_shippriority')
    .agg({ revenue: sum(col('l_extendedprice').mul(lit(1).sub(col('l_discount')))) })
    .select('l_orderkey', 'revenue', 'o_orderdate', 'o_shippriority')
    .sort(col('revenue').desc(), 'o_orderdate', 'l_orderkey')
    .limit(10);
}
