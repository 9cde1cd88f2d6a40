import { col, lit, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Volume shipping: trade between France and Germany by year. */
export function q7({ supplier, lineitem, orders, customer, nation }: Tables) {
  const traders = nation.filter(col('n_name').isIn(['FRANCE', 'GERMANY']));
  const suppliers = supplier
    .join(traders, { leftOn: 's_nationkey', rightOn: 'n_nationkey' })
    .select('s_suppkey', { supp_nation: col('n_name') });
  const customers = customer
    .join(traders, { leftOn: 'c_nationkey', rightOn: 'n_nationkey' })
    .select('c_custkey', { cust_nation: col('n_name') });
  const fromFrance = col('supp_nation').eq('FRANCE').and(col('cust_nation').eq('GERMANY'));
  const fromGermany = col('supp_nation').eq('GERMANY').and(col('cust_nation').eq('FRANCE'));
  return lineitem
    .filter(col('l_shipdate').between(new Date('1995-01-01'), new Date('1996-12-31')))
    .join(suppliers, { leftOn: 'l_suppkey', rightOn: 's_suppkey' })
    .join(orders, { leftOn: 'l_orderkey', rightOn: 'o_orderkey' })
    .join(customers, { leftOn: 'o_custkey', rightOn: 'c_custkey' })
    .filter(fromFrance.or(fromGermany))
    .groupBy('supp_nation', 'cust_nation', { l_year: col('l_shipdate').dt.year() })
    .agg({ revenue: sum(col('l_extendedprice').mul(lit(1).sub(col('l_discount')))) })
    .sort('supp_nation', 'cust_nation', 'l_year');
}
