import { col, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Forecasting revenue change: what dropping some small discounts would have brought in. */
export function q6({ lineitem }: Tables) {
  return lineitem
    .filter(
      col('l_shipdate')
        .gte(new Date('1994-01-01'))
        .and(col('l_shipdate').lt(new Date('1995-01-01'))),
    )
    .filter(col('l_discount').between(0.05, 0.07).and(col('l_quantity').lt(24)))
    .agg({ revenue: sum(col('l_extendedprice').mul(col('l_discount'))) });
}
