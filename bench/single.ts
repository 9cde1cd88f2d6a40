import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { Figure } from './harness/figures.ts';
import { parseOptions } from './harness/options.ts';
import { figuresTable, goalsTable, missedFigures } from './harness/report.ts';
import type { BenchContext } from './single/context.ts';
import { generate } from './tpch/generate.ts';

/** The parts, by the names that `--only` takes. Each is loaded when it runs: modules read the environment. */
const parts: Readonly<Record<string, () => Promise<(context: BenchContext) => Promise<Figure[]>>>> = {
  queries: async () => (await import('./single/queries.ts')).measureQueries,
  csv: async () => (await import('./single/csv.ts')).measureCsv,
  rows: async () => (await import('./single/rows.ts')).measureRows,
  cold: async () => (await import('./single/cold.ts')).measureCold,
  memory: async () => (await import('./single/memory.ts')).measureMemory,
};

/**
 * `bench single`: shoal on this machine beside DuckDB's own Node client, nodejs-polars and arquero.
 *
 * @returns the exit code: 1 where `--check` finds a goal missed
 */
export async function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  const unknown = options.only.filter((name) => !(name in parts));
  if (unknown.length > 0)
    throw new RangeError(`Unknown part ${unknown.join(', ')}. Parts: ${Object.keys(parts).join(', ')}`);
  process.env.POLARS_MAX_THREADS = String(options.threads);

  const note = (text: string) => process.stderr.write(`${text}\n`);
  const data = fileURLToPath(new URL('data', import.meta.url));
  note(`generating TPC-H data at scale factor ${options.scaleFactor}, where it is not there yet`);
  const tables = await generate({
    scaleFactor: options.scaleFactor,
    directory: join(data, `sf${options.scaleFactor}`),
  });

  const figures: Figure[] = [];
  for (const [name, load] of Object.entries(parts)) {
    if (options.only.length > 0 && !options.only.includes(name)) continue;
    const measure = await load();
    figures.push(...(await measure({ options, tables, data, note })));
  }
  console.log(`scale factor ${options.scaleFactor}, ${options.threads} threads, ${options.pairs} interleaved pairs\n`);
  console.log(figuresTable(figures));
  if (!options.check) return 0;
  console.log(`\n${goalsTable(figures)}`);
  return missedFigures(figures).length > 0 ? 1 : 0;
}
