import { defineConfig } from 'vitest/config';

export default defineConfig({
  test: {
    include: ['test/**/*.test.ts'],
    // A test that asserts nothing proves nothing: it fails.
    expect: { requireAssertions: true },
    typecheck: { include: ['test/types/**/*.test-d.ts'] },
    testTimeout: 60_000,
    pool: 'forks',
  },
});
