import { fileURLToPath } from 'node:url';
import type { DistributedContext } from './distributed/context.ts';
import type { Figure } from './harness/figures.ts';
import { parseOptions } from './harness/options.ts';
import { runParts } from './harness/run-parts.ts';

/** The parts, by the names that `--only` takes. Each is loaded when it runs. */
const parts: Readonly<Record<string, () => Promise<(context: DistributedContext) => Promise<Figure[]>>>> = {
  queries: async () => (await import('./distributed/queries.ts')).measureQueries,
  exchange: async () => (await import('./distributed/exchange.ts')).measureExchange,
  fetch: async () => (await import('./distributed/fetch.ts')).measureFetch,
};

/**
 * `bench distributed`: shoal on worker processes, as many as DuckDB has threads, beside DuckDB in one process; and how fast a
 * worker fetches from S3.
 *
 * @returns the exit code: 1 where `--check` finds a goal missed
 */
export function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, { scaleFactor: 10 });
  const note = (text: string) => void process.stderr.write(`${text}\n`);
  return runParts(parts, { options, data: fileURLToPath(new URL('data', import.meta.url)), note });
}
