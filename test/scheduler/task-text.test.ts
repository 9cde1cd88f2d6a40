import { expect, test } from 'vitest';
import { packOutput } from '../../src/plan/producer-output.ts';
import type { ReadRel } from '../../src/plan/relation.ts';
import { encodeTask, maxTaskBytes } from '../../src/plan/serde.ts';
import { type Task, taskVersion } from '../../src/plan/task.ts';
import { taskText } from '../../src/scheduler/task-text.ts';
import type { ObjectInfo } from '../../src/storage/store.ts';
import { receiveTask } from '../../src/worker/receive-task.ts';

/** A task that reads something of so many producers. */
function taskOf(producers: number, changes: Partial<Task> = {}): Task {
  const outputs = Array.from({ length: producers }, (_, index) =>
    packOutput(
      { kind: 'object', uri: `s3://bucket/jobs/1/0-${index}-abcdef`, version: `"é${index}"` },
      { fromPartition: 0, toPartition: 1 },
      [{ partition: 0, sizeBytes: 1_000, checksum: index }],
    ),
  );
  const parts = { fromPartition: 0, toPartition: 1, outputs };
  const plan: ReadRel = { kind: 'read', exchange: 0, schema: [], columns: [], parts };
  return {
    version: taskVersion,
    id: '3-14',
    stage: 3,
    attempt: 2,
    cancelMarker: null,
    engineVersion: 'v1',
    plan,
    schema: [],
    output: { kind: 'result' },
    ...changes,
  };
}

/** A folder that holds what was written. */
function bodiesIn(objects: Map<string, Uint8Array>) {
  return {
    write: async (name: string, bytes: Uint8Array): Promise<ObjectInfo> => {
      objects.set(`s3://w/${name}`, bytes);
      return { uri: `s3://w/${name}`, sizeBytes: bytes.length, version: 'v7' };
    },
  };
}

const { signal } = new AbortController();

test('a task that fits is sent as it is', async () => {
  const objects = new Map<string, Uint8Array>();
  const task = taskOf(10);
  const text = encodeTask(task);
  expect(await taskText(task, maxTaskBytes, bodiesIn(objects))).toBe(text);
  // Bytes count, not characters.
  expect(await taskText(task, Buffer.byteLength(text), bodiesIn(objects))).toBe(text);
  expect(objects.size).toBe(0);
  expect(await taskText(task, text.length, bodiesIn(objects))).not.toBe(text);
  expect(await taskText(taskOf(9_000), Number.POSITIVE_INFINITY, bodiesIn(new Map()))).toBe(encodeTask(taskOf(9_000)));
});

test('a longer one names an object with what it is about, which the worker reads', async () => {
  const objects = new Map<string, Uint8Array>();
  const task = taskOf(9_000);
  const text = await taskText(task, maxTaskBytes, bodiesIn(objects));
  expect(text.length).toBeLessThan(1_000);
  expect([...objects.keys()]).toEqual(['s3://w/tasks/3-14-2']);
  const read = async (uri: string, range?: unknown, options?: unknown) => {
    const bytes = objects.get(uri);
    expect([range, options]).toEqual([
      { startByte: 0, endByte: bytes?.length },
      { version: 'v7', signal },
    ]);
    return bytes ?? Buffer.of();
  };
  expect(await receiveTask(text, 'v1', { read }, signal)).toEqual(task);
  const damaged = Uint8Array.from(objects.get('s3://w/tasks/3-14-2') ?? []);
  damaged[9] = 0;
  objects.set('s3://w/tasks/3-14-2', damaged);
  await expect(receiveTask(text, 'v1', { read }, signal)).rejects.toMatchObject({
    name: 'StorageError',
    code: 'STORAGE_FAILED',
    retryable: true,
    message: expect.stringMatching(
      /^s3:\/\/w\/tasks\/3-14-2, which holds what task 3-14 is about, is not as it was written: expected checksum [0-9a-f]{8}, got [0-9a-f]{8}\.$/,
    ),
  });
  await expect(receiveTask(text, 'v2', { read }, signal)).rejects.toMatchObject({ code: 'WORKER_LOST' });
});

test('an object that is no body of a task is refused', async () => {
  const objects = new Map<string, Uint8Array>();
  const text = await taskText(taskOf(9_000), maxTaskBytes, {
    write: async (name) => bodiesIn(objects).write(name, Buffer.from('{}')),
  });
  const wrong = JSON.parse(text);
  // Of the very bytes that are there.
  Object.assign(wrong.body, { checksum: 0xbf21a9e8 });
  const read = async () => Buffer.from('{}');
  await expect(receiveTask(JSON.stringify(wrong), 'v1', { read }, signal)).rejects.toThrow(
    's3://w/tasks/3-14-2 holds {}…, which is no body of a task.',
  );
});

test('a task that is too long without its plan is an error', async () => {
  const task = taskOf(1, { cancelMarker: `s3://w/${'z'.repeat(600)}` });
  await expect(taskText(task, 500, bodiesIn(new Map()))).rejects.toMatchObject({
    name: 'BackendError',
    code: 'PAYLOAD_TOO_LARGE',
    message: expect.stringMatching(
      /^Task 3-14 is \d+ bytes without its plan, and the backend takes 500; give it a larger limit\.$/,
    ),
  });
});
