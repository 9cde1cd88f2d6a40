import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { availableParallelism, tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { type ConnectOptions, resolveConfig } from '../../src/dataset/config.ts';
import { errorOf } from '../support/use-session.ts';

function folder(): string {
  const path = mkdtempSync(join(tmpdir(), 'shoal-config-'));
  onTestFinished(() => rmSync(path, { recursive: true, force: true }));
  return path;
}

const resolve = (options: ConnectOptions, env: NodeJS.ProcessEnv = {}, directory = folder()) =>
  resolveConfig(options, env, directory);

test('without settings there are no workers, and a task has all threads', async () => {
  const config = await resolve({});
  expect(config).toMatchObject({ backend: 'local', workers: 0, threads: availableParallelism() });
  expect(config).toMatchObject({ workerThreads: config.threads, workerMemoryLimitBytes: config.memoryLimitBytes });
});

test('workers share threads and memory in equal parts, of one thread and 64 MiB at least', async () => {
  expect(await resolve({ workers: 3, threads: 8, memoryLimit: '3GB' })).toMatchObject({
    workers: 3,
    workerThreads: 2,
    workerMemoryLimitBytes: 1e9,
  });
  expect(await resolve({ workers: 8, threads: 2, memoryLimit: '100MB' })).toMatchObject({
    workerThreads: 1,
    workerMemoryLimitBytes: 64 * 2 ** 20,
  });
});

test('what is said of a worker goes before its share; options before the environment, that before the file', async () => {
  const directory = folder();
  writeFileSync(
    join(directory, 'shoal.config.json'),
    JSON.stringify({ workers: 2, workerThreads: 5, workerMemoryLimit: '1GB' }),
  );
  const env = { SHOAL_WORKERS: '3', SHOAL_WORKER_MEMORY_LIMIT: '512MiB' };
  expect(await resolve({ workers: 4 }, env, directory)).toMatchObject({
    workers: 4,
    workerThreads: 5,
    workerMemoryLimitBytes: 2 ** 29,
  });
});

test.each<[ConnectOptions, NodeJS.ProcessEnv, string]>([
  [{ workers: -1 }, {}, 'connect({ workers }) is -1; workers is a whole number, 0 or more.'],
  [{}, { SHOAL_WORKERS: 'all' }, 'SHOAL_WORKERS is "all"; workers is a whole number, 0 or more.'],
  [{ threads: 1.5 }, {}, 'connect({ threads }) is 1.5; threads is a whole number, 1 or more.'],
  [{}, { SHOAL_WORKER_THREADS: '0' }, 'SHOAL_WORKER_THREADS is "0"; workerThreads is a whole number, 1 or more.'],
  [
    { planner: { exchange: 'three-level' as 'direct' } },
    {},
    "planner.exchange is \"three-level\"; it is 'direct' or 'two-level'.",
  ],
  [
    { workerMemoryLimit: '1MB' },
    {},
    'connect({ workerMemoryLimit }) is "1MB"; a memory limit is a number of bytes or a text such as \'4GB\', 64MiB at least.',
  ],
])('%j %j is refused', async (options, env, message) => {
  expect(await errorOf(resolve(options, env))).toMatchObject({ name: 'PlanError', code: 'INVALID_ARGUMENT', message });
});
