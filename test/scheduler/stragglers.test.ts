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

test('the next attempt at a task that was lost is watched too', async () => {
  const clock = new VirtualClock();
  const lost = new BackendError('WORKER_LOST', 'Gone.', { retryable: true });
  const backend = new ScriptedBackend(
    clock,
    ({ id, attempt }) => {
      if (id !== '0-9' || attempt > 2) return { afterMs: 1_000 + 10 * Number(id.slice(2)) };
      return attempt === 1 ? { afterMs: 500, error: lost } : { afterMs: 60_000 };
    },
    { slots: 10 },
  );
  // The others are done while it waits for its next attempt.
  const policy = { backoffBaseMs: 10_000 };
  const tasks = Array.from({ length: 10 }, (_, index) => taskOf(index));
  const { endMs } = await runScripted({ clock, backend, tasks, policy });
  const sent = backend.calls.filter(({ id }) => id === '0-9').map(({ sentMs }) => sentMs);
  expect(sent).toHaveLength(3);
  expect(endMs).toBe((sent[2] ?? 0) + 1_090);
});

test('a task with more memory than its share runs twice only where there is as much room again', async () => {
  const run = async (slots: number) => {
    const clock = new VirtualClock();
    const reply = ({ id, share, attempt }: Call) => {
      if (id !== '0-9') return { afterMs: 1_000 + 10 * Number(id.slice(2)) };
      if (share === 1) return { afterMs: 900, error: outOfMemory };
      return { afterMs: attempt === 2 ? 60_000 : 1_000 };
    };
    const backend = new ScriptedBackend(clock, reply, { slots });
    await runScripted({ clock, backend, tasks: Array.from({ length: 10 }, (_, index) => taskOf(index)) });
    return backend.calls.filter(({ id }) => id === '0-9').map(({ attempt, share }) => [attempt, share]);
  };
  expect(await run(4)).toEqual([
    [1, 1],
    [2, 2],
    [3, 2],
  ]);
  expect(await run(3)).toEqual([
    [1, 1],
    [2, 2],
  ]);
});

const outOfMemory = new BackendError('OUT_OF_MEMORY', 'Too large.');
