import { appendFileSync, existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { engineVersion } from '../../src/engine/engine-version.ts';
import type { RelNode } from '../../src/plan/relation.ts';
import { type Task, type TaskOutput, taskVersion } from '../../src/plan/task.ts';
import { createFileStore } from '../../src/storage/file-store.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { runTask, type TaskPort } from '../../src/worker/run-task.ts';
import { schema } from '../engine/sql/plan-builders.ts';
import { csvFormat, scanOf, useWorker } from './support.ts';

const files = createFileStore();
/** What happens when an object is read: by its uri. */
const onRead = new Map<string, () => void>();
const store: ObjectStore = {
  ...files,
  read: async (uri, range, options) => {
    onRead.get(uri)?.();
    return files.read(uri, range, options);
  },
};
const worker = useWorker({ store });
const columns = schema({ id: 'int64', text: 'string' });

async function newFile(name: string, rows: number) {
  const path = join(worker.folder, name);
  writeFileSync(path, `id,text\n${Array.from({ length: rows }, (_, index) => `${index},text ${index}\n`).join('')}`);
  return { path, file: await worker.file(path) };
}

const noRows: TaskPort = {
  signal: new AbortController().signal,
  onBatch: async () => {
    throw new Error('This task was to send no rows.');
  },
  batchRows: 1_000,
};

async function run(plan: RelNode, output: TaskOutput, port: Partial<TaskPort> = {}, alwaysFetch = false) {
  const task: Task = {
    version: taskVersion,
    id: '3-7',
    stage: 3,
    attempt: 1,
    cancelMarker: null,
    engineVersion: await engineVersion(),
    plan,
    schema: columns,
    output,
  };
  return runTask(JSON.stringify(task), { ...worker.environment, alwaysFetch }, { ...noRows, ...port });
}

const scratchFolders = () =>
  existsSync(worker.environment.scratchDirectory)
    ? readdirSync(worker.environment.scratchDirectory).filter((name) => name.startsWith('task-'))
    : [];

const exchangeOutput = (name: string): TaskOutput => ({
  kind: 'exchange',
  partitioning: { kind: 'single' },
  prefix: worker.uri(`${name}/part`),
  maxInlineBytes: 0,
  sample: null,
});

test('a file of this machine that changes while it is read in place', async () => {
  const { path, file } = await newFile('growing.csv', 10);
  const onBatch = async () => appendFileSync(path, '10,x\n');
  await expect(run(scanOf(csvFormat(columns), [file], columns), { kind: 'result' }, { onBatch })).rejects.toMatchObject(
    {
      code: 'OBJECT_CHANGED',
      message: `${file.uri} changed after the query was planned; run the query again.`,
    },
  );
});

test('a query that fails on what another file left behind is told as the change that it is', async () => {
  const { path, file } = await newFile('broken.csv', 100_000);
  const onBatch = async () => writeFileSync(path, 'id,text\nx\n');
  await expect(run(scanOf(csvFormat(columns), [file], columns), { kind: 'result' }, { onBatch })).rejects.toMatchObject(
    {
      code: 'OBJECT_CHANGED',
    },
  );
});

test('an abort while inputs are fetched leaves nothing behind', async () => {
  const { file } = await newFile('fetched.csv', 100_000);
  const aborting = new AbortController();
  onRead.set(file.uri, () => aborting.abort(new Error('enough')));
  const plan = scanOf(csvFormat(columns), [file], columns);
  await expect(run(plan, exchangeOutput('aborted'), { signal: aborting.signal }, true)).rejects.toMatchObject({
    name: 'AbortError',
    code: 'ABORTED',
  });
  expect(scratchFolders()).toEqual([]);
  expect(existsSync(join(worker.folder, 'aborted'))).toBe(false);
});

test('an abort while rows are written leaves nothing behind', async () => {
  const { file } = await newFile('written.csv', 1_000);
  const scan = scanOf(csvFormat(columns), [file], columns);
  // Every row with every other: far more than is waited for.
  const cross: RelNode = {
    kind: 'join',
    left: { kind: 'project', input: scan, columns: [{ name: 'id', expr: { kind: 'column', name: 'id' } }] },
    right: { kind: 'union', inputs: Array.from({ length: 200 }, () => scan) },
    how: 'cross',
    on: [],
    where: null,
    scope: [
      { name: 'id', left: 'id', right: null },
      { name: 'text', left: null, right: 'text' },
    ],
    columns: ['id', 'text'],
  };
  const signal = AbortSignal.timeout(150);
  await expect(run(cross, exchangeOutput('endless'), { signal })).rejects.toMatchObject({ name: 'AbortError' });
  expect(scratchFolders()).toEqual([]);
  expect(existsSync(join(worker.folder, 'endless'))).toBe(false);
});

test('a task of another engine, and a text that is no task', async () => {
  const { file } = await newFile('any.csv', 1);
  const task = {
    version: taskVersion,
    engineVersion: '0.1.0',
    plan: scanOf(csvFormat(columns), [file], columns),
    schema: columns,
    output: { kind: 'result' },
  };
  await expect(runTask(JSON.stringify(task), worker.environment, noRows)).rejects.toMatchObject({
    code: 'WORKER_LOST',
  });
  await expect(runTask('{}', worker.environment, noRows)).rejects.toMatchObject({ code: 'INTERNAL' });
});
