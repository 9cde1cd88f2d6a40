import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, expect, onTestFinished, test } from 'vitest';
import type { Backend, InvokeContext } from '../../src/backends/backend.ts';
import { engineVersion } from '../../src/engine/engine-version.ts';
import type { Batch } from '../../src/plan/batch.ts';
import { decodeOutput } from '../../src/plan/exchange-wire.ts';
import type { Expr } from '../../src/plan/expr.ts';
import { toPartitionOf } from '../../src/plan/producer-output.ts';
import type { RelNode } from '../../src/plan/relation.ts';
import type { StagedFile, TaskResult } from '../../src/plan/task.ts';
import { type TaskOutput, taskVersion } from '../../src/plan/task.ts';
import { createStore } from '../../src/storage/create-store.ts';
import { toUri } from '../../src/storage/uri.ts';
import { errorOf } from '../support/use-session.ts';
import { badCast, counted, csvSink, endless, numbers, scanOf, taskText } from './tasks.ts';

/** What goes with an attempt of a test; rows are refused unless told. */
export function invocation(changes: Partial<InvokeContext> = {}): InvokeContext {
  return {
    signal: new AbortController().signal,
    onBatch: async () => {
      throw new Error('This task was to send no rows.');
    },
    batchRows: 1_000,
    share: 1,
    ...changes,
  };
}

/** An empty folder for one test. */
export function testFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-backend-'));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Waits until so many tasks write into a folder: the engine opens its files when a query has begun. */
export async function untilWriting(folder: string, tasks: number): Promise<void> {
  while (readdirSync(folder).length < tasks) await sleep(5);
}

const store = createStore();

/**
 * What every backend has to do. `open` gives one whose workers reach the files of this machine and keep their own below
 * `scratchDirectory`; the tests close it. All but the last share one. Tests that fit every backend belong here.
 */
export function backendConformance(name: string, open: (scratchDirectory: string) => Promise<Backend>): void {
  const scratch = mkdtempSync(join(tmpdir(), 'shoal-backend-'));
  let shared: Promise<Backend> | undefined;
  afterAll(async () => {
    await (await shared)?.close();
    rmSync(scratch, { recursive: true, force: true });
  });
  const use = async (): Promise<{ backend: Backend; folder: string }> => {
    shared ??= open(scratch);
    return { backend: await shared, folder: testFolder() };
  };

  test(`${name}: the profile has numbers to plan with`, async () => {
    const { profile } = (await use()).backend;
    const { slots, threads, memoryLimitBytes, startMs, invokeMs, bytesPerSecond } = profile;
    expect([slots, threads].every((count) => Number.isInteger(count) && count >= 1)).toBe(true);
    expect(memoryLimitBytes).toBeGreaterThanOrEqual(64 << 20);
    expect(invokeMs).toBeGreaterThan(0);
    expect(startMs).toBeGreaterThanOrEqual(invokeMs);
    expect(bytesPerSecond).toBeGreaterThan(0);
  });

  test(`${name}: a task writes its rows where nobody sees them until they are committed`, async () => {
    const { backend, folder } = await use();
    const path = join(folder, 'out.csv');
    const result = await backend.invoke(await taskText(numbers([3, 1, 2]), csvSink(path)), invocation());
    expect(result).toMatchObject({
      taskId: '0-0',
      rows: 3,
      staged: [{ uri: toUri(path), sizeBytes: 8, rows: 3 }],
      produced: null,
      sample: [],
      rejected: [],
      rejectedCount: 0,
    });
    expect(readdirSync(folder)).not.toContain('out.csv');
    await store.commit(onlyFile(result), 'create');
    expect(readFileSync(path, 'utf8')).toBe('n\n3\n1\n2\n');
  });

  test(`${name}: a task reads what another one wrote`, async () => {
    const { backend, folder } = await use();
    const parquet = { kind: 'parquet', compression: 'zstd', rowGroupRows: 2_048 } as const;
    const sink = {
      kind: 'sink',
      uri: toUri(join(folder, 'mid.parquet')),
      format: parquet,
      layout: { kind: 'file' },
    } as const;
    const result = await backend.invoke(await taskText(numbers([5, 6, 7, 8]), sink), invocation());
    const file = await store.commit(onlyFile(result), 'create');
    const plan = counted(scanOf(join(folder, 'mid.parquet'), file, { kind: 'parquet' }));
    expect(await runToText(backend, plan, join(folder, 'out.csv'))).toBe('n\n4\n');
  });

  test.each([
    ['in objects', 0],
    ['in results', 1 << 16],
  ])(`${name}: partitions of an exchange are read by other tasks, %s`, async (_, maxInlineBytes) => {
    const { backend, folder } = await use();
    const keys: Expr[] = [{ kind: 'column', name: 'n' }];
    const exchange: TaskOutput = {
      kind: 'exchange',
      partitioning: { kind: 'hash', keys, partitions: 3, nullsTogether: false },
      prefix: toUri(join(folder, 'exchange')),
      maxInlineBytes,
      sample: null,
    };
    const rows = Array.from({ length: 60 }, (_, index) => index);
    const producers = await Promise.all(
      [rows.slice(0, 20), rows.slice(20)].map(async (part, index) =>
        backend.invoke(await taskText(numbers(part), exchange, { id: `0-${index}` }), invocation()),
      ),
    );
    const outputs = producers.map(({ produced }) => decodeOutput(produced));
    expect(producers.map((result) => result.rows)).toEqual([20, 40]);
    expect(outputs.map(toPartitionOf)).toEqual([3, 3]);
    expect(readdirSync(folder)).toHaveLength(maxInlineBytes === 0 ? 2 : 0);
    const schema = [{ name: 'n', type: { kind: 'int64' } }] as const;
    const answers = await Promise.all(
      [0, 1, 2].map((partition) => {
        const parts = { fromPartition: partition, toPartition: partition + 1, outputs };
        const read: RelNode = { kind: 'read', exchange: 0, schema, columns: ['n'], parts };
        return runToText(backend, read, join(folder, `out-${partition}.csv`));
      }),
    );
    const read = answers.map((text) => text.trim().split('\n').slice(1).map(Number));
    expect(read.every((partition) => partition.length > 0)).toBe(true);
    expect(read.flat().sort((x, y) => x - y)).toEqual(rows);
  });

  test(`${name}: rows come batch by batch where the profile says so, and are refused where not`, async () => {
    const { backend } = await use();
    const batches: Batch[] = [];
    const task = await taskText(numbers([1, 2, 3]), { kind: 'result' });
    const run = backend.invoke(task, invocation({ onBatch: async (batch) => void batches.push(batch) }));
    if (backend.profile.streamsRows) {
      await expect(run).resolves.toMatchObject({ taskId: '0-0', rows: 3, staged: [] });
      expect(batches.flatMap(({ columns }) => Array.from(columns[0]?.data as BigInt64Array))).toEqual([1n, 2n, 3n]);
    } else {
      await expect(run).rejects.toMatchObject({ name: 'InternalError', code: 'INTERNAL', retryable: false });
      expect(batches).toEqual([]);
    }
  });

  test(`${name}: many tasks at once each have their own answer`, async () => {
    const { backend, folder } = await use();
    const wanted = Array.from({ length: 4 * backend.profile.slots + 3 }, (_, index) => index);
    const answers = await Promise.all(
      wanted.map((index) => runToText(backend, numbers([index, index * 7]), join(folder, `${index}.csv`))),
    );
    expect(answers).toEqual(wanted.map((index) => `n\n${index}\n${index * 7}\n`));
  });

  test(`${name}: a mistake in the query arrives with class, code and message`, async () => {
    const { backend, folder } = await use();
    const run = backend.invoke(await taskText(badCast(), csvSink(join(folder, 'out.csv'))), invocation());
    await expect(run).rejects.toMatchObject({
      name: 'TaskError',
      code: 'QUERY_FAILED',
      retryable: false,
      message:
        "A value could not be converted: Could not convert string 'twelve' to INT64 when casting from source column t. Use .tryCast() for null instead of an error.",
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test(`${name}: an input's fault arrives with class, code, message and details`, async () => {
    const { backend, folder } = await use();
    const path = join(folder, 'in.parquet');
    writeFileSync(path, 'not what it was');
    const plan = scanOf(path, { version: 'another', sizeBytes: 15 }, { kind: 'parquet' });
    await expect(
      backend.invoke(await taskText(plan, csvSink(join(folder, 'out.csv'))), invocation()),
    ).rejects.toMatchObject({
      name: 'SourceError',
      code: 'OBJECT_CHANGED',
      message: `${toUri(path)} changed after the query was planned; run the query again.`,
      details: { uri: toUri(path) },
    });
  });

  test(`${name}: a driver of another version is refused`, async () => {
    const { backend, folder } = await use();
    const worker = await engineVersion();
    const task = await taskText(numbers([1]), csvSink(join(folder, 'out.csv')), { engineVersion: '0.0.1' });
    await expect(backend.invoke(task, invocation())).rejects.toMatchObject({
      name: 'BackendError',
      code: 'WORKER_LOST',
      retryable: false,
      message: `The worker runs task version ${taskVersion} on DuckDB ${worker}; the driver sent version ${taskVersion} for DuckDB 0.0.1. Deploy the same shoal on both.`,
    });
  });

  test(`${name}: an aborted task ends with an AbortError and leaves nothing, and the next one runs`, async () => {
    const { backend, folder } = await use();
    const out = join(testFolder(), 'out.csv');
    await runToText(backend, numbers([1]), out);
    const controller = new AbortController();
    const run = backend.invoke(
      await taskText(endless(), csvSink(join(folder, 'never.csv'))),
      invocation({ signal: controller.signal }),
    );
    const [failed] = await Promise.all([errorOf(run), sleep(300).then(() => controller.abort(new Error('enough')))]);
    expect(failed).toMatchObject({
      name: 'AbortError',
      code: 'ABORTED',
      message: 'Task 0-0 was aborted.',
      cause: new Error('enough'),
    });
    expect(readdirSync(folder)).toEqual([]);
    expect(await runToText(backend, numbers([2]), `${out}2`)).toBe('n\n2\n');
  });

  test(`${name}: an abort is heard at any moment of a task`, async () => {
    const { backend, folder } = await use();
    await runToText(backend, numbers([1]), join(testFolder(), 'out.csv'));
    for (const delayMs of [0, 1, 2, 3, 5, 8, 13, 21]) {
      const task = await taskText(endless(), csvSink(join(folder, `${delayMs}.csv`)));
      const error = await errorOf(backend.invoke(task, invocation({ signal: AbortSignal.timeout(delayMs) })));
      expect(error).toMatchObject({ name: 'AbortError', message: 'Task 0-0 was aborted.' });
    }
    expect(readdirSync(folder)).toEqual([]);
  });

  test(`${name}: a signal that is aborted already starts nothing`, async () => {
    const { backend, folder } = await use();
    const context = invocation({ signal: AbortSignal.abort(new Error('too late')) });
    await expect(
      backend.invoke(await taskText(numbers([1]), csvSink(join(folder, 'out.csv'))), context),
    ).rejects.toMatchObject({
      name: 'AbortError',
      code: 'ABORTED',
      message: 'The task was aborted before it started.',
      cause: new Error('too late'),
    });
    expect(readdirSync(folder)).toEqual([]);
  });

  test(`${name}: close() ends what runs and what waits; then no task is taken any more`, async () => {
    const folder = testFolder();
    const backend = await open(join(scratch, 'closed'));
    await runToText(backend, numbers([1]), join(testFolder(), 'out.csv'));
    const runs = Array.from({ length: backend.profile.slots + 1 }, async (_, index) =>
      errorOf(backend.invoke(await taskText(endless(), csvSink(join(folder, `${index}.csv`))), invocation())),
    );
    const [failed] = await Promise.all([
      Promise.all(runs),
      untilWriting(folder, backend.profile.slots).then(() => backend.close()),
    ]);
    for (const error of failed) {
      expect(error).toMatchObject({
        name: 'AbortError',
        code: 'CLOSED',
        message: 'The backend was closed before the task was done.',
      });
    }
    expect(readdirSync(folder)).toEqual([]);
    await expect(
      backend.invoke(await taskText(numbers([1]), csvSink(join(folder, 'out.csv'))), invocation()),
    ).rejects.toMatchObject({
      name: 'AbortError',
      code: 'CLOSED',
      message: 'The backend is closed: it was given a task after close().',
    });
  });
}

function onlyFile({ staged: [file, ...more] }: TaskResult): StagedFile {
  if (!file || more.length > 0) throw new Error('Not one file is staged.');
  return file;
}

/** Runs a plan and gives the CSV text of its rows. */
export async function runToText(backend: Backend, plan: Parameters<typeof taskText>[0], path: string): Promise<string> {
  const result = await backend.invoke(await taskText(plan, csvSink(path)), invocation());
  await store.commit(onlyFile(result), 'create');
  return readFileSync(path, 'utf8');
}
