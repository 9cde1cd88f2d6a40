import { runJob } from '../../src/scheduler/run-job.ts';
import type { Figure } from '../harness/figures.ts';
import type { BenchOptions } from '../harness/options.ts';
import { medianEstimate } from '../harness/statistics.ts';
import { contextOf, noOpBackend, planOf } from './no-op.ts';

const TASKS = 10_000;

/** Runs that are not counted: code gets compiled. */
const WARM_UPS = 2;

const GOAL = { bound: 'at least', value: 5_000 } as const;

/** Tasks a second through planner and scheduler, from a plan of 10,000 splits to the end of the job. */
export async function measureRate({
  options,
  note,
}: {
  readonly options: BenchOptions;
  readonly note: (text: string) => void;
}): Promise<Figure[]> {
  note('rate: timing');
  const plan = planOf(TASKS, 1);
  const backend = noOpBackend(1, 1_000);
  const rates: number[] = [];
  for (let round = 0; round < WARM_UPS + options.pairs; round++) {
    const start = performance.now();
    const results = await runJob(plan, contextOf(plan, backend));
    const seconds = (performance.now() - start) / 1_000;
    if (results.length !== TASKS + 1) throw new Error(`${results.length} tasks were done instead of ${TASKS + 1}`);
    if (round >= WARM_UPS) rates.push(TASKS / seconds);
  }
  return [{ what: `${TASKS} no-op tasks`, unit: '/s', estimate: medianEstimate(rates), goal: GOAL }];
}
