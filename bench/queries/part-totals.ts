import { count, max, sum } from 'shoal';
import type { Tables } from './tables.ts';

/** Totals over one group for each part, 200,000 at scale factor 1: line items lie in no order of their parts. */
export function partTotals({ lineitem }: Tables) {
  return lineitem
    .groupBy('l_partkey')
    .agg({ lines: count(), quantity: sum('l_quantity') })
    .agg({ parts: count(), lines: sum('lines'), quantity: sum('quantity'), most: max('lines') });
}

/** The same for DuckDB. */
export const partTotalsSql = `
  SELECT count(*) AS parts, sum(lines) AS lines, sum(quantity) AS quantity, max(lines) AS most
  FROM (SELECT l_partkey, count(*) AS lines, sum(l_quantity) AS quantity FROM lineitem GROUP BY l_partkey)`;
