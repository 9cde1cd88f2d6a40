import fc from 'fast-check';
import { expect, test } from 'vitest';
import { backoffMs, defaultPolicy, slowAfterMs } from '../../src/scheduler/policy.ts';

test('waits are a random part of 100, 200, 400 … 10,000 ms', () => {
  const most = [1, 2, 3, 7, 8, 100].map((failures) => backoffMs(failures, defaultPolicy, 1));
  expect(most).toEqual([100, 200, 400, 6_400, 10_000, 10_000]);
  expect(backoffMs(3, defaultPolicy, 0.5)).toBe(200);
  expect(backoffMs(3, defaultPolicy, 0)).toBe(0);
});

test('twenty refusals are waited out for over a minute on average', () => {
  const averageMs = Array.from({ length: defaultPolicy.maxThrottles }, (_, index) =>
    backoffMs(index + 1, defaultPolicy, 0.5),
  ).reduce((sum, ms) => sum + ms);
  expect(averageMs).toBeGreaterThan(60_000);
});

test('a task is slow after p50 + 3 · (p95 − p50), and not before 250 ms or four starts', () => {
  const times = Array.from({ length: 100 }, (_, index) => 1_000 + index * 10);
  expect(slowAfterMs(times, 1)).toBe(1_500 + 3 * (1_950 - 1_500));
  expect(slowAfterMs([10, 11, 12], 1)).toBe(250);
  expect(slowAfterMs([10, 11, 12], 100)).toBe(400);
  expect(slowAfterMs([], 1)).toBe(250);
});

test('whatever the order of the times, the same threshold, above half of them', () => {
  const times = fc.array(fc.integer({ min: 1, max: 100_000 }), { minLength: 1, maxLength: 50 });
  fc.assert(
    fc.property(times, (finished) => {
      const slow = slowAfterMs(finished, 1);
      expect(slowAfterMs([...finished].reverse(), 1)).toBe(slow);
      expect(finished.filter((ms) => ms <= slow).length * 2).toBeGreaterThanOrEqual(finished.length);
    }),
  );
});
