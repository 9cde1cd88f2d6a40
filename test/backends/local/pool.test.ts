import { existsSync, mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import { entryOf } from '../../../src/backends/local/child-entry.ts';
import { openPool, type PoolBackend, type PoolSettings, type PoolWorker } from '../../../src/backends/local/pool.ts';
import { errorOf } from '../../support/use-session.ts';
import { backendConformance, invocation, runToText, testFolder, untilWriting } from '../conformance.ts';
import { csvSink, endless, hugeList, numbers, taskText } from '../tasks.ts';
import { isAlive, runParent, untilGone } from './processes.ts';

const open = (scratchDirectory: string, changes: Partial<PoolSettings> = {}): PoolBackend =>
  openPool({ workers: 2, scratchDirectory, threads: 1, memoryLimitBytes: 256 << 20, store: {}, ...changes });

backendConformance('pool', async (scratchDirectory) => open(scratchDirectory));

/** Of the tests that need no other settings: a process is dear. */
const scratch = mkdtempSync(join(tmpdir(), 'shoal-pool-'));
const pool = open(scratch, { memoryLimitBytes: 64 << 20, graceMs: 1_000 });
afterAll(async () => {
  await pool.close();
  rmSync(scratch, { recursive: true, force: true });
});

function ownPool(changes: Partial<PoolSettings>): PoolBackend {
  const own = open(join(testFolder(), 'scratch'), { graceMs: 50, ...changes });
  onTestFinished(() => own.close());
  return own;
}

/** Starts a long task and waits until a process is in the middle of it. */
async function startEndless(
  id: string,
  signal = new AbortController().signal,
  on: PoolBackend = pool,
): Promise<{ pid: number; error: ReturnType<typeof errorOf> }> {
  const folder = testFolder();
  const text = await taskText(endless(), csvSink(join(folder, 'endless.csv')), { id });
  const error = errorOf(on.invoke(text, invocation({ signal })));
  await untilWriting(folder, 1);
  const pid = on.workers().find(({ task }) => task === id)?.pid;
  if (pid === undefined) throw new Error(`No process runs ${id}.`);
  return { pid, error };
}

const pidsOf = (workers: readonly PoolWorker[]): number[] => workers.flatMap(({ pid }) => pid ?? []);

const runSmall = (value: number): Promise<string> => runToText(pool, numbers([value]), join(testFolder(), 'small.csv'));

test('a process starts with the first task and stays warm; a second one starts when it is needed', async () => {
  expect(pool.workers()).toEqual([]);
  expect([await runSmall(1), await runSmall(2)]).toEqual(['n\n1\n', 'n\n2\n']);
  const [first] = pidsOf(pool.workers());
  expect(pool.workers()).toEqual([{ pid: first, task: null }]);
  const done = new AbortController();
  const runs = await Promise.all([startEndless('0-0', done.signal), startEndless('0-1', done.signal)]);
  expect(runs.map(({ pid }) => pid)).toContain(first);
  expect(new Set([process.pid, ...runs.map(({ pid }) => pid)]).size).toBe(3);
  const third = await taskText(numbers([1]), csvSink(join(testFolder(), 'third.csv')), { id: '0-2' });
  const waiting = await errorOf(pool.invoke(third, invocation({ signal: AbortSignal.timeout(50) })));
  expect(waiting.message).toBe('The task was aborted before it started.');
  done.abort();
  expect(await Promise.all(runs.map(async ({ error }) => (await error).message))).toEqual([
    'Task 0-0 was aborted.',
    'Task 0-1 was aborted.',
  ]);
  expect(pidsOf(pool.workers()).sort()).toEqual(runs.map(({ pid }) => pid).sort());
});

test('a process that is killed in mid task loses that task alone, and another takes its place', async () => {
  const done = new AbortController();
  const [lost, other] = await Promise.all([startEndless('1-0'), startEndless('1-1', done.signal)]);
  const next = runSmall(7);
  process.kill(lost.pid, 'SIGKILL');
  expect(await lost.error).toMatchObject({
    name: 'BackendError',
    code: 'WORKER_LOST',
    retryable: true,
    message: `Worker process ${lost.pid} was ended by SIGKILL while it ran task 1-0. If nobody killed it, the machine ran out of memory: connect() with fewer workers or a lower workerMemoryLimit.`,
    details: { pid: lost.pid, exitCode: null, signal: 'SIGKILL', task: '1-0', stderr: '' },
  });
  expect(await next).toBe('n\n7\n');
  expect(pool.workers().find(({ pid }) => pid === other.pid)?.task).toBe('1-1');
  expect(pool.workers()).toHaveLength(2);
  expect(pidsOf(pool.workers())).not.toContain(lost.pid);
  expect(readdirSync(scratch)).toHaveLength(2);
  done.abort();
  expect(await other.error).toMatchObject({ code: 'ABORTED' });
});

test('a process that crashes is told by its signal', async () => {
  const { pid, error } = await startEndless('2-0');
  process.kill(pid, 'SIGABRT');
  expect(await error).toMatchObject({
    code: 'WORKER_LOST',
    message: `Worker process ${pid} was ended by SIGABRT while it ran task 2-0.`,
  });
});

test('a task that needs more memory than its worker may use fails with OUT_OF_MEMORY, and the worker goes on', async () => {
  await runSmall(1);
  const before = pidsOf(pool.workers());
  const text = await taskText(hugeList(), csvSink(join(testFolder(), 'huge.csv')));
  const error = await errorOf(pool.invoke(text, invocation()));
  expect(error).toMatchObject({ name: 'BackendError', code: 'OUT_OF_MEMORY', retryable: true });
  // The engine's own words stand in between; they tell how much it held.
  expect(error.message).toMatch(
    /^The query needs more memory than its limit and cannot spill this step to disk \(Out of Memory Error: .*\)\. Raise connect\(\{ memoryLimit \}\), or aggregate less at once\.$/,
  );
  expect(await runSmall(1)).toBe('n\n1\n');
  expect(pidsOf(pool.workers())).toEqual(before);
});

test('a process that does not stop is killed', async () => {
  const controller = new AbortController();
  const { pid, error } = await startEndless('3-0', controller.signal);
  process.kill(pid, 'SIGSTOP');
  controller.abort(new Error('enough'));
  expect(await error).toMatchObject({
    name: 'AbortError',
    code: 'ABORTED',
    message: 'Task 3-0 was aborted; its worker process did not stop in time and was killed.',
    cause: new Error('enough'),
  });
  expect(isAlive(pid)).toBe(false);
});

test('close() kills a process that does not end by itself, and removes what it kept', async () => {
  const folder = testFolder();
  const own = open(folder, { workers: 1, graceMs: 50 });
  const { pid, error } = await startEndless('0-0', undefined, own);
  process.kill(pid, 'SIGSTOP');
  await own.close();
  expect(await error).toMatchObject({ code: 'CLOSED' });
  expect(isAlive(pid)).toBe(false);
  expect(readdirSync(folder)).toEqual([]);
});

test('a process that cannot start fails one task each, with the end of what it said', async () => {
  const own = ownPool({ entry: entryOf(join(import.meta.dirname, 'programs/dies-at-start.mjs')) });
  const text = await taskText(numbers([1]), csvSink(join(testFolder(), 'out.csv')));
  const errors = await Promise.all([1, 2, 3].map(() => errorOf(own.invoke(text, invocation()))));
  for (const error of errors) {
    expect(error).toMatchObject({
      name: 'BackendError',
      code: 'WORKER_LOST',
      retryable: true,
      message: expect.stringMatching(/^Worker process \d+ exited with code 3 before it was ready\.$/),
      details: { exitCode: 3, signal: null, task: null, stderr: `${'x'.repeat(4_096 - 17)}\nno such library\n` },
    });
  }
});

test('a process that does not keep to the protocol is killed', async () => {
  const own = ownPool({ entry: entryOf(join(import.meta.dirname, 'programs/babbles.mjs')) });
  const text = await taskText(numbers([1]), csvSink(join(testFolder(), 'out.csv')));
  expect(await errorOf(own.invoke(text, invocation()))).toMatchObject({
    name: 'InternalError',
    message:
      'The pool received {"kind":"result","id":1}, which is no complete message of the kinds ready, alive, result, error. ' +
      "This is a defect in shoal; please report it with the query's explain() text.",
  });
});

test('a script that forgets close() comes to its end, and its processes with it', async () => {
  const folder = testFolder();
  const { line, exit } = runParent('leave', folder);
  const pids = (JSON.parse(await line) as { pid: number }[]).map(({ pid }) => pid);
  expect(await exit).toBe(0);
  await untilGone(pids);
  expect(pids).toHaveLength(1);
  expect(readdirSync(join(folder, 'scratch'))).toEqual([]);
});

test('processes end with a parent that is killed, in mid query too', async () => {
  const folder = testFolder();
  const { pid, line, exit } = runParent('busy', folder);
  const workers = JSON.parse(await line) as { pid: number; task: string | null }[];
  expect(workers.filter(({ task }) => task !== null)).toHaveLength(1);
  process.kill(pid, 'SIGKILL');
  expect(await exit).toBe('SIGKILL');
  await untilGone(workers.map((worker) => worker.pid));
  expect(readdirSync(join(folder, 'scratch'))).toEqual([]);
  expect(existsSync(join(folder, 'endless.csv'))).toBe(false);
});
