import { beforeAll, expect, test } from 'vitest';
import { openQueries, type SimQueries } from './plans.ts';
import { explainFailures, runSeeds } from './run-seeds.ts';
import { drawSetup, noBackendFaults, noStoreFaults } from './setup.ts';
import { simulate } from './simulate.ts';

let queries: SimQueries;

beforeAll(async () => {
  queries = await openQueries();
}, 60_000);

test('every query gives the rows of one task over whole inputs, when nothing goes wrong', async () => {
  const problems: string[] = [];
  for (const [index] of queries.queries.entries()) {
    const setup = { ...drawSetup(index), changeMs: null, abortMs: null, crashes: [] };
    const calm = { ...setup, backend: noBackendFaults, store: noStoreFaults, resume: false };
    const report = await simulate({ ...calm, query: (index + 0.5) / queries.queries.length }, queries);
    expect(report.endings).toEqual(['done']);
    problems.push(...report.problems.map((problem) => `${report.query}: ${problem}`));
  }
  expect(problems).toEqual([]);
});

/** How many jobs, and from which seed: as everywhere, `SHOAL_RUNS` and `SHOAL_SEED` have the last word. */
function seedsOf(runs: number): { readonly first: number; readonly count: number } {
  const { SHOAL_RUNS, SHOAL_SEED = '1' } = process.env;
  const first = SHOAL_SEED === 'random' ? Math.floor(Math.random() * 2 ** 31) : Number(SHOAL_SEED);
  return { first, count: SHOAL_RUNS ? Number(SHOAL_RUNS) : runs };
}

test('ten thousand jobs: exact or clear, sinks whole, nothing left', { timeout: 300_000 }, async () => {
  const { jobs, endings, failures } = await runSeeds(seedsOf(10_000), queries);
  expect(explainFailures(failures)).toBe('');
  // Everything that may happen to a job happens to some.
  const expected = ['done', 'crashed', 'ABORTED', 'OBJECT_CHANGED', 'TASK_FAILED', 'OUT_OF_MEMORY', 'STORAGE_FAILED'];
  if (jobs >= 10_000) expect([...endings.keys()]).toEqual(expect.arrayContaining(expected));
});

test('a driver that crashes at any of its requests leaves what can be resumed and collected', async () => {
  const problems: string[] = [];
  for (const [index, { shape }] of queries.queries.entries()) {
    if (index % 3 !== 0 || !/folder|one file$|groupBy|sort by range|^join$/.test(shape.name)) continue;
    const calm = { ...drawSetup(index), backend: noBackendFaults, store: noStoreFaults, changeMs: null, abortMs: null };
    const query = (index + 0.5) / queries.queries.length;
    for (let at = 1; ; at++) {
      const crashes = [{ at, afterwards: at % 2 === 0 }];
      const report = await simulate({ ...calm, query, resume: true, crashes, seed: at }, queries);
      problems.push(...report.problems.map((problem) => `${report.query}, crash at ${at}: ${problem}`));
      if (report.endings[0] !== 'crashed') break;
      // When all is done but for its own leftovers, what is written may stand in the way.
      expect(['done', 'ALREADY_EXISTS', undefined]).toContain(report.endings[1]);
    }
  }
  expect(problems).toEqual([]);
});
