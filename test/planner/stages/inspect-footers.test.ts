import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Backend, openBackend } from '../../../src/backends/backend.ts';
import { Dataset } from '../../../src/dataset/dataset.ts';
import { explainRun } from '../../../src/dataset/explain-run.ts';
import { inspectFooters } from '../../../src/dataset/inspect-footers.ts';
import { MemoryTables } from '../../../src/dataset/memory-tables.ts';
import { createPlanning } from '../../../src/dataset/planning.ts';
import { Reader } from '../../../src/dataset/reader.ts';
import { EnginePool } from '../../../src/engine/engine-pool.ts';
import { BackendError, InternalError, SourceError } from '../../../src/errors.ts';
import { col, connect, count, type Session, sum } from '../../../src/index.ts';
import type { LogicalNode } from '../../../src/plan/logical.ts';
import type { PhysicalPlan } from '../../../src/plan/stage.ts';
import { type PlanningEnvironment, planQuery } from '../../../src/planner/plan-query.ts';
import { inspectedScan, inspectionPlan } from '../../../src/planner/stages/inspect-footers.ts';
import { createStore } from '../../../src/storage/create-store.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';
import { countingStore } from '../../support/counting-store.ts';
import { openTestServer } from '../../support/s3-target.ts';

/** Files of the source, each of two row groups. */
const files = 7;

let target: Awaited<ReturnType<typeof openTestServer>>;
let folder: string;
let scratch: string;
let session: Session;
const engines = new EnginePool();
let store: ObjectStore;
let workers: Backend;
/** What the driver reads itself. */
let driver: ReturnType<typeof countingStore>;

beforeAll(async () => {
  target = await openTestServer();
  folder = target.newFolder();
  scratch = await mkdtemp(join(tmpdir(), 'shoal-inspect-'));
  session = await connect({ s3: target.options });
  store = createStore({ s3: target.options });
  driver = countingStore(createStore({ s3: target.options }));
  for (let index = 0; index < files; index++) await put(`orders/${index}.parquet`, rowsFrom(index * 4_096, 4_096));
  const environment = { engines, scratchDirectory: scratch, threads: 1, memoryLimitBytes: 256 << 20 };
  workers = await openBackend('local', { ...environment, store });
});

afterAll(async () => {
  await session.close();
  await engines.close();
  await rm(scratch, { recursive: true, force: true });
  await target.close();
});

function rowsFrom(first: number, length: number) {
  return Array.from({ length }, (_, index) => ({
    id: first + index,
    // Each row group has values of its own between bounds that are nearly the same: only bloom filters tell them apart.
    code: (((first + index) * 7919) % 101) * 100 + (Math.floor((first + index) / 2_048) % 7),
    text: `row ${first + index}`,
  }));
}

async function put(name: string, rows: readonly object[]): Promise<void> {
  const path = join(scratch, 'upload.parquet');
  await session.from(rows).write.parquet(path, { rowGroupRows: 2_048, mode: 'overwrite' });
  await store.write(`${folder}${name}`, { kind: 'bytes', bytes: await readFile(path) }, 'replace');
}

/** The planner with a driver that reads so many footers of a source by itself. */
function planningOf(mostDriverFooters: number, backend: Backend = workers): PlanningEnvironment {
  const environment = {
    engines,
    store: driver.store,
    scratchDirectory: scratch,
    threads: 1,
    memoryLimitBytes: 256 << 20,
  };
  const spread = {
    splitBytes: 20_000,
    tasks: null,
    partitions: 3,
    broadcastBytes: 0,
    exchange: null,
    always: true,
  } as const;
  const place = { ...workers.profile, slots: 3, invokeMs: 0 };
  return createPlanning(
    environment,
    new MemoryTables(scratch),
    'UTC',
    async () => ({ spread, driver: place, backend: place }),
    () => Promise.reject(new TypeError('Nothing is persisted.')),
    {
      mostDriverFooters,
      inspect: (scan) =>
        inspectFooters(scan, {
          backend,
          driver: workers,
          store,
          signal: new AbortController().signal,
          workspace: `${folder}work/`,
          later: () => {},
        }),
    },
  );
}

async function planOf(
  query: (data: Dataset) => { readonly node: LogicalNode },
  planning: PlanningEnvironment,
  path: string,
) {
  const reader = new Reader(<Row>(node: LogicalNode) => new Dataset<Row>({} as never, node));
  const { node } = query(reader.parquet(`${folder}${path}`));
  return planQuery({ node, output: { kind: 'result' }, sinkMode: 'error', wireTypes: false }, planning);
}

/** How the scans are cut, without what only one of the ways tells. */
function splitsOf(plan: PhysicalPlan) {
  return [...plan.splits.values()].map(({ splits, rowGroups, skipped }) => ({ splits, rowGroups, skipped }));
}

test.each<[string, (data: Dataset) => { readonly node: LogicalNode }]>([
  ['all row groups', (data) => data.select('id', 'text')],
  [
    'those that statistics leave',
    (data) => data.filter(col('id').between(5_000, 13_000)).groupBy('code').agg({ n: count() }),
  ],
  ['none', (data) => data.filter(col('id').lt(0))],
  ['those that bloom filters leave', (data) => data.filter(col('code').eq(5_003))],
])('the plan is that of footers that the driver reads: %s', async (_, query) => {
  const [byDriver, byWorkers] = [planningOf(256), planningOf(3)];
  const expected = await planOf(query, byDriver, 'orders/*.parquet');
  const plan = await planOf(query, byWorkers, 'orders/*.parquet');
  expect(splitsOf(plan)).toEqual(splitsOf(expected));
  expect(plan.stages.map((stage) => stage.inputs)).toEqual(expected.stages.map((stage) => stage.inputs));
  const line = `; ${files} footers read by 1 task`;
  const text = await explainRun(plan, byWorkers, null);
  expect(text).toContain(line);
  expect(text.replace(line, '')).toBe(await explainRun(expected, byDriver, null));
});

test('bloom filters of the files are asked', async () => {
  const plan = await planOf((data) => data.filter(col('code').eq(5_003)), planningOf(3), 'orders/*.parquet');
  expect([...plan.splits.values()].map(({ rowGroups, skipped }) => ({ rowGroups, skipped }))).toEqual([
    { rowGroups: 14, skipped: [{ reason: 'code = 5003 is not in the bloom filter', rowGroups: 12 }] },
  ]);
});

test('260 files: worker processes read the footers and the rows', async () => {
  await put('many/0.parquet', rowsFrom(0, 10));
  const bytes = await store.read(`${folder}many/0.parquet`);
  const names = Array.from({ length: 259 }, (_, index) => `${folder}many/${index + 1}.parquet`);
  for (const uri of names) await store.write(uri, { kind: 'bytes', bytes }, 'create');
  const shoal = await connect({
    s3: target.options,
    workers: 2,
    workspace: `${folder}work/`,
    planner: { forceExchange: true },
  });
  try {
    const query = shoal.read.parquet(`${folder}many/*.parquet`).groupBy('id').agg({ n: count() }).sort('id').limit(2);
    const result = await query.collect();
    expect(result.toArray()).toEqual([
      { id: 0, n: 260 },
      { id: 1, n: 260 },
    ]);
    expect(await result.explain()).toContain('260 row groups; 260 footers read by 2 tasks');
  } finally {
    await shoal.close();
  }
});

test('the driver reads one footer; workers read them all', async () => {
  driver.reset();
  const plan = await planOf(
    (data) => data.groupBy().agg({ total: sum('id') }),
    planningOf(files - 1),
    'orders/*.parquet',
  );
  await explainRun(plan, planningOf(files - 1), null);
  expect(driver.counts).toMatchObject({ read: 1, list: 1, head: 1 });
  expect(driver.reads[0]?.uri).toBe(`${folder}orders/0.parquet`);
  driver.reset();
  await planOf((data) => data.groupBy().agg({ total: sum('id') }), planningOf(files), 'orders/*.parquet');
  expect(driver.counts.read).toBe(files);
});

test('a column that is not wanted in one file, and a damaged one', async () => {
  for (let index = 0; index < 3; index++) await put(`mixed/${index}.parquet`, rowsFrom(0, 10));
  await put(
    'mixed/1.parquet',
    rowsFrom(0, 10).map(({ id, code, text }) => ({ text, code, id })),
  );
  await put(
    'mixed/2.parquet',
    rowsFrom(0, 10).map(({ text: _, ...row }) => ({ ...row, note: 1 })),
  );
  const query = (data: Dataset) => data.select('id');
  const error = await planOf(query, planningOf(2), 'mixed/*.parquet').catch((caught: unknown) => caught);
  expect(error).toEqual(await planOf(query, planningOf(3), 'mixed/*.parquet').catch((caught: unknown) => caught));
  expect(error).toBeInstanceOf(SourceError);
  expect(error).toMatchObject({
    code: 'SCHEMA_MISMATCH',
    message: `${folder}mixed/0.parquet and ${folder}mixed/2.parquet have different columns: "text" only in the first, "note" only in the second. Read them apart, or pass { unionByName: true } to make missing columns null.`,
  });
  const bytes = Buffer.from(await store.read(`${folder}mixed/0.parquet`));
  const footerBytes = bytes.readUInt32LE(bytes.length - 8);
  const damaged = Buffer.concat([
    bytes.subarray(0, -8 - footerBytes),
    Buffer.alloc(footerBytes, 0xff),
    bytes.subarray(-8),
  ]);
  await store.write(`${folder}mixed/2.parquet`, { kind: 'bytes', bytes: damaged }, 'replace');
  await expect(planOf(query, planningOf(2), 'mixed/*.parquet')).rejects.toMatchObject({
    code: 'BAD_FORMAT',
    message: expect.stringMatching(/mixed\/2\.parquet has a footer \(bytes \d+ to \d+\) that cannot be read: /),
    details: { uri: `${folder}mixed/2.parquet`, endByte: damaged.length - 8 },
  });
});

test('a task that is lost is tried again', async () => {
  let sent = 0;
  const unlucky: Backend = {
    profile: workers.profile,
    close: async () => {},
    invoke: (task, context) => {
      if (sent++ === 0) throw new BackendError('WORKER_LOST', 'It is gone.', { retryable: true });
      return workers.invoke(task, context);
    },
  };
  const query = (data: Dataset) => data.select('id');
  const plan = await planOf(query, planningOf(3, unlucky), 'orders/*.parquet');
  expect(sent).toBe(2);
  expect(splitsOf(plan)).toEqual(splitsOf(await planOf(query, planningOf(256), 'orders/*.parquet')));
});

test('workers that tell of other files are not believed', async () => {
  const plan = await planOf((data) => data.select('id'), planningOf(3), 'orders/*.parquet');
  const [scan] = plan.splits.keys();
  if (!scan) throw new TypeError('The plan has no scan.');
  expect(() => inspectedScan(scan, [])).toThrow(new InternalError('Workers read the footers of 0 files; there are 7.'));
  const tasks = inspectionPlan(scan, '1', 3);
  expect([...tasks.splits.values()].map(({ splits }) => splits.map((split) => split.files.length))).toEqual([[7]]);
});

test('with unionByName the driver reads all footers', async () => {
  driver.reset();
  const reader = new Reader(<Row>(node: LogicalNode) => new Dataset<Row>({} as never, node));
  const { node } = reader.parquet(`${folder}orders/*.parquet`, { unionByName: true }).select('id');
  const request = { node, output: { kind: 'result' }, sinkMode: 'error', wireTypes: false } as const;
  const plan = await planQuery(request, planningOf(2));
  expect(driver.counts.read).toBe(files);
  expect([...plan.splits.values()].map(({ inspection }) => inspection)).toEqual([undefined]);
});
