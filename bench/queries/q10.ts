import { col, lit, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Returned items: the 20 customers who sent back most in a quarter. */
export function q10({ customer, orders, lineitem, nation }: Tables) {
  return customer
    .join(nation, { leftOn: 'c_nationkey', rightOn: 'n_nationkey' })
    .join(orders, { leftOn: 'c_custkey', rightOn: 'o_custkey' })
    .filter(col('o_orderdate').gte(new Date('1993-10-01')))
    .filter(col('o_orderdate').lt(new Date('1994-01-01')))
    .join(lineitem.filter(col('l_returnflag').eq('R')), { leftOn: 'o_orderkey', rightOn: 'l_orderkey' })
    .groupBy('c_custkey', 'c_name', 'c_acctbal', 'c_phone', 'n_name', 'c_address', 'c_comment')
    .agg({ revenue: sum(col('l_extendedprice').mul(lit(1).sub(col('l_discount')))) })
    .select('c_custkey', 'c_name', 'revenue', 'c_acctbal', 'n_name', 'c_address', 'c_phone', 'c_comment')
    .sort(col('revenue').desc(), 'c_custkey')
    .limit(20);
}
