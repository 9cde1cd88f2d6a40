import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Session } from '../../src/index.ts';
import { buildDataset } from './build/build-dataset.ts';
import { Harness, type Outcome, outcomeOf, runParameters } from './harness.ts';
import { planArbitrary } from './plan-arbitrary.ts';
import type { RandomPlan } from './random-plan.ts';
import { exactValues, shoalRows } from './shoal-rows.ts';

/** Ways to cut plans into many tasks: parts of a few bytes, few and many partitions, joins by hash and by broadcast. */
const spreads = [
  { splitBytes: 24, partitions: 3, broadcastBytes: 0 },
  { splitBytes: 200, partitions: 2, broadcastBytes: 1 << 20 },
  { splitBytes: 1 << 20, partitions: 7, broadcastBytes: 300 },
];

let harness: Harness;
let single: Session;
let spread: readonly Session[];

beforeAll(async () => {
  harness = await Harness.open();
  const options = { threads: 1, results: exactValues };
  single = await connect(options);
  spread = await Promise.all(
    spreads.map((planner) => connect({ ...options, planner: { ...planner, forceExchange: true } })),
  );
});

afterAll(async () => {
  await Promise.all([single, ...spread].map((session) => session.close()));
  await harness.close();
});

function run(session: Session, plan: RandomPlan, files: ReadonlyMap<number, string>): Promise<Outcome> {
  return outcomeOf(async () => shoalRows(await buildDataset(session, plan, files).collect()));
}

test('plans cut into many tasks give the rows of the single task', async () => {
  const plans = planArbitrary({ maxSteps: 4, windowsKeepOrder: false });
  await fc.assert(
    fc.asyncProperty(plans, fc.nat({ max: spreads.length - 1 }), async (plan, index) => {
      const { files, remove } = await harness.load(plan);
      try {
        const expected = await run(single, plan, files);
        const actual = await run(spread[index] ?? single, plan, files);
        const difference = await harness.difference(plan, expected, actual);
        expect(difference && `${difference}\n${JSON.stringify(spreads[index])}`).toBeNull();
      } finally {
        remove();
      }
    }),
    runParameters(150),
  );
}, 600_000);
