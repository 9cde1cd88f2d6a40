import { describe, expect, test } from 'vitest';
import { encodeOutput } from '../../src/plan/exchange-wire.ts';
import { packOutput } from '../../src/plan/producer-output.ts';
import { type Task, type TaskOutput, type TaskResult, taskVersion } from '../../src/plan/task.ts';
import { openJournal } from '../../src/scheduler/journal.ts';
import { readLease, writeLease } from '../../src/scheduler/lease.ts';
import { defaultPolicy } from '../../src/scheduler/policy.ts';
import { nothing } from '../../src/scheduler/stage-result.ts';
import { taskKey } from '../../src/scheduler/task-key.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { joinUri } from '../../src/storage/uri.ts';
import { ManualClock } from './manual-clock.ts';
import { storeTargets } from './store-targets.ts';

const targets = await storeTargets();
const exchange = (prefix: string): TaskOutput => ({
  kind: 'exchange',
  partitioning: { kind: 'single' },
  prefix,
  maxInlineBytes: 0,
  sample: null,
});

const task = (more: Partial<Task> = {}): Task => ({
  version: taskVersion,
  id: '1-0',
  stage: 1,
  attempt: 1,
  cancelMarker: null,
  engineVersion: 'v1',
  plan: { kind: 'values', schema: [], rows: [] },
  schema: [],
  output: exchange('s3://b/run-1/1-0'),
  ...more,
});

test('a task is known by what it does, not by its attempt or where its output goes', () => {
  const key = taskKey(task());
  expect(key).toMatch(/^[0-9a-f]{64}$/);
  expect(taskKey(task({ attempt: 7, cancelMarker: 's3://b/c', output: exchange('s3://b/run-2/1-0') }))).toBe(key);
  const others: Partial<Task>[] = [
    { id: '1-1' },
    { engineVersion: 'v2' },
    { plan: { kind: 'values', schema: [], rows: [[1]] } },
    { output: { ...exchange(''), kind: 'exchange', partitioning: { kind: 'broadcast' } } as TaskOutput },
    { output: { kind: 'relay', prefix: 's3://b/run-1/1-0' } },
  ];
  const keys = others.map((other) => taskKey(task(other)));
  expect(new Set([key, ...keys]).size).toBe(others.length + 1);
});

describe.each(targets)('$name', ({ store, newFolder }) => {
  const terms = { job: 'job', owner: { machine: 'here', pid: 1 }, sink: null };
  const clock = new ManualClock();
  const host = { store, clock, wallMs: () => clock.now(), policy: defaultPolicy };

  async function open(folder: string, more: object = {}) {
    const opened = await openJournal(folder, { ...terms, ...more }, host);
    if (!opened) throw new Error('It was to open.');
    opened.lease.release();
    return opened;
  }

  async function produced(uri: string, from: ObjectStore = store): Promise<TaskResult> {
    const { version } = await from.write(uri, { kind: 'bytes', bytes: Buffer.from(uri) }, 'replace');
    const files = [{ partition: 0, sizeBytes: uri.length, checksum: 1 }];
    const output = packOutput({ kind: 'object', uri, version }, { fromPartition: 0, toPartition: 1 }, files);
    return { ...nothing('1-0'), rows: 3, produced: encodeOutput(output) };
  }

  test('what was recorded is found by the next run, as it was', async () => {
    const folder = newFolder();
    const first = await open(folder);
    expect(first.journal.find(task())).toBe(null);
    const result = await produced(joinUri(folder, 'run-1/1-0-1'));
    await first.journal.record(task(), result);
    await first.journal.record(task({ id: '1-1' }), nothing('1-1'));
    const { journal } = await open(folder);
    expect(journal.find(task({ attempt: 2, output: exchange(joinUri(folder, 'run-2/1-0')) }))).toEqual(result);
    expect(journal.find(task({ id: '1-1' }))).toEqual(nothing('1-1'));
    expect(journal.find(task({ id: '1-2' }))).toBe(null);
  });

  test('a record whose object is gone or another one is not used, and gives way to a new one', async () => {
    for (const harm of ['delete', 'replace'] as const) {
      const folder = newFolder();
      const uri = joinUri(folder, 'run-1/1-0-1');
      await (await open(folder)).journal.record(task(), await produced(uri));
      if (harm === 'delete') await store.delete(uri);
      else await store.write(uri, { kind: 'bytes', bytes: Buffer.from('other bytes') }, 'replace');
      const second = await open(folder);
      expect(second.journal.find(task())).toBe(null);
      const again = await produced(joinUri(folder, 'run-2/1-0-1'));
      await second.journal.record(task(), again);
      expect((await open(folder)).journal.find(task())).toEqual(again);
    }
  });

  test('the beginning of a record, which a killed run left under a temporary name, is no record', async () => {
    const folder = newFolder();
    await (await open(folder)).journal.record(task(), nothing('1-0'));
    const temporary = joinUri(folder, 'done/.0123.json.11111111-2222-3333-4444-555555555555.tmp');
    await store.write(temporary, { kind: 'bytes', bytes: Buffer.from('{"rows":') }, 'replace');
    expect((await open(folder)).journal.find(task())).toEqual(nothing('1-0'));
  });

  test('staged files count while they are staged, and once they are shown', async () => {
    const folder = newFolder();
    const stage = async (name: string) => ({
      ...(await store.stage(joinUri(folder, `out/${name}`), { kind: 'bytes', bytes: Buffer.from(name) })),
      rows: 1,
    });
    const [left, shown, gone] = [await stage('left'), await stage('shown'), await stage('gone')];
    const first = await open(folder);
    for (const file of [left, shown, gone]) {
      const result = { ...nothing(file.uri), staged: [file] };
      await first.journal.record(task({ id: file.uri }), result);
    }
    await store.commit(shown, 'create');
    await store.abort(gone);
    const { journal } = await open(folder);
    const found = [left, shown, gone].map(({ uri }) => journal.find(task({ id: uri })) !== null);
    expect(found).toEqual([true, true, false]);
  });

  test('names of files are those of the first run; a journal that is being removed is none', async () => {
    const folder = newFolder();
    const sink = { uri: 's3://b/out/', fileName: 'part-1' };
    expect((await open(folder, { sink })).sink).toEqual(sink);
    const second = await open(folder, { sink: { ...sink, fileName: 'part-2' } });
    expect(second.sink).toEqual(sink);
    // No record tells: they may be gone before the lease is.
    const files = [
      's3://b/out/part-1-0',
      's3://b/out/k=1/part-1-3.parquet',
      's3://b/out/part-2-0',
      's3://b/other/part-1-0',
    ];
    expect(files.map((uri) => second.journal.isOwn(uri))).toEqual([true, true, false, false]);
    const lease = await readLease(folder, store);
    if (!lease) throw new Error('There was to be one.');
    await writeLease(folder, { ...lease.record, isClosed: true }, lease.version, store);
    expect(await openJournal(folder, terms, host)).toBe(null);
  });

  test('rows that leave the query are not recorded', async () => {
    const folder = newFolder();
    const rows = task({ output: { kind: 'result' } });
    await (await open(folder)).journal.record(rows, nothing('1-0'));
    expect((await open(folder)).journal.find(rows)).toBe(null);
  });
});
