import { fileURLToPath } from 'node:url';
import { measureGrowth } from './growth/growth.ts';
import { parseOptions } from './harness/options.ts';
import { runParts } from './harness/run-parts.ts';

/**
 * `bench growth`: what becomes of time and memory when the data grows from scale factor 1 to `--sf`.
 *
 * @returns the exit code: 1 where `--check` finds a goal missed
 */
export function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args, { scaleFactor: 10 });
  const note = (text: string) => void process.stderr.write(`${text}\n`);
  const data = fileURLToPath(new URL('data', import.meta.url));
  return runParts({ growth: async () => measureGrowth }, { options, data, note });
}
