import { spawn } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { entryOf } from '../../src/backends/local/child-entry.ts';

interface Ended {
  readonly end: number | NodeJS.Signals | null;
  readonly stdout: string;
  readonly stderr: string;
  /** What is left in the scratch directory. */
  readonly left: readonly string[];
}

/** Runs the script until its query runs, then sends it a signal, and waits for its end. */
async function interrupted(mode: string, signal: NodeJS.Signals): Promise<Ended> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-interrupt-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const file = join(folder, 'numbers.csv');
  writeFileSync(file, `n\n${Array.from({ length: 3_000 }, (_, n) => n).join('\n')}\n`);
  const { path, execArgv } = entryOf(join(import.meta.dirname, 'interrupt-script.ts'));
  const child = spawn(process.execPath, [...execArgv, path, mode, folder, file], { stdio: ['ignore', 'pipe', 'pipe'] });
  onTestFinished(() => void child.kill('SIGKILL'));
  let [stdout, stderr, sent] = ['', '', false];
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.on('data', (chunk) => {
    stdout += chunk;
    if (sent || !stdout.includes('running')) return;
    sent = true;
    child.kill(signal);
  });
  const end = await new Promise<number | NodeJS.Signals | null>((resolve) => {
    child.once('close', (code, killed) => resolve(code ?? killed));
  });
  const scratch = join(folder, 'scratch');
  return { end, stdout, stderr, left: existsSync(scratch) ? readdirSync(scratch) : [] };
}

test.each([
  ['alone', 'SIGINT', 130],
  ['worker', 'SIGINT', 130],
  ['alone', 'SIGTERM', 143],
] as const)(
  '%s: a query that is ended by %s ends the program in order',
  async (mode, signal, code) => {
    const { end, stdout, stderr, left } = await interrupted(mode, signal);
    expect({ end, stderr, left, caught: stdout.includes('caught') }).toEqual({
      end: code,
      stderr: `shoal: ended by ${signal}; running queries were stopped and their temporary data removed.\n`,
      left: [],
      caught: false,
    });
  },
  60_000,
);

test('a program that listens to Ctrl-C itself gets an AbortError, and goes on', async () => {
  const { end, stdout, stderr } = await interrupted('listens', 'SIGINT');
  expect({ end, stderr }).toEqual({ end: 0, stderr: '' });
  expect(stdout).toMatch(/heard SIGINT\ncaught AbortError\n$/);
}, 60_000);
