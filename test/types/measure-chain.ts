import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';

/** Runs of each; the quickest counts, since everything else is the machine's noise. */
const runs = 5;

const root = resolve(import.meta.dirname, '../..');

/** Prints how long the compiler takes for a chain of forty verbs, beside a file that only imports the library. */
function main(): void {
  const folder = mkdtempSync(join(root, 'test/types/.measure-'));
  try {
    const empty = join(folder, 'empty.ts');
    writeFileSync(empty, "import type { Dataset } from '../../../src/index.ts';\nexport type Any = Dataset;\n");
    const baseMs = compileMs(folder, empty);
    const chainMs = compileMs(folder, join(root, 'test/types/chain-40.ts'));
    console.log(`import only        ${baseMs.toFixed(0)} ms`);
    console.log(`chain of 40 verbs  ${chainMs.toFixed(0)} ms`);
    console.log(`the chain alone    ${(chainMs - baseMs).toFixed(0)} ms (quickest of ${runs} runs each)`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

function compileMs(folder: string, file: string): number {
  const config = join(folder, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ extends: join(root, 'tsconfig.json'), include: [], files: [file] }));
  const times = Array.from({ length: runs }, () => {
    const startedMs = performance.now();
    const { stdout } = spawnSync(join(root, 'node_modules/.bin/tsc'), ['-p', config], { encoding: 'utf8' });
    if (stdout.includes('test/types/')) throw new Error(`${file} does not compile:\n${stdout}`);
    return performance.now() - startedMs;
  });
  return Math.min(...times);
}

main();
