import { measureMemory } from './dispatch/memory.ts';
import { measureRate } from './dispatch/rate.ts';
import { parseOptions } from './harness/options.ts';
import { runParts } from './harness/run-parts.ts';

/**
 * `bench dispatch`: what the scheduler itself costs, in time and in memory, for tasks that do nothing.
 *
 * @returns the exit code: 1 where `--check` finds a goal missed
 */
export function run(args: readonly string[]): Promise<number> {
  const options = parseOptions(args);
  const note = (text: string) => void process.stderr.write(`${text}\n`);
  return runParts({ rate: async () => measureRate, memory: async () => measureMemory }, { options, note });
}
