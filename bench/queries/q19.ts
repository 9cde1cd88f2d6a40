import { col, lit, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Discounted revenue: lines of three kinds, delivered by air and in person. */
export function q19({ lineitem, part }: Tables) {
  const small = col('p_brand')
    .eq('Brand#12')
    .and(col('p_container').isIn(['SM CASE', 'SM BOX', 'SM PACK', 'SM PKG']))
    .and(col('p_size').between(1, 5), col('l_quantity').between(1, 11));
  const medium = col('p_brand')
    .eq('Brand#23')
    .and(col('p_container').isIn(['MED BAG', 'MED BOX', 'MED PKG', 'MED PACK']))
    .and(col('p_size').between(1, 10), col('l_quantity').between(10, 20));
  const large = col('p_brand')
    .eq('Brand#34')
    .and(col('p_container').isIn(['LG CASE', 'LG BOX', 'LG PACK', 'LG PKG']))
    .and(col('p_size').between(1, 15), col('l_quantity').between(20, 30));
  return lineitem
    .filter(col('l_shipmode').isIn(['AIR', 'AIR REG']))
    .filter(col('l_shipinstruct').eq('DELIVER IN PERSON'))
    .join(part, { leftOn: 'l_partkey', rightOn: 'p_partkey' })
    .filter(small.or(medium, large))
    .agg({ revenue: sum(col('l_extendedprice').mul(lit(1).sub(col('l_discount')))) });
}
