import { spawn } from 'node:child_process';

/** What a finished child process printed and used. */
export interface ChildRun {
  readonly stdout: string;
  /** From just before the process is made to its exit. */
  readonly wallMs: number;
}

/**
 * Runs a script in a Node process of its own.
 *
 * @throws {Error} with what it wrote to stderr when it does not exit with 0
 */
export function runScript(path: string, args: readonly string[]): Promise<ChildRun> {
  return new Promise((resolve, reject) => {
    const start = performance.now();
    const child = spawn(process.execPath, [path, ...args], { stdio: ['ignore', 'pipe', 'pipe'] });
    const stdout: Buffer[] = [];
    const stderr: Buffer[] = [];
    child.stdout.on('data', (chunk: Buffer) => stdout.push(chunk));
    child.stderr.on('data', (chunk: Buffer) => stderr.push(chunk));
    child.on('error', reject);
    child.on('close', (code, signal) => {
      const wallMs = performance.now() - start;
      if (code === 0) resolve({ stdout: Buffer.concat(stdout).toString(), wallMs });
      else reject(new Error(`${path} ended with ${signal ?? code}: ${Buffer.concat(stderr).toString().trim()}`));
    });
  });
}
