import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Runs of each; the quickest counts, since everything else is the machine's noise. */
const runs = 5;

const root = resolve(import.meta.dirname, '../..');

interface Measure {
  /** What `tsc` says of its type checker, milliseconds. */
  readonly checkMs: number;
  /** Generic types that were given arguments: the same in every run. */
  readonly instantiations: number;
}

/** Prints what the compiler spends on a chain of forty verbs, beside a file that only names the library's `Dataset`. */
function main(): void {
  const folder = mkdtempSync(join(root, 'test/types/.measure-'));
  try {
    const empty = join(folder, 'empty.ts');
    writeFileSync(empty, "import type { Dataset } from '../../../src/index.ts';\nexport type Any = Dataset;\n");
    const [base, chain] = [measure(folder, empty), measure(folder, join(root, 'test/types/chain-40.ts'))];
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
  const measures = Array.from({ length: runs }, () => {
    const args = ['-p', config, '--extendedDiagnostics'];
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), args, { encoding: 'utf8' });
    if (stdout.includes('test/types/')) throw new Error(`${file} does not compile:\n${stdout}`);
    const figure = (name: string) => Number(new RegExp(`^${name}:\\s+([\\d.]+)`, 'm').exec(stdout)?.[1]);
    return { checkMs: figure('Check time') * 1000, instantiations: figure('Instantiations') };
  });
  return measures.reduce((best, each) => (each.checkMs < best.checkMs ? each : best));
}

function print(what: string, { checkMs, instantiations }: Measure): void {
  const figures = [`${checkMs.toFixed(0)} ms`.padStart(9), `${instantiations} instantiations`.padStart(24)];
  console.log(`${what.padEnd(18)} ${figures.join(' ')}`);
}

main();
