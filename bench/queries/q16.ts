import { col, countDistinct } from 'shoal';
import type { Tables } from './tables.ts';

/** Parts and suppliers: how many suppliers without complaints offer each kind of part. */
export function q16({ partsupp, part, supplier }: Tables) {
  const wanted = part
    .filter(col('p_brand').ne('Brand#45'))
    .filter(col('p_type').str.startsWith('MEDIUM POLISHED').not())
    .filter(col('p_size').isIn([49, 14, 23, 45, 19, 3, 36, 9]));
  const blamed = supplier.filter(col('s_comment').str.like('%Customer%Complaints%'));
  return partsupp
    .join(wanted, { leftOn: 'ps_partkey', rightOn: 'p_partkey' })
    .join(blamed, { leftOn: 'ps_suppkey', rightOn: 's_suppkey', how: 'anti' })
    .groupBy('p_brand', 'p_type', 'p_size')
    .agg({ supplier_cnt: countDistinct('ps_suppkey') })
    .sort(col('supplier_cnt').desc(), 'p_brand', 'p_type', 'p_size');
}
