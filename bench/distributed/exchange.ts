import { col, count, type Session, sum } from 'shoal';
import { openDuckDB } from '../contestants/duckdb.ts';
import { type ShoalQuery, shoalRows } from '../contestants/shoal.ts';
import { connectWorkers } from '../contestants/shoal-workers.ts';
import { assertSameAnswer } from '../harness/answers.ts';
import { type Figure, type Goal, timeRatio } from '../harness/figures.ts';
import { timePairs } from '../harness/pairs.ts';
import { orderPriorities, orderPrioritiesSql } from '../queries/order-priorities.ts';
import { openTables } from '../queries/tables.ts';
import { tablesAt } from '../tpch/tables-at.ts';
import type { DistributedContext } from './context.ts';
import { shuffledLineitem } from './shuffled.ts';

/** The scale factor at which the goals are set: 6 million line items. */
const SCALE_FACTOR = 1;

interface Measured {
  readonly what: string;
  readonly query: () => ShoalQuery;
  readonly sql: string;
  readonly goal: Goal;
}

/** Queries whose rows cross between processes: nearly all groups, and both sides of a join. */
export async function measureExchange({ options, data, note }: DistributedContext): Promise<Figure[]> {
  const { threads, pairs } = options;
  const tables = await tablesAt(SCALE_FACTOR, data, note);
  note('exchange: shuffling line items, where that is not done yet');
  const shuffled = await shuffledLineitem(tables, data);
  const duckdb = await openDuckDB(tables, threads);
  // No side of a join is read whole by every task: both are dealt by their keys.
  const shoal = await connectWorkers(threads, {}, { broadcastBytes: 0 });
  const join: Measured = {
    what: 'lineitem ⋈ orders by hash',
    query: () => orderPriorities(openTables(shoal, tables)),
    sql: orderPrioritiesSql,
    goal: { bound: 'at most', value: 3 },
  };
  const figures: Figure[] = [];
  try {
    for (const { what, query, sql, goal } of [groups(shoal, shuffled), join]) {
      note(`${what}: comparing answers`);
      const ours = () => shoalRows(query());
      assertSameAnswer(`${what} on workers`, await duckdb.reference(sql), await ours());
      note(`${what}: timing`);
      figures.push(timeRatio(what, 'DuckDB', await timePairs(ours, () => duckdb.rows(sql), pairs), goal));
    }
  } finally {
    await shoal.close();
    duckdb.close();
  }
  return figures;
}

/**
 * 1.5 M groups, of which totals are asked for: as objects, which shoal makes several times faster than DuckDB's client, the
 * groups would hide what the exchange costs. The checksum holds every group to its own numbers.
 */
function groups(shoal: Session, path: string): Measured {
  const key = col('l_orderkey').mod(1_500_000).mul(7919).mod(1_500_007);
  const query = () =>
    shoal.read
      .parquet(path)
      .withColumns({ key })
      .groupBy('key')
      .agg({ lines: count(), quantity: sum('l_quantity') })
      .agg({
        groups: count(),
        lines: sum('lines'),
        quantity: sum('quantity'),
        checksum: sum(col('key').mul(col('lines')).mul(col('lines'))),
      });
  const sql = `
    SELECT count(*) AS "groups", sum(lines) AS lines, sum(quantity) AS quantity, sum(key * lines * lines) AS checksum
    FROM (
      SELECT l_orderkey % 1500000 * 7919 % 1500007 AS key, count(*) AS lines, sum(l_quantity) AS quantity
      FROM read_parquet('${path}')
      GROUP BY key
    )`;
  return { what: 'groupBy of 1.5 M unclustered groups', query, sql, goal: { bound: 'at most', value: 2 } };
}
