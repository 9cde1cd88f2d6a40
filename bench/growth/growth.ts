import type { Session } from 'shoal';
import { openDuckDB } from '../contestants/duckdb.ts';
import { type ShoalQuery, shoalRows } from '../contestants/shoal.ts';
import { connectWorkers } from '../contestants/shoal-workers.ts';
import type { DistributedContext } from '../distributed/context.ts';
import { AnswerMismatchError, assertSameAnswer } from '../harness/answers.ts';
import type { Figure } from '../harness/figures.ts';
import { timePairs } from '../harness/pairs.ts';
import { median, medianEstimate } from '../harness/statistics.ts';
import { orderPriorities, orderPrioritiesSql } from '../queries/order-priorities.ts';
import { partTotals, partTotalsSql } from '../queries/part-totals.ts';
import { q1 } from '../queries/q1.ts';
import { q6 } from '../queries/q6.ts';
import { openTables, type Tables } from '../queries/tables.ts';
import { queriesSql } from '../tpch/queries-sql.ts';
import { tablesAt } from '../tpch/tables-at.ts';
import { childPids, peakBytes } from './worker-memory.ts';

/** The scale factor that the other one is held against. */
const SMALL_SCALE_FACTOR = 1;

/** Time may grow a tenth more than the data. */
const TIME_FACTOR = 1.1;

const WORKER_MEMORY_LIMIT = '1GB';

/** What the process itself and the engine's unaccounted memory may take beyond the limit. */
const MEMORY_GOAL = { bound: 'at most', value: 1_500 } as const;

/** Two scans, and two queries of which most rows cross between workers. */
const measured: readonly { readonly what: string; readonly build: (tables: Tables) => ShoalQuery; sql: string }[] = [
  { what: 'q1', build: q1, sql: queriesSql.q1 },
  { what: 'q6', build: q6, sql: queriesSql.q6 },
  { what: 'groupBy of all parts', build: partTotals, sql: partTotalsSql },
  { what: 'lineitem ⋈ orders', build: orderPriorities, sql: orderPrioritiesSql },
];

/** The same data set at one of the two scale factors, with workers of its own. */
interface Scale {
  readonly scaleFactor: number;
  readonly session: Session;
  readonly tables: Tables;
  readonly workers: ReadonlySet<number>;
}

/** Time at two scale factors in turn, and the workers' highest peaks of memory over all of it. */
export async function measureGrowth(context: DistributedContext): Promise<Figure[]> {
  const { options, note } = context;
  const scales: Scale[] = [];
  try {
    for (const scaleFactor of [SMALL_SCALE_FACTOR, options.scaleFactor]) scales.push(await open(scaleFactor, context));
    const [small, large] = scales as [Scale, Scale];
    const goal = { bound: 'at most', value: (TIME_FACTOR * large.scaleFactor) / small.scaleFactor } as const;
    const figures: Figure[] = [];
    for (const { what, build } of measured) {
      note(`${what}: timing`);
      const run = ({ tables }: Scale) => shoalRows(build(tables));
      const times = await timePairs(
        () => run(large),
        () => run(small),
        options.pairs,
      );
      figures.push({
        what: `${what}: scale factor ${large.scaleFactor} ÷ ${small.scaleFactor}`,
        unit: 'ratio',
        estimate: medianEstimate(times.ratios),
        shoalMs: median(times.firstMs),
        otherMs: median(times.secondMs),
        goal,
      });
    }
    return [...figures, ...scales.map(memoryFigure)];
  } finally {
    for (const { session } of scales) await session.close();
  }
}

/** Opens a session and runs every query once, which starts its workers; answers are compared. */
async function open(scaleFactor: number, { options, data, note }: DistributedContext): Promise<Scale> {
  const directory = await tablesAt(scaleFactor, data, note);
  const others = childPids();
  const session = await connectWorkers(options.threads, { workerMemoryLimit: WORKER_MEMORY_LIMIT });
  const tables = openTables(session, directory);
  const duckdb = await openDuckDB(directory, options.threads);
  try {
    for (const { what, build, sql } of measured) {
      note(`${what}: comparing answers at scale factor ${scaleFactor}`);
      assertSameAnswer(`${what} on workers`, await duckdb.reference(sql), await shoalRows(build(tables)));
    }
  } catch (error) {
    await session.close();
    throw error;
  } finally {
    duckdb.close();
  }
  const workers = new Set([...childPids()].filter((pid) => !others.has(pid)));
  return { scaleFactor, session, tables, workers };
}

/** A worker that was lost has taken its peak with it: then there is no figure. */
function memoryFigure({ scaleFactor, workers }: Scale): Figure {
  const peaks = [...workers].map((pid) => {
    const bytes = peakBytes(pid);
    if (bytes === null) throw new AnswerMismatchError(`memory: worker ${pid} ended before its peak was read`);
    return bytes / 1e6;
  });
  const value = Math.max(...peaks);
  return {
    what: `peak resident memory of ${workers.size} workers at scale factor ${scaleFactor}, the highest`,
    unit: 'MB',
    estimate: { value, low: value, high: value },
    goal: MEMORY_GOAL,
  };
}
