import { describe, expect, test } from 'vitest';
import { collectGarbage, defaultGcAges, type GcRequest, jobName, startOf } from '../../src/scheduler/gc.ts';
import { writeIntent } from '../../src/scheduler/intent.ts';
import { type LeaseSink, takeLease } from '../../src/scheduler/lease.ts';
import { lifecycleConfiguration } from '../../src/scheduler/lifecycle-rule.ts';
import { readManifest } from '../../src/scheduler/manifest.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { joinUri } from '../../src/storage/uri.ts';
import { ManualClock } from './manual-clock.ts';
import { namesBelow, stagedBelow, storeTargets } from './store-targets.ts';

const targets = await storeTargets();
const day = 86_400_000;
const put = (store: ObjectStore, uri: string, text = uri) =>
  store.write(uri, { kind: 'bytes', bytes: Buffer.from(text) }, 'replace');

/** A workspace with jobs in it, at a time of day that stands. */
function world(store: ObjectStore, workspace: string) {
  const clock = new ManualClock();
  const host = {
    store: clock.watch(store),
    clock,
    wallMs: () => clock.now(),
    policy: { leaseMs: 600_000, leaseRenewMs: 120_000 },
  };
  return {
    clock,
    /** A job's folder with two objects and a lease that is never renewed. */
    job: async (name: string, more: { pid?: number; sink?: LeaseSink | null } = {}) => {
      const folder = `${workspace}${name}/`;
      const { pid = 1, sink = null } = more;
      const lease = await takeLease(folder, { job: name, owner: { machine: 'here', pid }, sink }, null, host);
      await put(store, `${folder}0-1-1`, 'four');
      await put(store, `${folder}run/0-2-1`, 'bytes');
      return lease;
    },
    gc: (more: Partial<GcRequest> = {}) =>
      collectGarbage({
        store,
        workspace,
        sinks: [],
        olderThanMs: defaultGcAges,
        dryRun: false,
        wallMs: () => clock.now(),
        isGone: async ({ pid }) => pid === 404,
        ...more,
      }),
  };
}

const nothing = { folders: [], objects: 0, bytes: 0, staged: [], finished: [] };

describe.each(targets)('$name', ({ store, newFolder }) => {
  test('a job’s folder goes when its lease has expired, or its process is gone; a live one stays', async () => {
    const workspace = newFolder();
    const { job, gc } = world(store, workspace);
    await job('jobs/alive');
    await job('jobs/gone', { pid: 404 });
    await put(store, `${workspace}other/stays`);
    expect(await gc({ dryRun: true })).toMatchObject({ folders: [`${workspace}jobs/gone/`], objects: 3 });
    expect(await namesBelow(workspace, store)).toHaveLength(7);
    const removed = await gc();
    expect(removed).toEqual({ ...nothing, folders: [`${workspace}jobs/gone/`], objects: 3, bytes: removed.bytes });
    expect(removed.bytes).toBeGreaterThan(100);
    expect(await gc()).toEqual(nothing);
    expect(await namesBelow(workspace, store)).toEqual([
      'jobs/alive/0-1-1',
      'jobs/alive/lease.json',
      'jobs/alive/run/0-2-1',
      'other/stays',
    ]);
  });

  test('a job that only looked dead stops before it writes what counts; one that gives a sign meanwhile stays', async () => {
    const workspace = newFolder();
    const { job, gc, clock } = world(store, workspace);
    const lease = await job('jobs/slow', { pid: 404 });
    const lost: unknown[] = [];
    lease.onLost((error) => lost.push(error));
    const alive: ObjectStore = {
      ...store,
      write: async (...call) => {
        await lease.confirm();
        return store.write(...call);
      },
    };
    expect(await gc({ store: alive })).toEqual(nothing);
    expect(await namesBelow(workspace, store)).toHaveLength(3);
    expect((await gc()).folders).toEqual([`${workspace}jobs/slow/`]);
    await expect(lease.confirm()).rejects.toMatchObject({ code: 'OBJECT_CHANGED' });
    expect(lost).toHaveLength(1);
    expect(await namesBelow(workspace, store)).toEqual([]);
    lease.release();
    await clock.pass(0);
  });

  test('journals wait a week for their script; what has no lease waits a day', async () => {
    const workspace = newFolder();
    const { job, gc, clock } = world(store, workspace);
    (await job('journal/0123')).release();
    const late = `${workspace}jobs/${jobName(clock.now(), 'late')}/`;
    await put(store, `${late}0-1-2`);
    await put(store, `${workspace}journal/4567/run/late`);
    expect((await gc()).folders).toEqual([`${workspace}journal/4567/`]);
    await clock.pass(day);
    expect((await gc()).folders).toEqual([late]);
    await clock.pass(6 * day);
    expect((await gc()).folders).toEqual([]);
    await clock.pass(600_000);
    expect((await gc()).folders).toEqual([`${workspace}journal/0123/`]);
    expect(await namesBelow(workspace, store)).toEqual([]);
  });

  test('what a dead job staged is thrown away, what it decided is finished, what a live one staged stays', async () => {
    const [workspace, sink] = [newFolder(), newFolder()];
    const { job, gc } = world(store, workspace);
    const stage = async (name: string) => ({
      ...(await store.stage(joinUri(sink, name), { kind: 'bytes', bytes: Buffer.from(name) })),
      rows: 1,
    });
    const decided = await stage('part-dead-0');
    await stage('k=1/part-dead-1');
    await stage('part-live-0');
    await stage('one.csv');
    await writeIntent(
      sink,
      { version: 1, number: 1, job: 'dead', mode: 'append', files: [decided], remove: [] },
      store,
    );
    const folder = (name: string): LeaseSink => ({ uri: sink, fileName: `part-${name}` });
    await job('jobs/dead', { pid: 404, sink: folder('dead') });
    await job('jobs/live', { sink: folder('live') });
    const file = { uri: joinUri(sink, 'one.csv'), fileName: null };
    await job('jobs/dead-too', { pid: 404, sink: file });
    (await job('jobs/live-too', { sink: file })).release();
    const result = await gc();
    expect(result).toMatchObject({
      folders: [`${workspace}jobs/dead-too/`, `${workspace}jobs/dead/`].sort(),
      staged: [joinUri(sink, 'k=1/part-dead-1')],
      finished: [joinUri(sink, '_intent-1.json')],
    });
    expect(await stagedBelow(sink, store)).toEqual(['one.csv', 'part-live-0']);
    expect((await readManifest(sink, store)).manifest.files.map(({ path }) => path)).toEqual(['part-dead-0']);
  });

  test('a decided write that cannot be finished is told, after all else is done; what it names stays', async () => {
    const [workspace, sink] = [newFolder(), newFolder()];
    const { job, gc } = world(store, workspace);
    const stage = async (name: string) => ({
      ...(await store.stage(joinUri(sink, name), { kind: 'bytes', bytes: Buffer.from(name) })),
      rows: 1,
    });
    const files = [await stage('part-dead-0'), await stage('part-dead-1')];
    for (const file of files.slice(0, 1)) await store.abort(file);
    await writeIntent(sink, { version: 1, number: 1, job: 'dead', mode: 'append', files, remove: [] }, store);
    await job('jobs/dead', { pid: 404, sink: { uri: sink, fileName: 'part-dead' } });
    await job('jobs/other', { pid: 404 });
    await expect(gc()).rejects.toMatchObject({ name: 'StorageError', code: 'STORAGE_FAILED' });
    expect(await namesBelow(workspace, store)).toEqual([]);
    expect(await namesBelow(sink, store)).toContain('_intent-1.json');
    expect((await readManifest(sink, store)).manifest.files).toEqual([]);
  });

  test('a folder that is named is swept of what nobody has touched for a day', async () => {
    const [workspace, sink] = [newFolder(), newFolder()];
    const { job, gc } = world(store, workspace);
    for (const name of ['part-1', 'x=1/part-2', 'part-live'])
      await store.stage(joinUri(sink, name), { kind: 'bytes', bytes: Buffer.from(name) });
    await job('jobs/live', { sink: { uri: sink, fileName: 'part-live' } });
    const none = await gc({
      sinks: [sink],
      wallMs: Date.now,
      isGone: async () => false,
      olderThanMs: { ...defaultGcAges, jobs: 1e15 },
    });
    expect(none).toEqual(nothing);
    const request = {
      sinks: [sink],
      wallMs: () => Date.now() + 2 * day,
      olderThanMs: { ...defaultGcAges, jobs: 1e15 },
    };
    expect((await gc({ ...request, dryRun: true })).staged).toHaveLength(2);
    expect([...(await gc(request)).staged].sort()).toEqual([joinUri(sink, 'part-1'), joinUri(sink, 'x=1/part-2')]);
    expect(await stagedBelow(sink, store)).toEqual(['part-live']);
  });
});

test('a job’s name tells when it began', () => {
  const name = jobName(Date.UTC(2024, 1, 29, 23, 59, 58, 999), 'id');
  expect(name).toBe('20240229T235958Z-id');
  expect(startOf(`s3://b/w/jobs/${name}/`)).toBe(Date.UTC(2024, 1, 29, 23, 59, 58));
  expect(startOf('s3://b/w/jobs/id/')).toBe(null);
});

test('rules of S3 for a workspace and the folders that are written to', () => {
  expect(lifecycleConfiguration('s3://lake/tmp/shoal/', ['s3://lake/out/', 's3://elsewhere/out/'], 3)).toEqual({
    Rules: [
      {
        ID: 'shoal tmp/shoal/jobs/',
        Status: 'Enabled',
        Filter: { Prefix: 'tmp/shoal/jobs/' },
        Expiration: { Days: 3 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
      },
      {
        ID: 'shoal tmp/shoal/journal/',
        Status: 'Enabled',
        Filter: { Prefix: 'tmp/shoal/journal/' },
        Expiration: { Days: 3 },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
      },
      {
        ID: 'shoal out/',
        Status: 'Enabled',
        Filter: { Prefix: 'out/' },
        AbortIncompleteMultipartUpload: { DaysAfterInitiation: 3 },
      },
    ],
  });
  expect(() => lifecycleConfiguration('file:///tmp/w/', [], 3)).toThrow(
    'file:///tmp/w/ does not lie on S3, which alone has lifecycle rules. Call gc() from time to time.',
  );
  expect(() => lifecycleConfiguration('s3://lake/w/', [], 0.5)).toThrow(
    'days is a whole number, 1 or more; it was given 0.5.',
  );
});
