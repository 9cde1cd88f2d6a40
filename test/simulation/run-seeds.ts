import type { SimQueries } from './plans.ts';
import { drawSetup } from './setup.ts';
import { type JobReport, simulate } from './simulate.ts';

/** What many jobs came to. */
export interface SeedsReport {
  readonly jobs: number;
  readonly attempts: number;
  /** How often drivers ended so. */
  readonly endings: ReadonlyMap<string, number>;
  /** The first few jobs that something was wrong with, with whole stacks. */
  readonly failures: readonly JobReport[];
}

/** Jobs that are told at most. */
const mostFailures = 5;

/**
 * Runs the jobs of some seeds, one after another, until some of them have failed.
 *
 * @param onProgress called now and then with the number of jobs that are done
 */
export async function runSeeds(
  seeds: { readonly first: number; readonly count: number },
  queries: SimQueries,
  onProgress: (done: number) => void = () => {},
): Promise<SeedsReport> {
  const endings = new Map<string, number>();
  const failures: JobReport[] = [];
  let [jobs, attempts] = [0, 0];
  for (let seed = seeds.first; seed < seeds.first + seeds.count && failures.length < mostFailures; seed++) {
    let report = await withoutStacks(() => simulate(drawSetup(seed), queries));
    if (report.problems.length > 0) {
      report = await simulate(drawSetup(seed), queries);
      failures.push(report);
    }
    jobs++;
    attempts += report.attempts;
    for (const ending of report.endings) endings.set(ending, (endings.get(ending) ?? 0) + 1);
    if (jobs % 1_000 === 0) {
      onProgress(jobs);
      // Everything else in the process has waited meanwhile.
      await new Promise((resolve) => setImmediate(resolve));
    }
  }
  return { jobs, attempts, endings, failures };
}

/** Failures as text, each with what runs it again. */
export function explainFailures(failures: readonly JobReport[]): string {
  return failures
    .map(
      ({ seed, query, endings, problems }) =>
        `seed ${seed}: ${query}, ${endings.join(', ')}\n${problems.join('\n')}\nAgain: SHOAL_SEED=${seed} SHOAL_RUNS=1 npx vitest run test/simulation/simulation.test.ts`,
    )
    .join('\n\n');
}

/** Errors are many here, and most are expected: their stacks would take a tenth of the time. */
async function withoutStacks<T>(run: () => Promise<T>): Promise<T> {
  const { stackTraceLimit } = Error;
  Error.stackTraceLimit = 0;
  try {
    return await run();
  } finally {
    Error.stackTraceLimit = stackTraceLimit;
  }
}
