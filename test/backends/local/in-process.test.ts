import { onTestFinished } from 'vitest';
import { openInProcess } from '../../../src/backends/local/in-process.ts';
import { EnginePool } from '../../../src/engine/engine-pool.ts';
import { createStore } from '../../../src/storage/create-store.ts';
import { backendConformance } from '../conformance.ts';

backendConformance('in-process', async (scratchDirectory) => {
  const engines = new EnginePool();
  onTestFinished(() => engines.close());
  return openInProcess({ engines, store: createStore(), scratchDirectory, threads: 1, memoryLimitBytes: 256 << 20 });
});
