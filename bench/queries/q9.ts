import { col, lit, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Product type profit: profit on green parts by nation and year. */
export function q9({ part, lineitem, partsupp, supplier, orders, nation }: Tables) {
  const revenue = col('l_extendedprice').mul(lit(1).sub(col('l_discount')));
  return part
    .filter(col('p_name').str.contains('green'))
    .join(lineitem, { leftOn: 'p_partkey', rightOn: 'l_partkey' })
    .join(partsupp, { leftOn: ['p_partkey', 'l_suppkey'], rightOn: ['ps_partkey', 'ps_suppkey'] })
    .join(supplier, { leftOn: 'l_suppkey', rightOn: 's_suppkey' })
    .join(orders, { leftOn: 'l_orderkey', rightOn: 'o_orderkey' })
    .join(nation, { leftOn: 's_nationkey', rightOn: 'n_nationkey' })
    .select({
      nation: col('n_name'),
      o_year: col('o_orderdate').dt.year(),
      profit: revenue.sub(col('ps_supplycost').mul(col('l_quantity'))),
    })
    .groupBy('nation', 'o_year')
    .agg({ sum_profit: sum('profit') })
    .sort('nation', col('o_year').desc());
}
