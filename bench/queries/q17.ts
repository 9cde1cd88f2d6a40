import { avg, col, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Small-quantity orders: yearly revenue lost without orders below a fifth of a part's average quantity. */
export function q17({ lineitem, part }: Tables) {
  const boxes = part.filter(col('p_brand').eq('Brand#23').and(col('p_container').eq('MED BOX')));
  const averageOfPart = avg('l_quantity').over({ partitionBy: 'l_partkey' });
  return lineitem
    .join(boxes, { leftOn: 'l_partkey', rightOn: 'p_partkey', how: 'semi' })
    .filter(col('l_quantity').lt(averageOfPart.mul(0.2)))
    .agg({ avg_yearly: sum('l_extendedprice').div(7) });
}
