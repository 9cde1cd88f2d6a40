import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Dataset } from '../../src/dataset/dataset.ts';
import { MemoryTables } from '../../src/dataset/memory-tables.ts';
import { createPlanning } from '../../src/dataset/planning.ts';
import { Reader } from '../../src/dataset/reader.ts';
import { EnginePool } from '../../src/engine/engine-pool.ts';
import type { LogicalNode } from '../../src/plan/logical.ts';
import type { SourceSpec } from '../../src/plan/source.ts';
import type { PhysicalPlan } from '../../src/plan/stage.ts';
import { type PlanningEnvironment, type PlanRequest, planQuery } from '../../src/planner/plan-query.ts';
import type { Spread } from '../../src/planner/stages/spread-query.ts';
import { stageTasks } from '../../src/planner/stages/stage-tasks.ts';
import { evaluate } from './evaluate.ts';
import { type Lake, openLake } from './lake.ts';
import type { Row } from './rows.ts';
import { layoutOf, type Shape, shapes, type Tables } from './shapes.ts';
import { readSourceRows } from './sources.ts';

/** A query ready to be simulated. */
export interface SimQuery {
  readonly shape: Shape;
  readonly plan: PhysicalPlan;
  /** The rows that it gives when nothing goes wrong: those of one task over whole inputs. */
  readonly expected: readonly Row[];
}

/** All queries, and what they read. */
export interface SimQueries {
  readonly lake: Lake;
  readonly queries: readonly SimQuery[];
}

/** Where sinks write; see {@link SimQuery}. */
export const sinkFile = 's3://lake/out.parquet';
export const sinkFolder = 's3://lake/out/';

/** How far each query is spread; a plan of few tasks is done in no time, one of many has more to go wrong. */
const spreads: readonly (Omit<Spread, 'splitBytes' | 'always'> & { readonly slots: number })[] = [
  { slots: 2, tasks: 3, partitions: 3, broadcastBytes: 64 << 20, exchange: null },
  { slots: 4, tasks: 5, partitions: null, broadcastBytes: 1 << 20, exchange: null },
  { slots: 3, tasks: 4, partitions: 5, broadcastBytes: 0, exchange: 'two-level' },
];

/** Plans every shape in every way, by the real planner; nothing of it is simulated. */
export async function openQueries(): Promise<SimQueries> {
  const lake = await openLake();
  const folder = await mkdtemp(join(tmpdir(), 'shoal-simulation-'));
  const engines = new EnginePool();
  const environment = { engines, store: lake.store, scratchDirectory: folder, threads: 1, memoryLimitBytes: 256 << 20 };
  const refuse = () => Promise.reject(new TypeError('These queries persist nothing.'));
  let spread: Awaited<ReturnType<PlanningEnvironment['spread']>> = null;
  const planning = onceForEach(
    createPlanning(environment, new MemoryTables(folder), 'UTC', async () => spread, refuse),
  );
  try {
    const tables = openTables();
    const queries: SimQuery[] = [];
    for (const shape of shapes) {
      const request = requestOf(shape, tables);
      spread = null;
      const expected = rowsOf(await planQuery({ ...request, output: { kind: 'result' } }, planning), lake);
      for (const { slots, ...wanted } of spreads) {
        const place = { name: 'simulation', slots, startMs: 1, invokeMs: 1, bytesPerSecond: 1e8 };
        spread = { spread: { ...wanted, splitBytes: 64 << 20, always: true }, driver: place, backend: place };
        queries.push({ shape, plan: await planQuery(request, planning), expected });
      }
    }
    return { lake, queries };
  } finally {
    await engines.close();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Looks at each source once: they are the same for all queries. */
function onceForEach(planning: PlanningEnvironment): PlanningEnvironment {
  const known = new Map<SourceSpec, ReturnType<PlanningEnvironment['resolveSource']>>();
  return {
    ...planning,
    resolveSource: (spec) => {
      const source = known.get(spec) ?? planning.resolveSource(spec);
      known.set(spec, source);
      return source;
    },
  };
}

function openTables(): Tables {
  // Datasets of no session: they are planned, never run.
  const none = {} as never;
  const reader = new Reader(<Row>(node: LogicalNode) => new Dataset<Row>(none, node));
  return {
    orders: reader.parquet('s3://lake/orders/*.parquet'),
    customers: reader.csv('s3://lake/customers/*.csv', {}),
    events: reader.csv('s3://lake/events.csv', {}),
    logs: reader.ndjson('s3://lake/logs.ndjson'),
  };
}

function requestOf({ dataset, sink }: Shape, tables: Tables): PlanRequest {
  const { node } = dataset(tables);
  if (!sink) return { node, output: { kind: 'result' }, sinkMode: 'error', wireTypes: false };
  const layout = layoutOf(sink);
  const format = { kind: 'parquet', compression: 'zstd', rowGroupRows: 122_880 } as const;
  const uri = layout.kind === 'file' ? sinkFile : sinkFolder;
  return { node, output: { kind: 'sink', uri, format, layout }, sinkMode: sink.mode, wireTypes: false };
}

/** What a plan of one task gives. */
function rowsOf(plan: PhysicalPlan, { sources }: Lake): readonly Row[] {
  const [stage, ...others] = plan.stages;
  const [task, ...more] = stage ? stageTasks(plan, stage, new Map(), 's3://lake/none/') : [];
  if (!task || others.length > 0 || more.length > 0) throw new TypeError('A plan of one task was expected.');
  return evaluate(task.plan, (leaf) => {
    if (leaf.kind === 'read') throw new TypeError('A plan of one task reads no exchange.');
    return leaf.source.files.flatMap((file) => {
      const source = sources.get(file.uri);
      if (!source) throw new TypeError(`The simulation does not know ${file.uri}.`);
      return readSourceRows(source, file, 0).rows;
    });
  });
}
