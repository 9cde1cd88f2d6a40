import { expect, test } from 'vitest';
import type { BackendProfile } from '../../src/backends/backend.ts';
import { AbortError, BackendError, SourceError, StorageError } from '../../src/errors.ts';
import { VirtualClock } from '../simulation/virtual-clock.ts';
import {
  type Call,
  type Reply,
  runScripted,
  ScriptedBackend,
  type StageScript,
  stageOf,
  taskOf,
} from './scripted-stage.ts';

const lost = new BackendError('WORKER_LOST', 'The worker is gone.', { retryable: true });
const refused = new BackendError('THROTTLED', 'Too many.', { retryable: true, details: { status: 429 } });
const outOfMemory = new BackendError('OUT_OF_MEMORY', 'Too large.');

interface OneTask extends Pick<StageScript, 'policy' | 'onStart'> {
  readonly profile?: Partial<BackendProfile>;
}

/** Runs one task, whose n-th attempt gets the n-th reply, and later ones the last. */
async function run(replies: readonly [Reply, ...Reply[]], { profile, ...script }: OneTask = {}) {
  const clock = new VirtualClock();
  const reply = ({ attempt }: Call) => replies[Math.min(attempt, replies.length) - 1] ?? replies[0];
  const backend = new ScriptedBackend(clock, reply, profile);
  const report = await runScripted({ clock, backend, tasks: [taskOf(0)], ...script });
  return { ...report, calls: backend.calls, clock, lateMs: report.job.lateMs };
}

test('an attempt that is lost is followed by another one, after a wait that grows', async () => {
  const { results, calls, events } = await run([
    { afterMs: 10, error: lost },
    { afterMs: 10, error: lost },
    { afterMs: 10, error: lost },
    { afterMs: 10, result: { rows: 7 } },
  ]);
  expect(results?.map(({ rows }) => rows)).toEqual([7]);
  expect(calls.map(({ attempt }) => attempt)).toEqual([1, 2, 3, 4]);
  const waits = events.flatMap((event) => (event.kind === 'task-retried' ? [event] : []));
  expect(waits.map(({ attempt, error }) => [attempt, error])).toEqual([1, 2, 3].map((attempt) => [attempt, lost]));
  for (const [index, { waitMs }] of waits.entries()) {
    expect(waitMs).toBeLessThanOrEqual(100 * 2 ** index);
    const [before, after] = [calls[index], calls[index + 1]];
    expect((after?.sentMs ?? 0) - (before?.sentMs ?? 0)).toBeCloseTo(10 + waitMs);
  }
});

test('a task that is lost four times fails, and says why', async () => {
  const { error, calls } = await run([{ afterMs: 10, error: lost }]);
  expect(calls).toHaveLength(4);
  expect(error).toMatchObject({
    name: 'TaskError',
    code: 'TASK_FAILED',
    message: 'Task 0-0 failed 4 times and is not tried again; the last time: The worker is gone.',
    retryable: true,
    cause: lost,
    details: { stage: 0, task: '0-0', attempts: 4 },
  });
});

test('an error that would come again is the job’s at once', async () => {
  const broken = new SourceError('BAD_RECORD', 'Line 3 is bad.');
  const { error, calls } = await run([{ afterMs: 10, error: broken }]);
  expect(error).toBe(broken);
  expect(calls).toHaveLength(1);
});

test('refusals do not count as attempts, and have a limit of their own', async () => {
  const patient = await run([
    ...Array.from({ length: 20 }, () => ({ afterMs: 1, error: refused })),
    { afterMs: 1 },
  ] as never);
  expect(patient.results).toHaveLength(1);
  expect(patient.calls).toHaveLength(21);
  const { error } = await run([{ afterMs: 1, error: refused }], { policy: { maxThrottles: 2 } });
  expect(error).toMatchObject({
    message: 'Task 0-0 failed 3 times and is not tried again; the last time: Too many.',
  });
});

test('a store that answers 503 slows the job down as a backend does that refuses', async () => {
  const busy = new StorageError('STORAGE_FAILED', 'Slow down.', { retryable: true, details: { status: 503 } });
  const { calls, results } = await run([
    ...Array.from({ length: 9 }, () => ({ afterMs: 1, error: busy })),
    { afterMs: 1 },
  ] as never);
  expect([calls.length, results?.length]).toEqual([10, 1]);
});

test('an attempt without an answer is given up at its deadline, which counts from its submission', async () => {
  const { calls, error, endMs } = await run(['silence'], {
    profile: { taskTimeoutMs: 1_000, stoppable: false },
    policy: { maxAttempts: 2 },
  });
  expect(calls.map(({ sentMs, stoppedMs }) => (stoppedMs ?? 0) - sentMs)).toEqual([1_000, 1_000]);
  expect(endMs).toBeGreaterThanOrEqual(2_000);
  expect(error).toMatchObject({
    message:
      'Task 0-0 failed 2 times and is not tried again; the last time: Task 0-0 gave no answer within 1000 ms of its submission; it is taken for lost.',
  });
});

test('what comes after the deadline is thrown away', async () => {
  const late = { uri: 's3://sink/a', sizeBytes: 1, token: 'late', rows: 1 };
  const { results, store, clock } = await run(
    [
      { afterMs: 1_500, result: { rows: 1, staged: [late] } },
      { afterMs: 100, result: { rows: 2 } },
    ],
    { profile: { taskTimeoutMs: 1_000, stoppable: false } },
  );
  expect(results?.map(({ rows }) => rows)).toEqual([2]);
  const aborted: string[] = [];
  store.staged.delete = (token: string) => aborted.push(token) > 0;
  while (clock.step()) await new Promise((resolve) => setImmediate(resolve));
  expect(aborted).toEqual(['late']);
});

test('a task that ran out of memory gets twice as much, up to all there is', async () => {
  const { calls, error } = await run([{ afterMs: 10, error: outOfMemory }], { profile: { slots: 5 } });
  expect(calls.map(({ share }) => share)).toEqual([1, 2, 4]);
  expect(error).toBe(outOfMemory);
});

test('a process that is killed for the second time may have been too large', async () => {
  const killed = new BackendError('WORKER_LOST', 'Killed.', { retryable: true, details: { signal: 'SIGKILL' } });
  const { calls } = await run([{ afterMs: 10, error: killed }]);
  expect(calls.map(({ share }) => share)).toEqual([1, 1, 2, 4]);
});

test('a task that is not wanted any more is stopped, and not tried again', async () => {
  const enough = new AbortError('ABORTED', 'Enough.');
  const { error, calls, clock, lateMs } = await run([{ afterMs: 50, error: lost }, 'silence'], {
    profile: { taskTimeoutMs: 1_000, stoppable: false },
    onStart: (job) => void job.context.clock.after(400, () => job.stop(enough)),
  });
  expect(error).toBe(enough);
  expect(calls.map(({ attempt, stoppedMs }) => [attempt, stoppedMs])).toEqual([
    [1, null],
    [2, 400],
  ]);
  // The second attempt may go on to its deadline.
  expect(lateMs).toBe((calls[1]?.sentMs ?? 0) + 1_000 - 400);
  while (clock.step()) await new Promise((resolve) => setImmediate(resolve));
  expect(calls).toHaveLength(2);
});

test('a worker that is lost may write until its deadline; one that answered may not', async () => {
  const profile = { taskTimeoutMs: 60_000, stoppable: false };
  const gone = await run([{ afterMs: 10, error: lost }, { afterMs: 10 }], { profile });
  expect(gone.lateMs).toBe(60_000 - gone.endMs);
  const answered = await run([{ afterMs: 10, error: refused }, { afterMs: 10 }], { profile });
  expect(answered.lateMs).toBe(0);
});

test('rows that have left cannot be called back: what fails after them is final', async () => {
  const clock = new VirtualClock();
  const schema = [] as const;
  const backend = new ScriptedBackend(clock, ({ context }) => {
    void context.onBatch({ schema, numRows: 0, columns: [] });
    return { afterMs: 10, error: lost };
  });
  const stage = { output: { kind: 'result' } } as const;
  const { error } = await runScripted({
    clock,
    backend,
    tasks: [taskOf(0, { output: { kind: 'result' } })],
    stage: { ...stageOf(), ...stage },
  });
  expect(error).toBe(lost);
  expect(backend.calls).toHaveLength(1);
});
