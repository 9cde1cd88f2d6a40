import { join } from 'node:path';
import { expect, test } from 'vitest';
import { openBackend } from '../../src/backends/backend.ts';
import { EnginePool } from '../../src/engine/engine-pool.ts';
import { createStore } from '../../src/storage/create-store.ts';
import { testFolder } from './conformance.ts';

const environment = () => ({
  engines: new EnginePool(),
  store: createStore(),
  scratchDirectory: join(testFolder(), 'scratch'),
  threads: 3,
  memoryLimitBytes: 300 << 20,
});

test('local without workers is this process; with workers it is a pool of processes, none of which is started yet', async () => {
  const here = await openBackend('local', environment());
  expect(here.profile).toMatchObject({ slots: 1, threads: 3, memoryLimitBytes: 300 << 20, streamsRows: true });
  const pool = await openBackend('local', environment(), {
    workers: 2,
    workerThreads: 1,
    workerMemoryLimitBytes: 100 << 20,
  });
  expect(pool.profile).toMatchObject({ slots: 2, threads: 1, memoryLimitBytes: 100 << 20, streamsRows: false });
  expect([here.profile.price, pool.profile.price]).toEqual([null, null]);
  await Promise.all([here.close(), pool.close()]);
});

test('an unknown backend is refused with the names that there are', async () => {
  await expect(openBackend('lokal', environment())).rejects.toMatchObject({
    name: 'PlanError',
    code: 'INVALID_ARGUMENT',
    message: 'Unknown backend "lokal". Available: local',
  });
});
