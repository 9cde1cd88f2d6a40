import { join } from 'node:path';
import { col, connect, count, lit, max, sum } from 'shoal';
import { openDuckDB } from '../contestants/duckdb.ts';
import { shoalRows } from '../contestants/shoal.ts';
import { assertSameAnswer } from '../harness/answers.ts';
import { type Figure, timeRatio } from '../harness/figures.ts';
import { timePairs } from '../harness/pairs.ts';
import type { BenchContext } from './context.ts';

const GOAL = { bound: 'at most', value: 1.1 } as const;

const sql = `
  SELECT
    l_returnflag,
    l_linestatus,
    sum(l_quantity) AS quantity,
    sum(l_extendedprice * (1 - l_discount)) AS revenue,
    max(l_shipdate) AS last_shipped,
    count(*) AS lines
  FROM lineitem_csv
  GROUP BY l_returnflag, l_linestatus
  ORDER BY l_returnflag, l_linestatus`;

/** An aggregation over all of `lineitem.csv`; both sides find out the dialect and the types by themselves each time. */
export async function measureCsv({ options, tables, note }: BenchContext): Promise<Figure[]> {
  const duckdb = await openDuckDB(tables, options.threads);
  const shoal = await connect({ threads: options.threads });
  try {
    const ours = () =>
      shoalRows(
        shoal.read
          .csv(join(tables, 'lineitem.csv'))
          .groupBy('l_returnflag', 'l_linestatus')
          .agg({
            quantity: sum('l_quantity'),
            revenue: sum(col('l_extendedprice').mul(lit(1).sub(col('l_discount')))),
            last_shipped: max('l_shipdate'),
            lines: count(),
          })
          .sort('l_returnflag', 'l_linestatus'),
      );
    note('csv: comparing answers');
    assertSameAnswer('csv in shoal', await duckdb.reference(sql), await ours());

    note('csv: timing');
    const times = await timePairs(ours, () => duckdb.rows(sql), options.pairs);
    return [timeRatio('aggregation of lineitem.csv', 'DuckDB', times, GOAL)];
  } finally {
    await shoal.close();
    duckdb.close();
  }
}
