import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Session } from '../../src/index.ts';
import { decodeTask, encodeTask } from '../../src/plan/serde.ts';
import type { Task } from '../../src/plan/task.ts';
import { buildDataset } from './build/build-dataset.ts';
import { Harness, outcomeOf, runParameters } from './harness.ts';
import { planArbitrary } from './plan-arbitrary.ts';
import { PlannerHarness, textOf } from './planner-harness.ts';

let harness: Harness;
let planner: PlannerHarness;
let shoal: Session;

beforeAll(async () => {
  harness = await Harness.open();
  planner = new PlannerHarness(harness.folder);
  shoal = await connect({ threads: 1 });
});

afterAll(async () => {
  await shoal.close();
  await planner.close();
  await harness.close();
});

test('optimized plans give the rows of unoptimized ones, and survive JSON', async () => {
  await fc.assert(
    fc.asyncProperty(planArbitrary({ persisted: false }), async (plan) => {
      const { files, remove } = await harness.load(plan);
      try {
        const { node } = buildDataset(shoal, plan, files);
        const bound = await planner.bound(node);
        const task = await planner.task(node);
        const read = decodeTask(encodeTask(task), task.engineVersion) as Task;
        expect(read).toEqual(task);
        expect(textOf(read.plan)).toBe(textOf(task.plan));
        const unoptimized = await outcomeOf(() => planner.rows(bound));
        const optimized = await outcomeOf(() => planner.rows(read.plan));
        const failed = ['error' in unoptimized, 'error' in optimized];
        expect(failed.every(Boolean) ? null : await harness.difference(plan, unoptimized, optimized)).toBeNull();
      } finally {
        remove();
      }
    }),
    runParameters(300),
  );
}, 600_000);
