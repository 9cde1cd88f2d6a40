import { formatCount } from '../../../src/plan/format-size.ts';
import { openBigLake } from './big-lake.ts';
import { parseOptions, type ScaleOptions } from './options.ts';
import { bigQueries } from './queries.ts';
import { curveTable, formatDollars, planningLine, stagesTable } from './report.ts';
import { runBigQuery, type ScaleReport, type ScaleSetup } from './run-query.ts';

/*
 * npm run simulate -- --bytes 10TB --workers 1000: what queries over very large tables would take on function services, planned
 * by the real planner and run by the real scheduler on virtual time.
 */

/** Workers of the curve's points. */
const curvePoints = [1, 3, 10, 30, 100, 300, 1_000, 3_000, 10_000];

/** Producers and readers of the exchange by which its two topologies are compared. */
const comparedTasks = 1_000;

type CommonSetup = Pick<ScaleSetup, 'tables' | 'seed' | 'inputPartitions'>;

async function main(options: ScaleOptions): Promise<void> {
  const { bytes, objects, workers, seed, inputPartitions } = options;
  const common = { tables: await openBigLake(bytes, objects), seed, inputPartitions };
  console.log(
    `${(bytes / 1e12).toLocaleString('en-US')} TB in ${formatCount(objects, 'object')}, ${formatCount(workers, 'worker')}, seed ${seed}`,
  );
  for (const query of bigQueries) printQuery(await runBigQuery(query, { ...common, workers }));
  await compareTopologies(common);
  if (options.curve) await printCurves(common);
}

function printQuery(report: ScaleReport): void {
  const { query, planMs, runMs, dollars } = report;
  console.log(`\n${query}: ${((planMs + runMs) / 1_000).toFixed(1)} s, ${formatDollars(dollars)}`);
  console.log(planningLine(report));
  console.log(stagesTable(report));
}

async function compareTopologies(common: CommonSetup): Promise<void> {
  const query = bigQueries.find(({ name }) => name === 'groupBy');
  if (!query) return;
  for (const exchange of ['direct', 'two-level'] as const) {
    const setup = { ...common, workers: comparedTasks, tasks: comparedTasks, partitions: comparedTasks, exchange };
    const report = await runBigQuery(query, setup);
    const size = comparedTasks.toLocaleString('en-US');
    console.log(
      `\nExchange ${exchange}, ${size} × ${size}: run ${(report.runMs / 1_000).toFixed(1)} s, ${formatDollars(report.dollars)}`,
    );
    console.log(stagesTable(report));
  }
}

async function printCurves(common: CommonSetup): Promise<void> {
  for (const query of bigQueries) {
    const points: ScaleReport[] = [];
    for (const workers of curvePoints) points.push(await runBigQuery(query, { ...common, workers }));
    console.log(`\n${query.name}, by the number of workers`);
    console.log(curveTable(points));
  }
}

try {
  await main(parseOptions(process.argv.slice(2)));
} catch (error) {
  const isOption = error instanceof RangeError || (error instanceof TypeError && 'code' in error);
  console.error(isOption ? error.message : error);
  process.exitCode = isOption ? 2 : 1;
}
