import { avg, col, count, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Global sales opportunity: well-off customers of seven countries who never ordered. */
export function q22({ customer, orders }: Tables) {
  const candidates = customer
    .withColumns({ cntrycode: col('c_phone').str.slice(0, 2) })
    .filter(col('cntrycode').isIn(['13', '31', '23', '29', '30', '18', '17']));
  const average = candidates.filter(col('c_acctbal').gt(0)).agg({ average: avg('c_acctbal') });
  return candidates
    .join(average, { how: 'cross' })
    .filter(col('c_acctbal').gt(col('average')))
    .join(orders, { leftOn: 'c_custkey', rightOn: 'o_custkey', how: 'anti' })
    .groupBy('cntrycode')
    .agg({ numcust: count(), totacctbal: sum('c_acctbal') })
    .sort('cntrycode');
}
