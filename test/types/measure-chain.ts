import { spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Runs of each; the quickest counts, since everything else is the machine's noise. */
const runs = 7;

const root = resolve(import.meta.dirname, '../..');

interface Measure {
  /** What `tsc` says of its type checker, milliseconds. */
  readonly checkMs: number;
  /** Generic types that were given arguments: the same in every run. */
  readonly instantiations: number;
}

/** Prints what the compiler spends on a chain of forty verbs, beside a file that only names the library's `Dataset`. */
function main(): void {
  // Within the project, so that its packages are found; in a folder that git ignores.
  mkdirSync(join(root, '.shoal'), { recursive: true });
  const folder = mkdtempSync(join(root, '.shoal/measure-'));
  try {
    const empty = join(folder, 'empty.ts');
    writeFileSync(empty, "import type { Dataset } from '../../src/index.ts';\nexport type Any = Dataset;\n");
    const forty = join(root, 'test/types/chain-40.ts');
    // By turns, so that what else the machine does meets both.
    const pairs = Array.from({ length: runs }, () => [measure(folder, empty), measure(folder, forty)] as const);
    const [base, chain] = [quickest(pairs.map(([first]) => first)), quickest(pairs.map(([, second]) => second))];
    print('import only', base);
    print('chain of 40 verbs', chain);
    print('the chain alone', {
      checkMs: chain.checkMs - base.checkMs,
      instantiations: chain.instantiations - base.instantiations,
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function measure(folder: string, file: string): Measure {
  const config = join(folder, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ extends: join(root, 'tsconfig.json'), include: [], files: [file] }));
  const args = ['-p', config, '--extendedDiagnostics'];
  const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), args, { encoding: 'utf8' });
  if (/(test\/types|\.shoal)\//.test(stdout)) throw new Error(`${file} does not compile:\n${stdout}`);
  const figure = (name: string) => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(stdout)?.[1]);
  return { checkMs: figure('Check time') * 1000, instantiations: figure('Instantiations') };
}

function quickest(measures: readonly Measure[]): Measure {
  return measures.reduce((best, each) => (each.checkMs < best.checkMs ? each : best));
}

function print(what: string, { checkMs, instantiations }: Measure): void {
  const figures = [`${checkMs.toFixed(0)} ms`.padStart(9), `${instantiations} instantiations`.padStart(24)];
  console.log(`${what.padEnd(18)} ${figures.join(' ')}`);
}

main();
