import { col, lit, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Local supplier volume: revenue in Asia where customer and supplier share a nation. */
export function q5({ customer, orders, lineitem, supplier, nation, region }: Tables) {
  const year = orders.filter(
    col('o_orderdate')
      .gte(new Date('1994-01-01'))
      .and(col('o_orderdate').lt(new Date('1995-01-01'))),
  );
  return customer
    .join(year, { leftOn: 'c_custkey', rightOn: 'o_custkey' })
    .join(lineitem, { leftOn: 'o_orderkey', rightOn: 'l_orderkey' })
    .join(supplier, { leftOn: ['l_suppkey', 'c_nationkey'], rightOn: ['s_suppkey', 's_nationkey'] })
    .join(nation, { leftOn: 'c_nationkey', rightOn: 'n_nationkey' })
    .join(region.filter(col('r_name').eq('ASIA')), { leftOn: 'n_regionkey', rightOn: 'r_regionkey' })
    .groupBy('n_name')
    .agg({ revenue: sum(col('l_extendedprice').mul(lit(1).sub(col('l_discount')))) })
    .sort(col('revenue').desc());
}
