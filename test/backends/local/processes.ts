import { spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import { entryOf } from '../../../src/backends/local/child-entry.ts';

/** Whether a process runs; one that ended and that nobody has asked about since (a zombie) does not. */
export function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return !/^State:\s+[ZX]/m.test(readFileSync(`/proc/${pid}/status`, 'utf8'));
  } catch (error) {
    // Where there is no /proc, the signal's answer counts.
    return error instanceof Error && 'syscall' in error && error.syscall === 'open' && isAliveWithoutProc(pid);
  }
}

function isAliveWithoutProc(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
}

/** Waits until none of the processes runs any more; the test's own time limit is its end. */
export async function untilGone(pids: readonly number[]): Promise<void> {
  while (pids.some(isAlive)) await sleep(20);
}

/** A program of the tests in a process of its own: what it prints, and how it ends. */
export interface Script {
  readonly pid: number;
  /** The first line that it prints. */
  readonly line: Promise<string>;
  readonly exit: Promise<number | NodeJS.Signals | null>;
}

/** Runs `parent-script.ts`. */
export function runParent(mode: 'leave' | 'busy', folder: string): Script {
  const { path, execArgv } = entryOf(join(import.meta.dirname, 'parent-script.ts'));
  const child = spawn(process.execPath, [...execArgv, path, mode, folder], { stdio: ['ignore', 'pipe', 'inherit'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let text = '';
  const exit = new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('exit', (code, signal) => resolve(code ?? signal));
  });
  const line = new Promise<string>((resolve, reject) => {
    child.stdout.on('data', (chunk) => {
      text += chunk;
      if (text.includes('\n')) resolve(text.slice(0, text.indexOf('\n')));
    });
    exit.then((end) => reject(new Error(`The script ended with ${end} and printed ${JSON.stringify(text)}.`)));
  });
  if (child.pid === undefined) throw new Error('The script was not started.');
  return { pid: child.pid, line, exit };
}
