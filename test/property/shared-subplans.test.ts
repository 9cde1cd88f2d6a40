import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Session } from '../../src/index.ts';
import { buildDataset } from './build/build-dataset.ts';
import { Harness, outcomeOf, runParameters } from './harness.ts';
import { planArbitrary } from './plan-arbitrary.ts';
import { PlannerHarness } from './planner-harness.ts';
import type { PlanStep, RandomPlan } from './random-plan.ts';

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

const forms = ['total', 'union', 'intersect'] as const;

/** The plan with a second use of its first steps: counted beside every row, or put together with the plan's own rows. */
function usedTwice(plan: RandomPlan, form: (typeof forms)[number], cut: number): RandomPlan {
  const { table, steps } = plan.query;
  const first = steps.slice(0, form === 'total' ? steps.length - (cut % (steps.length + 1)) : steps.length);
  const count: PlanStep = {
    verb: 'groupBy',
    keys: [],
    aggregates: [
      {
        name: 'shared count',
        expr: { kind: 'aggregate', fn: 'count', args: [], param: null, orderBy: [], where: null },
      },
    ],
  };
  const again: PlanStep =
    form === 'total'
      ? {
          verb: 'join',
          other: { table, steps: [...first, count] },
          how: 'cross',
          on: [],
          pairs: [],
          where: null,
          suffix: '_again',
        }
      : { verb: form, other: { table, steps: first } };
  return { ...plan, query: { table, steps: [...steps, again] }, ordered: plan.ordered && form === 'union' };
}

test('plans that use some rows twice give the rows of plans that compute them twice', async () => {
  const parameters = runParameters(120);
  let shared = 0;
  await fc.assert(
    fc.asyncProperty(
      planArbitrary({ persisted: false, maxTables: 2 }),
      fc.constantFrom(...forms),
      fc.nat({ max: 7 }),
      async (once, form, cut) => {
        const plan = usedTwice(once, form, cut);
        const { files, remove } = await harness.load(plan);
        try {
          const { node } = buildDataset(shoal, plan, files);
          const task = await planner.task(node);
          if (task.plan.kind === 'with') shared++;
          const bound = await planner.bound(node);
          const unshared = await outcomeOf(() => planner.rows(bound));
          const optimized = await outcomeOf(() => planner.rows(task.plan));
          const failed = ['error' in unshared, 'error' in optimized];
          expect(failed.every(Boolean) ? null : await harness.difference(plan, unshared, optimized)).toBeNull();
        } finally {
          remove();
        }
      },
    ),
    parameters,
  );
  // A generator whose plans share nothing would prove nothing.
  expect(shared / (parameters.numRuns ?? 1)).toBeGreaterThan(0.2);
}, 600_000);
