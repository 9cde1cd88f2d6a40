import { col, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Important stock: parts that make up more than a ten-thousandth of the German stock's value. */
export function q11({ partsupp, supplier, nation }: Tables) {
  const stock = partsupp
    .join(supplier, { leftOn: 'ps_suppkey', rightOn: 's_suppkey' })
    .join(nation.filter(col('n_name').eq('GERMANY')), { leftOn: 's_nationkey', rightOn: 'n_nationkey' })
    .select('ps_partkey', { worth: col('ps_supplycost').mul(col('ps_availqty')) });
  const total = stock.agg({ total: sum('worth') });
  return stock
    .groupBy('ps_partkey')
    .agg({ value: sum('worth') })
    .join(total, { how: 'cross' })
    .filter(col('value').gt(col('total').mul(0.0001)))
    .select('ps_partkey', 'value')
    .sort(col('value').desc(), 'ps_partkey');
}
