import { openDuckDB } from '../contestants/duckdb.ts';
import { shoalRows } from '../contestants/shoal.ts';
import { connectWorkers } from '../contestants/shoal-workers.ts';
import { assertSameAnswer } from '../harness/answers.ts';
import { type Figure, timeRatio } from '../harness/figures.ts';
import { timePairs } from '../harness/pairs.ts';
import { q1 } from '../queries/q1.ts';
import { q6 } from '../queries/q6.ts';
import { openTables } from '../queries/tables.ts';
import { queriesSql } from '../tpch/queries-sql.ts';
import { tablesAt } from '../tpch/tables-at.ts';
import type { DistributedContext } from './context.ts';

const measured = [
  { name: 'q1', build: q1, goal: { bound: 'at most', value: 1.1 } },
  { name: 'q6', build: q6, goal: { bound: 'at most', value: 1.25 } },
] as const;

/** Scans with small answers: what it costs to cut a query into tasks of other processes. */
export async function measureQueries({ options, data, note }: DistributedContext): Promise<Figure[]> {
  const { scaleFactor, threads, pairs } = options;
  const tables = await tablesAt(scaleFactor, data, note);
  const duckdb = await openDuckDB(tables, threads);
  const shoal = await connectWorkers(threads);
  const datasets = openTables(shoal, tables);
  const figures: Figure[] = [];
  try {
    for (const { name, build, goal } of measured) {
      note(`${name}: comparing answers`);
      const sql = queriesSql[name];
      const ours = () => shoalRows(build(datasets));
      assertSameAnswer(`${name} on workers`, await duckdb.reference(sql), await ours());
      note(`${name}: timing`);
      const times = await timePairs(ours, () => duckdb.rows(sql), pairs);
      figures.push(timeRatio(`${name} at scale factor ${scaleFactor}`, 'DuckDB', times, goal));
    }
  } finally {
    await shoal.close();
    duckdb.close();
  }
  return figures;
}
