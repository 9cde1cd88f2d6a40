import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { configDefaults, defineConfig } from 'vitest/config';

/** Tests that put something in the place of a module: each needs modules of its own. */
const apart = ['test/s3/explain.test.ts', 'test/s3/requests.test.ts', 'test/s3/secrets.test.ts'];

export default defineConfig({
  // What the benchmarks' queries import by the package's name is tested from the sources.
  resolve: { alias: { shoal: fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    setupFiles: ['test/seed.ts'],
    // A test that asserts nothing proves nothing: it fails.
    expect: { requireAssertions: true },
    testTimeout: 60_000,
    pool: 'forks',
    // One more than there are cores: tests of processes and files wait.
    maxWorkers: availableParallelism() + 1,
    projects: [
      {
        extends: true,
        test: {
          name: 'together',
          // One process for many files: loading the engine takes longer than most of them.
          isolate: false,
          include: ['test/**/*.test.ts'],
          exclude: [...configDefaults.exclude, ...apart],
          typecheck: { include: ['test/types/**/*.test-d.ts'] },
        },
      },
      { extends: true, test: { name: 'apart', include: apart, typecheck: { include: [] } } },
    ],
  },
});
