import { openPool } from '../../../src/backends/local/pool.ts';
import { backendConformance } from '../conformance.ts';

backendConformance('pool', async (scratchDirectory) =>
  openPool({ workers: 2, scratchDirectory, threads: 1, memoryLimitBytes: 256 << 20, store: {} }),
);
