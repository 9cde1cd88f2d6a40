import type { Backend } from '../../src/backends/backend.ts';
import { encodeOutput } from '../../src/plan/exchange-wire.ts';
import { packOutput } from '../../src/plan/producer-output.ts';
import type { RelNode, ScanRel } from '../../src/plan/relation.ts';
import type { PhysicalPlan, ScanSplit } from '../../src/plan/stage.ts';
import type { Task, TaskResult } from '../../src/plan/task.ts';
import { adapt, waitsFor } from '../../src/planner/stages/adapt.ts';
import { resplit } from '../../src/planner/stages/resplit.ts';
import { stageTasks } from '../../src/planner/stages/stage-tasks.ts';
import { systemClock } from '../../src/scheduler/clock.ts';
import type { JobContext } from '../../src/scheduler/job.ts';
import { defaultPolicy } from '../../src/scheduler/policy.ts';
import { nothing } from '../../src/scheduler/stage-result.ts';
import { createStore } from '../../src/storage/create-store.ts';

/** Tasks that run at once: a function service's usual limit. */
const slots = 1_000;

/** A scan of so many files, each a split, dealt to `partitions`, and one task that reads them all. */
export function planOf(tasks: number, partitions: number): PhysicalPlan {
  const schema = [{ name: 'k', type: { kind: 'int64' } as const }];
  const files = Array.from({ length: tasks }, (_, index) => ({
    uri: `s3://bucket/table/part-${String(index).padStart(6, '0')}.parquet`,
    sizeBytes: 1e8,
    version: `"${index}"`,
    partition: {},
  }));
  const scan: ScanRel = {
    kind: 'scan',
    source: {
      format: { kind: 'parquet' },
      files,
      filesBeforePruning: tasks,
      schema,
      partitionColumns: [],
      unionByName: false,
    },
    columns: ['k'],
    rowIdentity: null,
    prune: [],
  };
  const splits: ScanSplit[] = files.map((file) => ({ files: [file], bytes: file.sizeBytes }));
  const partitioning = {
    kind: 'hash',
    keys: [{ kind: 'column', name: 'k' }],
    partitions,
    nullsTogether: true,
  } as const;
  const read: RelNode = {
    kind: 'read',
    exchange: 0,
    schema,
    columns: ['k'],
    parts: { fromPartition: 0, toPartition: 0, outputs: [] },
  };
  return {
    schema,
    engineVersion: '0',
    stages: [
      {
        id: 0,
        plan: scan,
        schema,
        output: { kind: 'exchange', partitioning },
        enoughRows: null,
        inputs: new Map(),
      },
      { id: 1, plan: read, schema, output: { kind: 'result' }, enoughRows: null, inputs: new Map([[0, partitioning]]) },
    ],
    splits: new Map([[scan, { splits, rowGroups: 0, skipped: [] }]]),
    slots,
    broadcastBytes: 0,
    exchange: 'direct',
    cost: null,
    sink: null,
    warnings: [],
  };
}

/** A backend whose tasks do nothing and say that they wrote a slice of `sliceBytes` for every partition. */
export function noOpBackend(partitions: number, sliceBytes: number): Backend {
  const sizes = Array.from({ length: partitions }, (_, partition) => ({
    partition,
    sizeBytes: sliceBytes,
    checksum: 1,
  }));
  return {
    profile: {
      name: 'no-op',
      slots,
      threads: 1,
      memoryLimitBytes: 1 << 30,
      streamsRows: true,
      startMs: 0,
      invokeMs: 0,
      bytesPerSecond: 1e8,
      taskTimeoutMs: 60_000,
      maxTaskBytes: 256 * 1024,
      stoppable: true,
      price: null,
    },
    async invoke(text): Promise<TaskResult> {
      const task = JSON.parse(text) as Task;
      const place = { kind: 'object', uri: `s3://bucket/jobs/1/${task.id}`, version: `"${task.id}"` } as const;
      const output = packOutput(place, { fromPartition: 0, toPartition: partitions }, sizes);
      const produced = task.output.kind === 'exchange' ? encodeOutput(output) : null;
      // Over the wire, as everywhere.
      return JSON.parse(JSON.stringify({ ...nothing(task.id), rows: partitions, produced })) as TaskResult;
    },
    close: async () => {},
  };
}

/** What a job of a plan is given: everything real but the backend. */
export function contextOf(plan: PhysicalPlan, backend: Backend, changes: Partial<JobContext> = {}): JobContext {
  const workspace = 'file:///nowhere/jobs/1/';
  return {
    backend: async () => backend,
    // This process takes tasks of any length.
    driver: { ...backend, profile: { ...backend.profile, maxTaskBytes: Number.POSITIVE_INFINITY } },
    tasksOf: (stage, results) => stageTasks(plan, stage, results, workspace),
    adapt: (stages, results, started) => adapt(stages, { results, started, plan }),
    waitsFor,
    resplit: (task) => resplit(task, plan.splits),
    store: createStore({}),
    workspace,
    journal: null,
    lease: null,
    clock: systemClock,
    random: Math.random,
    policy: defaultPolicy,
    signal: new AbortController().signal,
    onBatch: async () => {},
    batchRows: 1,
    onEvent: () => {},
    later: () => {},
    ...changes,
  };
}
