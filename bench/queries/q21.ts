import { col, count } from 'shoal';
import type { Tables } from './tables.ts';

/** Suppliers who kept orders waiting: Saudi suppliers who alone were late in a finished order of several. */
export function q21({ supplier, lineitem, orders, nation }: Tables) {
  const late = lineitem.filter(col('l_receiptdate').gt(col('l_commitdate')));
  const ofAnotherSupplier = col('l_suppkey').ne(col('l_suppkey_right'));
  return supplier
    .join(nation.filter(col('n_name').eq('SAUDI ARABIA')), { leftOn: 's_nationkey', rightOn: 'n_nationkey' })
    .join(late, { leftOn: 's_suppkey', rightOn: 'l_suppkey' })
    .join(orders.filter(col('o_orderstatus').eq('F')), { leftOn: 'l_orderkey', rightOn: 'o_orderkey' })
    .join(lineitem, { on: 'l_orderkey', how: 'semi', where: ofAnotherSupplier })
    .join(late, { on: 'l_orderkey', how: 'anti', where: ofAnotherSupplier })
    .groupBy('s_name')
    .agg({ numwait: count() })
    .sort(col('numwait').desc(), 's_name')
    .limit(100);
}
