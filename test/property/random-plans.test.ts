import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { connect, type Session } from '../../src/index.ts';
import { buildDataset } from './build/build-dataset.ts';
import { Harness, outcomeOf, runParameters } from './harness.ts';
import { planArbitrary } from './plan-arbitrary.ts';
import type { RandomPlan } from './random-plan.ts';
import { exactValues, shoalRows } from './shoal-rows.ts';

let harness: Harness;
let shoal: Session;
let compared = 0;

beforeAll(async () => {
  harness = await Harness.open();
  shoal = await connect({ threads: 1, results: exactValues });
});

afterAll(async () => {
  await shoal.close();
  await harness.close();
});

/** What is wrong with shoal's answer to a plan, or null. */
async function differenceOf(plan: RandomPlan): Promise<string | null> {
  const { files, remove } = await harness.load(plan);
  try {
    const [expected, actual] = await Promise.all([
      outcomeOf(() => harness.reference.run(plan)),
      outcomeOf(async () => shoalRows(await buildDataset(shoal, plan, files).collect())),
    ]);
    const difference = await harness.difference(plan, expected, actual);
    if ('rows' in actual) compared++;
    return difference && `${difference}\n${await harness.reference.sql(plan)}`;
  } finally {
    remove();
  }
}

test('random plans give what plain SQL gives', async () => {
  const parameters = runParameters(2000);
  await fc.assert(
    fc.asyncProperty(planArbitrary(), async (plan) => {
      expect(await differenceOf(plan)).toBeNull();
    }),
    parameters,
  );
  // A generator whose plans mostly fail would prove nothing.
  expect(compared / (parameters.numRuns ?? 1)).toBeGreaterThan(0.9);
}, 600_000);
