import { col, lit, sum, when } from 'shoal';
import type { Tables } from './tables.ts';

/** Promotion effect: percentage of a month's revenue from promotion parts. */
export function q14({ lineitem, part }: Tables) {
  const revenue = col('l_extendedprice').mul(lit(1).sub(col('l_discount')));
  const isPromotion = col('p_type').str.startsWith('PROMO');
  return lineitem
    .filter(col('l_shipdate').gte(new Date('1995-09-01')))
    .filter(col('l_shipdate').lt(new Date('1995-10-01')))
    .join(part, { leftOn: 'l_partkey', rightOn: 'p_partkey' })
    .agg({ promo_revenue: sum(when(isPromotion, revenue).otherwise(0)).mul(100).div(sum(revenue)) });
}
