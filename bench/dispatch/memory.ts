import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import type { StageResult } from '../../src/plan/stage.ts';
import { runJob } from '../../src/scheduler/run-job.ts';
import type { Figure } from '../harness/figures.ts';
import { contextOf, noOpBackend, planOf } from './no-op.ts';

const TASKS = 1_000;
const PARTITIONS = 1_000;

/** What a task may cost the driver, bytes, and what each slice of its output may. */
const TASK_BYTES = 2 * 1_024;
const SLICE_BYTES = 16;

/** Bytes that the scheduler holds when all producers are done and no consumer has begun, against what it may. */
export async function measureMemory({ note }: { readonly note: (text: string) => void }): Promise<Figure[]> {
  note('memory: measuring');
  return [
    await heldBytes('10,000 no-op tasks: held by the scheduler', 10_000, 0),
    await heldBytes(`${TASKS} × ${PARTITIONS} slices: held by the scheduler`, TASKS, PARTITIONS),
  ];
}

async function heldBytes(what: string, tasks: number, partitions: number): Promise<Figure> {
  // The plan is what the user's query costs; the scheduler's part is what comes on top.
  const plan = planOf(tasks, Math.max(1, partitions));
  const backend = noOpBackend(partitions, 1_000);
  const before = usedBytes();
  let after = 0;
  const measure = (results: ReadonlyMap<number, StageResult>) => {
    if (after === 0 && results.has(0)) after = usedBytes();
  };
  const context = contextOf(plan, backend);
  await runJob(plan, {
    ...context,
    adapt: (stages, results, started) => {
      measure(results);
      return context.adapt(stages, results, started);
    },
  });
  const goal = { bound: 'at most', value: (tasks * TASK_BYTES + tasks * partitions * SLICE_BYTES) / 1e6 } as const;
  const value = (after - before) / 1e6;
  return { what, unit: 'MB', estimate: { value, low: value, high: value }, goal };
}

function usedBytes(): number {
  collectGarbage();
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return heapUsed + arrayBuffers;
}

const collectGarbage: () => void = (() => {
  setFlagsFromString('--expose-gc');
  return runInNewContext('gc');
})();
