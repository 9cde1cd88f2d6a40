import { expect, test } from 'vitest';
import { AbortError, BackendError, SourceError } from '../../src/errors.ts';
import type { Task, TaskResult } from '../../src/plan/task.ts';
import type { Journal } from '../../src/scheduler/journal.ts';
import { nothing } from '../../src/scheduler/stage-result.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import { type Call, partTask, runScripted, ScriptedBackend, spanOf, stageOf, taskOf } from './scripted-stage.ts';

const tasksOf = (count: number) => Array.from({ length: count }, (_, index) => taskOf(index));
const indexOf = ({ id }: Pick<Call, 'id'>) => Number(id.slice(2));

test('results come in the order of the tasks, whatever finished first', async () => {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend(clock, (call) => ({
    afterMs: 100 - indexOf(call),
    result: { rows: indexOf(call) },
  }));
  const { results, events } = await runScripted({ clock, backend, tasks: tasksOf(6) });
  expect(results?.map(({ rows }) => rows)).toEqual([0, 1, 2, 3, 4, 5]);
  expect(events[0]).toEqual({ kind: 'stage-started', stage: 0, tasks: 6 });
  expect(events.at(-1)).toEqual({ kind: 'stage-finished', stage: 0, rows: 15, bytes: 0 });
});

test('no more run at once than there are places, fewer when the backend refuses them', async () => {
  const clock = new VirtualClock();
  let running = 0;
  const most: number[] = [];
  const refused = new BackendError('THROTTLED', 'Too many.', { retryable: true });
  const backend = new ScriptedBackend(
    clock,
    () => {
      most.push(++running);
      clock.after(10, () => running--);
      return running > 2 ? { afterMs: 10, error: refused } : { afterMs: 10 };
    },
    { slots: 8 },
  );
  const { results } = await runScripted({ clock, backend, tasks: tasksOf(40) });
  expect(results).toHaveLength(40);
  expect(Math.max(...most)).toBe(8);
  // At first eight at once, six of them for nothing; then about as many as it takes.
  expect(most.slice(40).filter((count) => count > 4)).toEqual([]);
});

test('when the first tasks gave all rows that are wanted, the others end, and none begins', async () => {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend(clock, (call) => ({ afterMs: 10 * (indexOf(call) + 1), result: { rows: 4 } }));
  const { results } = await runScripted({ clock, backend, tasks: tasksOf(20), stage: stageOf({ enoughRows: 10 }) });
  expect(results?.map(({ rows }) => rows).slice(0, 5)).toEqual([4, 4, 4, 0, 0]);
  expect(backend.calls.length).toBeLessThan(8);
  expect(backend.calls.filter((call) => indexOf(call) > 2).map(({ stoppedMs }) => stoppedMs)).not.toContain(null);
});

test('the first failure ends the stage, and stops what runs', async () => {
  const clock = new VirtualClock();
  const broken = new SourceError('BAD_RECORD', 'Line 3 is bad.');
  const backend = new ScriptedBackend(clock, (call) =>
    indexOf(call) === 1 ? { afterMs: 5, error: broken } : { afterMs: 1_000 },
  );
  const { error, endMs } = await runScripted({ clock, backend, tasks: tasksOf(20) });
  expect(error).toBe(broken);
  expect(endMs).toBe(5);
  expect(backend.calls.map((call) => [indexOf(call), call.stoppedMs])).toEqual([
    [0, 5],
    [1, null],
    [2, 5],
    [3, 5],
  ]);
  expect(backend.calls[0]?.context.signal.reason).toEqual(
    new AbortError('ABORTED', 'Task 0-0 is not wanted any more.'),
  );
});

test('a task that ran out of memory is cut into smaller ones, which run one after another', async () => {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend(clock, ({ id }) =>
    id === '0-1'
      ? { afterMs: 5, error: new BackendError('OUT_OF_MEMORY', 'Too large.') }
      : { afterMs: 10, result: { rows: id.includes('.') ? 2 : 1 } },
  );
  const resplit = (task: Task) => (task.id === '0-1' ? [0, 1, 2].map((part) => ({ ...task, id: `0-1.${part}` })) : []);
  const { results } = await runScripted({ clock, backend, tasks: tasksOf(3), resplit });
  expect(results?.map(({ taskId, rows }) => [taskId, rows])).toEqual([
    ['0-0', 1],
    ['0-1.0', 2],
    ['0-1.1', 2],
    ['0-1.2', 2],
    ['0-2', 1],
  ]);
  expect(backend.calls.filter(({ id }) => id.includes('.')).map(({ sentMs, share }) => [sentMs, share])).toEqual([
    [5, 1],
    [15, 1],
    [25, 1],
  ]);
});

test('what a journal has is not run again, and what is done is in it before the stage goes on', async () => {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend(clock, () => ({ afterMs: 10 }));
  const recorded: string[] = [];
  const journal: Journal = {
    folder: '',
    isOwn: () => false,
    find: ({ id }) => (id === '0-1' ? { ...nothing(id), rows: 9 } : null),
    record: ({ id }) =>
      new Promise((resolve) => {
        clock.after(500, () => {
          recorded.push(id);
          resolve();
        });
      }),
  };
  const { results, events, endMs } = await runScripted({ clock, backend, tasks: tasksOf(3), journal });
  expect(results?.map(({ rows }) => rows)).toEqual([1, 9, 1]);
  expect(backend.calls.map(({ id }) => id)).toEqual(['0-0', '0-2']);
  expect(recorded).toEqual(['0-0', '0-2']);
  expect(endMs).toBe(510);
  expect(events.filter(({ kind }) => kind === 'task-resumed')).toEqual([
    { kind: 'task-resumed', stage: 0, task: '0-1' },
  ]);
});

test('a part that was guessed wrong runs again from where it begins; its first result is of no use', async () => {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend(clock, (call) => {
    const span = spanOf(call, indexOf(call));
    return { afterMs: 10, result: { rows: span.guessed && indexOf(call) === 1 ? 99 : 1, spans: [span] } };
  });
  const { results } = await runScripted({ clock, backend, tasks: [0, 1, 2].map(partTask) });
  expect(results?.map(({ rows }) => rows)).toEqual([1, 1, 1]);
  expect(backend.calls.map(({ id }) => id)).toEqual(['0-0', '0-1', '0-2', '0-1']);
});

test('an error of a part that was guessed wrong is none; one of a part that was guessed right is', async () => {
  for (const wrong of [true, false]) {
    const clock = new VirtualClock();
    const backend = new ScriptedBackend(clock, (call) => {
      const index = indexOf(call);
      const span = spanOf(call, index);
      const told = wrong || index !== 1 ? span : { ...span, firstRecordByte: 14 };
      const error = new SourceError('BAD_RECORD', 'Bad.', { details: { uri: 'a', spans: [{ ...told }] } });
      return index === 1 && span.guessed ? { afterMs: 10, error } : { afterMs: 10, result: { spans: [told] } };
    });
    const { results, error } = await runScripted({ clock, backend, tasks: [0, 1, 2].map(partTask) });
    if (wrong) expect(results).toHaveLength(3);
    else expect(error).toEqual(new SourceError('BAD_RECORD', 'Bad.', { details: { uri: 'a' } }));
  }
});

test('an unwanted result of a task that was stopped is thrown away', async () => {
  const clock = new VirtualClock();
  const staged = [{ uri: 's3://sink/a', sizeBytes: 1, token: 'unwanted', rows: 1 }];
  const result: Partial<TaskResult> = { rows: 10, staged };
  const backend = new ScriptedBackend(clock, (call) => ({ afterMs: indexOf(call) === 0 ? 10 : 50, result }));
  const { results, store } = await runScripted({
    clock,
    backend,
    tasks: tasksOf(2),
    stage: stageOf({ enoughRows: 5 }),
  });
  expect(results?.map(({ rows }) => rows)).toEqual([10, 0]);
  const aborted: string[] = [];
  store.staged.delete = (token: string) => aborted.push(token) > 0;
  while (clock.step()) await new Promise((resolve) => setImmediate(resolve));
  expect(aborted).toEqual(['unwanted']);
});

test('parts that never fit together end the stage, not run for ever', async () => {
  const clock = new VirtualClock();
  const backend = new ScriptedBackend(clock, (call) => {
    const span = { ...spanOf(call, indexOf(call)), firstRecordByte: 5 };
    return { afterMs: 10, result: { spans: [span] } };
  });
  const { error } = await runScripted({ clock, backend, tasks: [0, 1, 2].map(partTask) });
  expect(error).toMatchObject({
    code: 'INTERNAL',
    message:
      "Stage 0 reads parts of files that still do not follow upon each other after 12 corrections. This is a defect in shoal; please report it with the query's explain() text.",
  });
});
