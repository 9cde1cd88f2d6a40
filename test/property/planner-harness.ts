import { join } from 'node:path';
import { MemoryTables } from '../../src/dataset/memory-tables.ts';
import { createPlanning } from '../../src/dataset/planning.ts';
import type { AnyRow } from '../../src/dataset/row-types.ts';
import { describeSchema } from '../../src/engine/describe.ts';
import { EnginePool } from '../../src/engine/engine-pool.ts';
import { streamBatches } from '../../src/engine/read-batches.ts';
import { renderQuery } from '../../src/engine/sql/relation.ts';
import { Result } from '../../src/index.ts';
import type { Batch } from '../../src/plan/batch.ts';
import type { LogicalNode } from '../../src/plan/logical.ts';
import type { RelNode } from '../../src/plan/relation.ts';
import type { Task } from '../../src/plan/task.ts';
import { bind } from '../../src/planner/bind.ts';
import { gatherEvidence } from '../../src/planner/gather-evidence.ts';
import { type PlanningEnvironment, planQuery } from '../../src/planner/plan-query.ts';
import { stageTasks } from '../../src/planner/stages/stage-tasks.ts';
import { createStore } from '../../src/storage/create-store.ts';
import { localPath } from '../../src/storage/uri.ts';
import { connectTo, type WorkerEnvironment } from '../../src/worker/run-task.ts';
import type { Rows } from './reference/reference.ts';
import { exactValues, shoalRows } from './shoal-rows.ts';

/** Planner and engine without a session between them. */
export class PlannerHarness {
  private readonly environment: WorkerEnvironment;
  private readonly planning: PlanningEnvironment;
  private readonly folder: string;

  /** @param folder the one that all files lie in */
  constructor(folder: string) {
    const scratchDirectory = join(folder, 'scratch');
    const pool = new EnginePool();
    const store = createStore();
    this.folder = folder;
    this.environment = { engines: pool, store, scratchDirectory, threads: 1, memoryLimitBytes: 512 << 20 };
    const refuse = () => Promise.reject(new TypeError('These plans persist nothing.'));
    this.planning = createPlanning(
      this.environment,
      new MemoryTables(scratchDirectory),
      'UTC',
      async () => null,
      refuse,
    );
  }

  /** What the user typed, bound and not optimized. */
  async bound(node: LogicalNode): Promise<RelNode> {
    return bind(node, await gatherEvidence(node, this.planning, this.planning.connect));
  }

  /** The one task of the query's plan. */
  async task(node: LogicalNode): Promise<Task> {
    const request = { node, output: { kind: 'result' }, sinkMode: 'error', wireTypes: false } as const;
    const plan = await planQuery(request, this.planning);
    const [stage] = plan.stages;
    const [task] = stage ? stageTasks(plan, stage, new Map(), 'file:///nowhere/') : [];
    if (!task) throw new TypeError('The plan has no task.');
    return task;
  }

  /** Runs a plan as it is. */
  async rows(rel: RelNode): Promise<Rows> {
    const connection = await connectTo([join(this.folder, 'any')], this.environment);
    try {
      const schema = await describeSchema(connection, rel);
      const batches: Batch[] = [];
      for await (const batch of streamBatches(connection, textOf(rel))) batches.push(batch);
      return shoalRows(new Result<AnyRow>(schema, batches, exactValues));
    } finally {
      connection.closeSync();
    }
  }

  close(): Promise<void> {
    return this.environment.engines.close();
  }
}

/** The SQL of a plan. */
export function textOf(rel: RelNode): string {
  return renderQuery(rel, { localPath: (file) => localPath(file.uri) ?? '' });
}
