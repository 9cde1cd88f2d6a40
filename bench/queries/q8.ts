import { col, lit, sum, when } from 'shoal';
import type { Tables } from './tables.ts';

/** National market share: Brazil's share of one part type in America, by year. */
export function q8({ part, lineitem, supplier, orders, customer, nation, region }: Tables) {
  const americans = customer
    .join(nation, { leftOn: 'c_nationkey', rightOn: 'n_nationkey' })
    .join(region.filter(col('r_name').eq('AMERICA')), { leftOn: 'n_regionkey', rightOn: 'r_regionkey' })
    .select('c_custkey');
  const volume = col('l_extendedprice').mul(lit(1).sub(col('l_discount')));
  return part
    .filter(col('p_type').eq('ECONOMY ANODIZED STEEL'))
    .join(lineitem, { leftOn: 'p_partkey', rightOn: 'l_partkey' })
    .join(orders, { leftOn: 'l_orderkey', rightOn: 'o_orderkey' })
    .filter(col('o_orderdate').between(new Date('1995-01-01'), new Date('1996-12-31')))
    .join(americans, { leftOn: 'o_custkey', rightOn: 'c_custkey', how: 'semi' })
    .join(supplier, { leftOn: 'l_suppkey', rightOn: 's_suppkey' })
    .join(nation, { leftOn: 's_nationkey', rightOn: 'n_nationkey' })
    .groupBy({ o_year: col('o_orderdate').dt.year() })
    .agg({ mkt_share: sum(when(col('n_name').eq('BRAZIL'), volume).otherwise(0)).div(sum(volume)) })
    .sort('o_year');
}
