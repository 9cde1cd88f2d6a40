import { col, count } from 'shoal';
import type { Tables } from './tables.ts';

/** Shipping modes: whether cheap modes delay urgent orders. */
export function q12({ orders, lineitem }: Tables) {
  const late = lineitem
    .filter(col('l_shipmode').isIn(['MAIL', 'SHIP']))
    .filter(col('l_shipdate').lt(col('l_commitdate')))
    .filter(col('l_commitdate').lt(col('l_receiptdate')))
    .filter(col('l_receiptdate').gte(new Date('1994-01-01')))
    .filter(col('l_receiptdate').lt(new Date('1995-01-01')));
  const isUrgent = col('o_orderpriority').isIn(['1-URGENT', '2-HIGH']);
  return orders
    .join(late, { leftOn: 'o_orderkey', rightOn: 'l_orderkey' })
    .groupBy('l_shipmode')
    .agg({ high_line_count: count().where(isUrgent), low_line_count: count().where(isUrgent.not()) })
    .sort('l_shipmode');
}
