import { col, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Potential part promotion: Canadian suppliers with more than half a year's sales of a forest part in stock. */
export function q20({ supplier, nation, partsupp, part, lineitem }: Tables) {
  const forest = part.filter(col('p_name').str.startsWith('forest'));
  const shipped = lineitem
    .filter(col('l_shipdate').gte(new Date('1994-01-01')))
    .filter(col('l_shipdate').lt(new Date('1995-01-01')))
    .groupBy('l_partkey', 'l_suppkey')
    .agg({ quantity: sum('l_quantity') });
  const abundant = partsupp
    .join(forest, { leftOn: 'ps_partkey', rightOn: 'p_partkey', how: 'semi' })
    .join(shipped, { leftOn: ['ps_partkey', 'ps_suppkey'], rightOn: ['l_partkey', 'l_suppkey'] })
    .filter(col('ps_availqty').gt(col('quantity').mul(0.5)));
  return supplier
    .join(nation.filter(col('n_name').eq('CANADA')), { leftOn: 's_nationkey', rightOn: 'n_nationkey', how: 'semi' })
    .join(abundant, { leftOn: 's_suppkey', rightOn: 'ps_suppkey', how: 'semi' })
    .select('s_name', 's_address')
    .sort('s_name');
}
