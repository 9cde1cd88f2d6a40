import { expect, test } from 'vitest';
import { BackendError } from '../../src/errors.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import { type Call, runScripted, ScriptedBackend, taskOf } from './scripted-stage.ts';

/** Runs tasks that take these times on their first attempt, and 1 s on later ones. */
async function run(firstMs: readonly number[], slots: number, laterMs = 1_000) {
  const clock = new VirtualClock();
  const afterMs = ({ id, attempt }: Call) => (attempt === 1 ? (firstMs[Number(id.slice(2))] ?? 0) : laterMs);
  const backend = new ScriptedBackend(clock, (call) => ({ afterMs: afterMs(call) }), { slots });
  const tasks = firstMs.map((_, index) => taskOf(index));
  const report = await runScripted({ clock, backend, tasks });
  const second = backend.calls.filter(({ attempt }) => attempt > 1);
  return { ...report, second, calls: backend.calls };
}

/** 1 s, 1.01 s, 1.02 s … */
const even = (count: number) => Array.from({ length: count }, (_, index) => 1_000 + 10 * index);

test('a task that takes much longer than the others runs a second time, whose answer is taken', async () => {
  const { second, calls, endMs, events } = await run([...even(19), 60_000], 20);
  // Of the others p50 is 1.09 s and p95 1.18 s.
  expect(second.map(({ id, sentMs }) => [id, sentMs])).toEqual([['0-19', 1_090 + 3 * 90]]);
  expect(endMs).toBe(2_360);
  expect(calls.find(({ id, attempt }) => id === '0-19' && attempt === 1)?.stoppedMs).toBe(2_360);
  expect(events.filter(({ kind }) => kind === 'task-speculated')).toEqual([
    { kind: 'task-speculated', stage: 0, task: '0-19' },
  ]);
});

test('the first attempt wins when it answers first', async () => {
  const { second, endMs } = await run([...even(19), 1_500], 20);
  expect(second).toHaveLength(1);
  expect(second[0]?.stoppedMs).toBe(1_500);
  expect(endMs).toBe(1_500);
});

test('nobody runs twice before three quarters are done, or without a free place', async () => {
  expect((await run([...even(14), ...Array.from({ length: 6 }, () => 9_000)], 20)).second).toEqual([]);
  expect((await run([...even(9), 9_000], 1)).second).toEqual([]);
});

test('a twentieth of the tasks run twice at most, the same one only once', async () => {
  const slow = Array.from({ length: 10 }, () => 60_000);
  const { second, endMs } = await run([...even(90), ...slow], 200, 90_000);
  expect(second).toHaveLength(5);
  expect(new Set(second.map(({ id }) => id)).size).toBe(5);
  expect(endMs).toBe(60_000);
});

test('slowness is judged by how long a task itself has run, not by when the stage began', async () => {
  // The last one begins when the first of the others is done.
  const { second, endMs } = await run([...even(9), 1_100], 9);
  expect(second).toEqual([]);
  expect(endMs).toBe(2_100);
});

test('a task with more memory than its share takes as many places when it runs twice', async () => {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend(
    clock,
    ({ id, attempt, share }) => {
      if (id !== '0-9') return { afterMs: 1_000 };
      if (share === 1) return { afterMs: 900, error: outOfMemory };
      return { afterMs: attempt === 2 ? 60_000 : 1_000 };
    },
    { slots: 4 },
  );
  const tasks = Array.from({ length: 10 }, (_, index) => taskOf(index));
  const { results } = await runScripted({ clock, backend, tasks });
  expect(results).toHaveLength(10);
  const large = backend.calls.filter(({ share }) => share > 1);
  expect(large.map(({ attempt, share }) => [attempt, share])).toEqual([
    [2, 2],
    [3, 2],
  ]);
  expect(mostAtOnce(backend.calls, 1_000, 60_000)).toBeLessThanOrEqual(4);
});

const outOfMemory = new BackendError('OUT_OF_MEMORY', 'Too large.');

/** Places that are taken at once, when attempts take so long unless they are stopped. */
function mostAtOnce(calls: readonly Call[], usualMs: number, slowMs: number): number {
  const endOf = ({ sentMs, stoppedMs, share }: Call) => stoppedMs ?? sentMs + (share > 1 ? slowMs : usualMs);
  return Math.max(
    ...calls.map(({ sentMs }) =>
      calls.filter((call) => call.sentMs <= sentMs && endOf(call) > sentMs).reduce((sum, { share }) => sum + share, 0),
    ),
  );
}
