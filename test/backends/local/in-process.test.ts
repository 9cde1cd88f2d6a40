import { afterAll } from 'vitest';
import { openInProcess } from '../../../src/backends/local/in-process.ts';
import { EnginePool } from '../../../src/engine/engine-pool.ts';
import { createStore } from '../../../src/storage/create-store.ts';
import { backendConformance } from '../conformance.ts';

const engines = new EnginePool();
afterAll(() => engines.close());

backendConformance('in-process', async (scratchDirectory) =>
  openInProcess({ engines, store: createStore(), scratchDirectory, threads: 1, memoryLimitBytes: 256 << 20 }),
);
