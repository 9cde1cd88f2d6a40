import { col, lit, max, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Top supplier: who brought in most in a quarter. */
export function q15({ supplier, lineitem }: Tables) {
  const revenue = lineitem
    .filter(col('l_shipdate').gte(new Date('1996-01-01')))
    .filter(col('l_shipdate').lt(new Date('1996-04-01')))
    .groupBy('l_suppkey')
    .agg({ total_revenue: sum(col('l_extendedprice').mul(lit(1).sub(col('l_discount')))) });
  const best = revenue.agg({ best_revenue: max('total_revenue') });
  return supplier
    .join(revenue, { leftOn: 's_suppkey', rightOn: 'l_suppkey' })
    .join(best, { leftOn: 'total_revenue', rightOn: 'best_revenue', how: 'semi' })
    .select('s_suppkey', 's_name', 's_address', 's_phone', 'total_revenue')
    .sort('s_suppkey');
}
