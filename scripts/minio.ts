/**
 * Runs the test files named `*.minio.test.ts` against a real MinIO: the one at `MINIO_ENDPOINT`, or one that is built once by
 * Go and started for this run alone. Arguments go to vitest. Without `MINIO_ENDPOINT`, and without Go or where Go cannot build
 * it (no network), it says so loudly and succeeds.
 */
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';

/**
 * MinIO's release tags are no versions that Go's proxy knows, so the pin is a commit's pseudo-version: that of 12 February 2026,
 * the newest there is, which builds with Go 1.24 and later (tried with 1.26).
 */
const pinned = 'v0.0.0-20260212201848-7aac2a2c5b7c';

const root = resolve(import.meta.dirname, '..');

/** A MinIO that runs for this script alone. */
interface RunningMinio {
  readonly environment: Readonly<Record<string, string>>;
  stop(): Promise<void>;
}

async function main(): Promise<number> {
  if (process.env.MINIO_ENDPOINT) return runTests({});
  const binary = minioBinary();
  if (binary === null) {
    console.log(
      '!! SKIPPED: no MINIO_ENDPOINT, and no Go that builds MinIO. The S3 suites did not run against a real MinIO.',
    );
    return 0;
  }
  const minio = await startMinio(binary);
  try {
    return runTests(minio.environment);
  } finally {
    await minio.stop();
  }
}

function runTests(environment: Readonly<Record<string, string>>): number {
  const command = ['vitest', 'run', '.minio.test.ts', ...process.argv.slice(2)];
  const { status } = spawnSync('npx', command, {
    cwd: root,
    stdio: 'inherit',
    env: { ...process.env, ...environment },
  });
  return status ?? 1;
}

/** Path of the pinned MinIO, built when it is not there yet; null where there is no Go, or it does not come to an end. */
function minioBinary(): string | null {
  const folder = join(root, 'node_modules', '.cache', 'shoal-minio', pinned);
  const binary = join(folder, 'minio');
  if (existsSync(binary)) return binary;
  if (spawnSync('go', ['version']).status !== 0) return null;
  mkdirSync(folder, { recursive: true });
  console.log(`Building MinIO ${pinned} with Go, once; this takes some minutes …`);
  const { status } = spawnSync('go', ['install', '-trimpath', '-ldflags=-s -w', `github.com/minio/minio@${pinned}`], {
    stdio: 'inherit',
    env: { ...process.env, GOBIN: folder },
  });
  return status === 0 ? binary : null;
}

async function startMinio(binary: string): Promise<RunningMinio> {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-minio-'));
  const address = `127.0.0.1:${await freePort()}`;
  const credentials = { MINIO_ROOT_USER: 'shoal', MINIO_ROOT_PASSWORD: randomBytes(16).toString('hex') };
  const environment = { ...process.env, ...credentials, MINIO_BROWSER: 'off', MINIO_UPDATE: 'off' };
  const server = spawn(binary, ['server', '--quiet', '--address', address, folder], {
    env: environment,
    stdio: ['ignore', 'ignore', 'inherit'],
  });
  const stop = async () => {
    await ended(server);
    rmSync(folder, { recursive: true, force: true });
  };
  try {
    await untilHealthy(`http://${address}`, server);
  } catch (error) {
    await stop();
    throw error;
  }
  return { environment: { ...credentials, MINIO_ENDPOINT: `http://${address}` }, stop };
}

async function untilHealthy(endpoint: string, server: ChildProcess): Promise<void> {
  for (let tries = 0; tries < 300; tries++) {
    if (server.exitCode !== null) throw new Error(`MinIO ended with exit code ${server.exitCode} before it was ready.`);
    const answer = await fetch(`${endpoint}/minio/health/ready`).catch(() => null);
    if (answer?.ok) return;
    await setTimeout(100);
  }
  throw new Error(`MinIO was not ready at ${endpoint} within 30 s.`);
}

async function ended(server: ChildProcess): Promise<void> {
  if (server.exitCode !== null || server.signalCode !== null) return;
  const exit = new Promise((done) => server.once('exit', done));
  server.kill('SIGTERM');
  await Promise.race([exit, setTimeout(10_000, null, { ref: false })]);
  server.kill('SIGKILL');
}

/** A port that was free a moment ago. */
function freePort(): Promise<number> {
  return new Promise((done, fail) => {
    const probe = createServer();
    probe.once('error', fail);
    probe.listen(0, '127.0.0.1', () => {
      const address = probe.address();
      probe.close(() => done(typeof address === 'object' && address ? address.port : 0));
    });
  });
}

process.exitCode = await main();
