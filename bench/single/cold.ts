import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { AnswerMismatchError } from '../harness/answers.ts';
import { runScript } from '../harness/child.ts';
import { type Figure, timeRatio } from '../harness/figures.ts';
import { timePairs } from '../harness/pairs.ts';
import { generate } from '../tpch/generate.ts';
import type { BenchContext } from './context.ts';

const GOAL = { bound: 'at most', value: 1.5 } as const;

/** Scale factor at which `lineitem.parquet` has about one megabyte. */
const SMALL_SCALE_FACTOR = 0.01;

/** A script from nothing to its end: start Node, connect, query a file of 1 MB, print, exit. */
export async function measureCold({ options, data, note }: BenchContext): Promise<Figure[]> {
  const directory = await generate({
    scaleFactor: SMALL_SCALE_FACTOR,
    directory: join(data, `sf${SMALL_SCALE_FACTOR}`),
  });
  const args = [join(directory, 'lineitem.parquet'), String(options.threads)];
  const ours = () => runScript(scriptPath('cold-shoal.mjs'), args);
  const bare = () => runScript(scriptPath('cold-duckdb.mjs'), args);

  note('cold script: comparing answers');
  const [found, expected] = [(await ours()).stdout, (await bare()).stdout];
  if (found !== expected) throw new AnswerMismatchError(`cold script: shoal printed\n${found}and DuckDB\n${expected}`);

  note('cold script: timing');
  return [timeRatio('cold script over 1 MB', 'DuckDB', await timePairs(ours, bare, options.pairs), GOAL)];
}

function scriptPath(name: string): string {
  return fileURLToPath(new URL(`children/${name}`, import.meta.url));
}
