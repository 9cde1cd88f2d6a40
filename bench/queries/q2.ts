import { col, min } from 'shoal';
import type { Tables } from './tables.ts';

/** Minimum-cost supplier: for each brass part of size 15, the European supplier who sells it cheapest. */
export function q2({ part, supplier, partsupp, nation, region }: Tables) {
  const europeans = supplier
    .join(nation, { leftOn: 's_nationkey', rightOn: 'n_nationkey' })
    .join(region.filter(col('r_name').eq('EUROPE')), { leftOn: 'n_regionkey', rightOn: 'r_regionkey', how: 'semi' });
  return part
    .filter(col('p_size').eq(15).and(col('p_type').str.endsWith('BRASS')))
    .join(partsupp, { leftOn: 'p_partkey', rightOn: 'ps_partkey' })
    .join(europeans, { leftOn: 'ps_suppkey', rightOn: 's_suppkey' })
    .filter(col('ps_supplycost').eq(min('ps_supplycost').over({ partitionBy: 'p_partkey' })))
    .select('s_acctbal', 's_name', 'n_name', 'p_partkey', 'p_mfgr', 's_address', 's_phone', 's_comment')
    .sort(col('s_acctbal').desc(), 'n_name', 's_name', 'p_partkey')
    .limit(100);
}
