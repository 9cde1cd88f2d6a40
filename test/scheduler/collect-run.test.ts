import { expect, test } from 'vitest';
import type { TaskResult } from '../../src/plan/task.ts';
import { collectRun } from '../../src/scheduler/collect-run.ts';
import { nothing } from '../../src/scheduler/stage-result.ts';

/** A collector whose clock is set by hand. */
function collectorAt(startMs: number) {
  let nowMs = startMs;
  const collector = collectRun(() => nowMs);
  return { ...collector, at: (ms: number) => (nowMs = ms) };
}

const result = (taskId: string, changes: Partial<TaskResult>): TaskResult => ({ ...nothing(taskId), ...changes });

test('what tasks tell is summed up by stage', () => {
  const { add, at, report } = collectorAt(100);
  at(110);
  add({ kind: 'stage-started', stage: 0, tasks: 2 });
  const first = { fetched: { requests: 3, bytes: 30 }, written: { requests: 1, bytes: 5 }, rowGroups: 2, elapsedMs: 7 };
  add({ kind: 'task-finished', stage: 0, task: '0-0', result: result('0-0', first) });
  const second = { fetched: { requests: 1, bytes: 4 }, rowGroups: 1, elapsedMs: 8 };
  add({ kind: 'task-finished', stage: 0, task: '0-1', result: result('0-1', second) });
  at(150);
  add({ kind: 'stage-finished', stage: 0, rows: 9, bytes: 5 });
  at(180);
  expect(report()).toEqual({
    wallMs: 80,
    stages: new Map([
      [
        0,
        {
          tasks: 2,
          attempts: 2,
          resumed: 0,
          rows: 9,
          bytes: 5,
          fetched: { requests: 4, bytes: 34 },
          written: { requests: 1, bytes: 5 },
          rowGroups: 3,
          wallMs: 40,
          workerMs: 15,
        },
      ],
    ]),
  });
});

test('retries, second attempts and guesses that are run again count as attempts, and what they moved is not forgotten', () => {
  const { add, report } = collectorAt(0);
  const moved = { fetched: { requests: 1, bytes: 10 } };
  add({ kind: 'task-retried', stage: 0, task: '0-0', attempt: 1, error: new Error('Lost.'), waitMs: 5 });
  add({ kind: 'task-speculated', stage: 0, task: '0-0' });
  add({ kind: 'task-finished', stage: 0, task: '0-0', result: result('0-0', moved) });
  add({ kind: 'task-finished', stage: 0, task: '0-0', result: result('0-0', moved) });
  add({ kind: 'task-resumed', stage: 0, task: '0-1' });
  expect(report().stages.get(0)).toMatchObject({
    tasks: 2,
    attempts: 4,
    resumed: 1,
    fetched: { requests: 2, bytes: 20 },
  });
});

test('row groups are not counted where the engine chose them in any task', () => {
  const { add, report } = collectorAt(0);
  add({ kind: 'task-finished', stage: 0, task: '0-0', result: result('0-0', { rowGroups: 3 }) });
  add({ kind: 'task-finished', stage: 0, task: '0-1', result: result('0-1', { rowGroups: null }) });
  expect(report().stages.get(0)?.rowGroups).toBeNull();
});
