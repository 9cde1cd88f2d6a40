import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/** A benchmark: takes the arguments after its name and returns the exit code. */
interface Benchmark {
  readonly run: (args: readonly string[]) => Promise<number>;
}

/** The benchmarks. They are loaded late, when their packages are there. */
const benchmarks: Readonly<Record<string, () => Promise<Benchmark>>> = {
  single: () => import('./single.ts'),
  distributed: () => import('./distributed.ts'),
  growth: () => import('./growth.ts'),
  dispatch: () => import('./dispatch.ts'),
};

const [name = '', ...args] = process.argv.slice(2);
const load = Object.hasOwn(benchmarks, name) ? benchmarks[name] : undefined;
if (load) {
  prepare();
  process.exitCode = await runBenchmark(await load());
} else {
  const problem = name === '' ? 'Which benchmark?' : `There is no benchmark '${name}'.`;
  console.error(`${problem} Benchmarks: ${Object.keys(benchmarks).join(', ')}`);
  process.exitCode = 2;
}

/** Runs the benchmark; wrong options are told without a stack, like other wrong input. */
async function runBenchmark(benchmark: Benchmark): Promise<number> {
  try {
    return await benchmark.run(args);
  } catch (error) {
    const isOption = error instanceof RangeError || (error instanceof TypeError && 'code' in error);
    console.error(isOption ? error.message : error);
    return isOption ? 2 : 1;
  }
}

/** Installs what only the benchmarks need, once, and builds shoal: it is measured as it is published. */
function prepare(): void {
  const here = fileURLToPath(new URL('.', import.meta.url));
  if (!existsSync(new URL('node_modules', import.meta.url))) npm(['ci', '--no-fund', '--no-audit'], here);
  npm(['run', '--silent', 'build'], fileURLToPath(new URL('..', import.meta.url)));
}

/** Runs npm in `directory`; its output goes to stderr, so that stdout holds the table alone. */
function npm(args: readonly string[], directory: string): void {
  const { status } = spawnSync('npm', [...args], { cwd: directory, stdio: ['ignore', 2, 2] });
  if (status !== 0) {
    console.error(`npm ${args.join(' ')} failed in ${directory}`);
    process.exit(1);
  }
}
