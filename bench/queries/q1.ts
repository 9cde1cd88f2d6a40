import { avg, col, count, lit, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Pricing summary: totals of all lines shipped up to a date, by return flag and status. */
export function q1({ lineitem }: Tables) {
  const discounted = col('l_extendedprice').mul(lit(1).sub(col('l_discount')));
  return lineitem
    .filter(col('l_shipdate').lte(new Date('1998-09-02')))
    .groupBy('l_returnflag', 'l_linestatus')
    .agg({
      sum_qty: sum('l_quantity'),
      sum_base_price: sum('l_extendedprice'),
      sum_disc_price: sum(discounted),
      sum_charge: sum(discounted.mul(lit(1).add(col('l_tax')))),
      avg_qty: avg('l_quantity'),
      avg_price: avg('l_extendedprice'),
      avg_disc: avg('l_discount'),
      count_order: count(),
    })
    .sort('l_returnflag', 'l_linestatus');
}
