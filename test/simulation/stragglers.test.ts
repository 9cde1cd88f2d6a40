import { expect, test } from 'vitest';
import { runScripted, ScriptedBackend, taskOf } from '../scheduler/scripted-stage.ts';
import { sampleMs } from './latency.ts';
import { Random } from './random.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Of a stage whose tasks all run at once: half of them take 2.5 s or less, one in a hundred ten times as long. */
const tasks = 100;
const taskMs = { medianMs: 2_500, p95Ms: 3_500, tailShare: 0, tailMs: 0 };
const slowness = 10;

/** Stages of each kind. */
const trials = 200;

interface Stages {
  /** Stage times, ascending, milliseconds. */
  readonly sortedMs: readonly number[];
  readonly attempts: number;
}

async function runStages(slowTasks: number, speculateShare: number): Promise<Stages> {
  const times: number[] = [];
  let attempts = 0;
  for (let seed = 1; seed <= trials; seed++) {
    const clock = new VirtualClock();
    const random = new Random(seed);
    const first = random.below(tasks);
    const slow = new Set(Array.from({ length: slowTasks }, (_, index) => `0-${(first + index) % tasks}`));
    const backend = new ScriptedBackend(
      clock,
      ({ id, attempt }) => ({
        afterMs: sampleMs(taskMs, random) * (attempt === 1 && slow.has(id) ? slowness : 1),
      }),
      { slots: 2 * tasks, invokeMs: 25 },
    );
    const all = Array.from({ length: tasks }, (_, index) => taskOf(index));
    // A share below 0 lets nobody run twice.
    const policy = speculateShare === 0 ? { speculateAfter: Number.POSITIVE_INFINITY } : { speculateShare };
    const { endMs } = await runScripted({ clock, backend, tasks: all, policy, seed });
    times.push(endMs);
    attempts += backend.calls.length;
  }
  return { sortedMs: times.sort((a, b) => a - b), attempts };
}

function p99({ sortedMs }: Stages): number {
  return sortedMs[Math.floor(sortedMs.length * 0.99)] ?? 0;
}

test('one slow task in a hundred makes a stage at most 2.3 times as long, at a twentieth more tasks', async () => {
  const even = await runStages(0, 0.05);
  const helped = await runStages(tasks / 100, 0.05);
  const alone = await runStages(tasks / 100, 0);
  const seconds = (stages: Stages) => (p99(stages) / 1_000).toFixed(1);
  console.log(
    `p99 of a stage of ${tasks} tasks: ${seconds(even)} s without slow ones, ${seconds(helped)} s with 1 % of them 10 times as slow, ${seconds(alone)} s without speculation`,
  );
  expect(p99(helped) / p99(even)).toBeLessThanOrEqual(2.3);
  expect(helped.attempts / (tasks * trials)).toBeLessThanOrEqual(1.05);
  expect(even.attempts / (tasks * trials)).toBeLessThanOrEqual(1.05);
  expect(alone.attempts).toBe(tasks * trials);
  expect(p99(alone)).toBeGreaterThan(p99(helped));
});
