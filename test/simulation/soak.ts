import { openQueries } from './plans.ts';
import { explainFailures, runSeeds } from './run-seeds.ts';

/*
 * npm run simulate:soak [jobs] [first seed]: as many simulated jobs as one likes, a million unless told otherwise. Prints how it
 * gets on, and the seeds of jobs that something is wrong with.
 */
const [count = 1_000_000, first = 1] = process.argv.slice(2).map(Number);
const queries = await openQueries();
const startedMs = performance.now();
const { jobs, attempts, endings, failures } = await runSeeds({ first, count }, queries, (done) => {
  if (done % 10_000 !== 0) return;
  const seconds = (performance.now() - startedMs) / 1_000;
  console.log(`${done} jobs, ${Math.round(done / seconds)} a second`);
});
console.log(
  `${jobs} jobs, ${attempts} attempts at tasks; drivers ended: ${JSON.stringify(Object.fromEntries(endings))}`,
);
if (failures.length > 0) {
  console.error(explainFailures(failures));
  process.exitCode = 1;
}
