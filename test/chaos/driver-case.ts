import { spawn } from 'node:child_process';
import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { entryOf } from '../../src/backends/local/child-entry.ts';
import { childPids } from '../support/child-pids.ts';
import type { DriverAction, DriverRun } from './driver-query.ts';

/** A signal that a script gets in the middle: so long after so many lines of what it prints. */
export interface Strike {
  readonly signal: NodeJS.Signals;
  readonly afterLines: number;
  readonly delayMs: number;
}

/** How many lines the script prints when nothing happens to it, the last one with its answer. */
const scriptLines = 22;

/** A seeded moment between the script's first event and its end. */
export function strikeOf(signal: NodeJS.Signals, random: () => number): Strike {
  return { signal, afterLines: 1 + Math.floor(random() * (scriptLines - 1)), delayMs: random() * 40 };
}

/** What came of a run of the script. */
export interface DriverEnd {
  readonly end: number | NodeJS.Signals | null;
  /** Tasks that ran, and those that were found done, by their ids. */
  readonly finished: readonly string[];
  readonly resumed: readonly string[];
  /** The last line, where it is the answer: `answer [rows]`, `wrote 50`; null when the query did not come to its end. */
  readonly answer: string | null;
  readonly stderr: string;
  /** Its worker processes, as of the moment before the strike. */
  readonly workers: readonly number[];
}

/** Runs the script to its end, or until it is struck. */
export async function runDriver(run: DriverRun, strike: Strike | null): Promise<DriverEnd> {
  const { path, execArgv } = entryOf(join(import.meta.dirname, 'driver-script.ts'));
  const child = spawn(process.execPath, [...execArgv, path, JSON.stringify(run)], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  let [stdout, stderr] = ['', ''];
  let workers: readonly number[] = [];
  let timer: NodeJS.Timeout | null = null;
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    if (!strike || timer || stdout.split('\n').length <= strike.afterLines) return;
    timer = setTimeout(() => {
      workers = childPids(child.pid);
      child.kill(strike.signal);
    }, strike.delayMs);
  });
  const end = await new Promise<DriverEnd['end']>((resolve, reject) => {
    child.once('error', reject);
    // Not 'close': workers that outlive it would hold its pipes.
    child.once('exit', (code, signal) => setImmediate(() => resolve(code ?? signal)));
  });
  if (timer) clearTimeout(timer);
  const lines = stdout.split('\n').slice(0, -1);
  const tasks = (kind: string) =>
    lines.filter((line) => line.startsWith(`${kind} `)).map((line) => String(line.split(' ')[2]));
  return {
    end,
    finished: tasks('task-finished'),
    resumed: tasks('task-resumed'),
    answer: lines.find((line) => /^(answer|wrote) /.test(line)) ?? null,
    stderr,
    workers,
  };
}

/** Rows of `key,n`: `keys` keys with `rows / keys` numbers each. */
export function writeNumbers(folder: string, prefix: string, keys: number, rows: number): string {
  const file = join(mkdtempSync(join(folder, 'input-')), 'numbers.csv');
  writeFileSync(file, `key,n\n${Array.from({ length: rows }, (_, n) => `${prefix}${n % keys},${n}\n`).join('')}`);
  return file;
}

const actions: readonly DriverAction[] = ['append', 'collect', 'error', 'overwrite'];

/** All actions in all places within eight seeds in a row, both within two. */
export function caseOf(seed: number): { readonly action: DriverAction; readonly place: 'files' | 'S3' } {
  const index = Math.abs(seed - 1);
  const action = actions[index % actions.length] ?? 'collect';
  return { action, place: (index + Math.floor(index / actions.length)) % 2 === 0 ? 'S3' : 'files' };
}
