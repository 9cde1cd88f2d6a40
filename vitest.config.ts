import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vitest/config';

export default defineConfig({
  // What the benchmarks' queries import by the package's name is tested from the sources.
  resolve: { alias: { shoal: fileURLToPath(new URL('src/index.ts', import.meta.url)) } },
  test: {
    include: ['test/**/*.test.ts'],
    setupFiles: ['test/seed.ts'],
    // A test that asserts nothing proves nothing: it fails.
    expect: { requireAssertions: true },
    typecheck: { include: ['test/types/**/*.test-d.ts'] },
    testTimeout: 60_000,
    pool: 'forks',
  },
});
