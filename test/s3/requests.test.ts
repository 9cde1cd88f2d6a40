import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, onTestFinished, test, vi } from 'vitest';
import { readFooter } from '../../src/formats/parquet/fetch-footer.ts';
import type { ParquetFooter } from '../../src/formats/parquet/footer.ts';
import { rowGroupBytes } from '../../src/formats/parquet/sparse-file.ts';
import { type ConnectOptions, col, connect, count, type PlannerOptions, type Session, sum } from '../../src/index.ts';
import { maxTaskBytes } from '../../src/plan/serde.ts';
import { relayGroups } from '../../src/planner/stages/exchange-topology.ts';
import { createFileStore } from '../../src/storage/file-store.ts';
import { toUri } from '../../src/storage/uri.ts';
import type { LoggedRequest } from '../support/s3-server/faults.ts';
import { openTestServer } from '../support/s3-target.ts';
import { keysBelow, makeData, rowGroupRows, type SameData, salesRows } from './data.ts';

/** Which requests a query over S3 makes, and what becomes of it when some go wrong. */

// How slow a read is decides about a second one: without them requests can be counted.
vi.mock('../../src/worker/hedged-read.ts', () => ({ hedgedRead: (read: unknown) => read }));

const target = await openTestServer();
const { server } = target;
const workspace = target.newFolder();
let data: SameData;
let wide: { readonly uri: string; readonly footer: ParquetFooter };

beforeAll(async () => {
  data = await makeData(target);
  wide = await makeWide();
});
beforeEach(() => server.clearLog());
afterEach(() => server.setFaults(null));
afterAll(async () => {
  await data?.remove();
  await target.close();
});

/** 16 columns of 6 row groups, whose chunks do not compress. */
async function makeWide(): Promise<typeof wide> {
  const columns = Array.from(
    { length: 16 },
    (_, column) => `hash(i + ${column * 1_000_003})::UBIGINT % 1000000007 AS c${column}`,
  );
  const path = join(data.local, 'wide.parquet');
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT ${columns.join(', ')} FROM range(122880) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 20480)`,
  );
  connection.closeSync();
  instance.closeSync();
  const uri = `${data.remote}wide.parquet`;
  await target.client.putObject({ Bucket: target.bucket, Key: keyOf(uri), Body: await readFile(path) });
  return { uri, footer: await footerOf('wide.parquet') };
}

async function footerOf(name: string): Promise<ParquetFooter> {
  const store = createFileStore();
  return readFooter(store, { ...(await store.head(toUri(join(data.local, name)))), partition: {} });
}

const keyOf = (uri: string) => uri.slice(`s3://${target.bucket}/`.length);

async function open(options: ConnectOptions = {}): Promise<Session> {
  const session = await connect({ threads: 2, s3: target.options, workspace, ...options });
  onTestFinished(() => session.close());
  return session;
}

interface Get {
  readonly startByte: number;
  readonly endByte: number;
}

/** Ranges that were fetched of an object; its end, where the footer is, apart. */
function getsOf(uri: string, sizeBytes: number): { readonly footers: readonly Get[]; readonly data: readonly Get[] } {
  const gets = requestsTo(keyOf(uri), 'GetObject').map(({ range }): Get => {
    const [, first, last] = /^bytes=(\d+)-(\d+)$/.exec(range ?? '') ?? [];
    return { startByte: Number(first), endByte: Number(last) + 1 };
  });
  const isFooter = ({ endByte }: Get) => endByte === sizeBytes;
  return { footers: gets.filter(isFooter), data: gets.filter((get) => !isFooter(get)) };
}

function requestsTo(prefix: string, operation: LoggedRequest['operation']): readonly LoggedRequest[] {
  return server.log.filter((request) => request.key.startsWith(prefix) && request.operation === operation);
}

const bytesOf = (gets: readonly Get[]) => gets.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0);

const spread: PlannerOptions = { forceExchange: true, splitBytes: 450_000, partitions: 4 };
const ways: readonly (readonly [string, ConnectOptions])[] = [
  ['one task', {}],
  ['many tasks', { planner: spread }],
];

test.each([
  ['in this process', {}],
  ['on two workers', { workers: 2, workerThreads: 1 }],
])('P producers and R consumers make P PUTs and at most P·R ranged GETs, %s', async (_name, options) => {
  const session = await open({ ...options, planner: spread });
  const tasks = new Map<number, number>();
  session.on('progress', (event) => {
    if (event.kind === 'stage-started') tasks.set(event.stage, event.tasks);
  });
  const groups = await session.read
    .parquet(`${data.remote}sales/*.parquet`)
    .groupBy('code')
    .agg({ total: sum('amount') })
    .filter(col('total').gte(998))
    .count();
  const amounts = Array.from({ length: salesRows }, (_, id) => (id * 7919) % 1_000);
  expect(groups).toBe(amounts.filter((amount) => amount >= 998).length);
  const producers = tasks.get(0) ?? 0;
  expect(producers).toBeGreaterThan(2);
  const jobs = keyOf(workspace);
  // The job's lease is no task's.
  const puts = requestsTo(jobs, 'PutObject').filter(({ key }) => !key.endsWith('/lease.json'));
  const gets = requestsTo(jobs, 'GetObject');
  expect(puts).toHaveLength(producers);
  expect(gets.length).toBeLessThanOrEqual(producers * 4);
  // All of what was written is read, once.
  expect(gets.reduce((bytes, get) => bytes + get.bytesOut, 0)).toBe(
    puts.reduce((bytes, put) => bytes + put.bytesIn, 0),
  );
  expect(gets.every(({ range, headers }) => range !== null && headers['if-match'] !== undefined)).toBe(true);
  expect(requestsTo(jobs, 'HeadObject')).toEqual([]);
  expect(await keysBelow(workspace, target)).toEqual([]);
});

test.each([
  ['in this process', {}, 1],
  ['on three workers', { workers: 3, workerThreads: 1 }, 3],
] as const)(
  'through relays: P·B + R·A GETs, and one PUT of each producer and relay, %s',
  async (_name, options, slots) => {
    const session = await open({ ...options, planner: { ...spread, partitions: 6, exchange: 'two-level' } });
    const tasks = new Map<number, number>();
    session.on('progress', (event) => {
      if (event.kind === 'stage-started') tasks.set(event.stage, event.tasks);
    });
    const dataset = session.read
      .parquet(`${data.remote}sales/*.parquet`)
      .groupBy('code')
      .agg({ total: sum('amount') });
    expect(await dataset.explain()).toMatch(/by hash of code into 6 partitions, through relays$/m);
    server.clearLog();
    expect(await dataset.count()).toBe(salesRows);
    const jobs = keyOf(workspace);
    /** Requests for what the tasks of a stage wrote. */
    const of = (stage: number, operation: LoggedRequest['operation']) =>
      requestsTo(jobs, operation).filter(({ key }) => key.slice(key.lastIndexOf('/') + 1).startsWith(`${stage}-`));
    const producers = tasks.get(0) ?? 0;
    const relays = Math.max(...tasks.keys());
    const readers = tasks.get(1) ?? 0;
    const groups = relayGroups({ producers, partitions: 6, bytes: 1, slots });
    expect(groups.producerGroups * groups.partitionGroups).toBeGreaterThanOrEqual(slots);
    expect(tasks.get(relays)).toBe(groups.producerGroups * groups.partitionGroups);
    expect(of(0, 'PutObject')).toHaveLength(producers);
    expect(of(relays, 'PutObject')).toHaveLength(tasks.get(relays) ?? 0);
    expect(of(0, 'GetObject')).toHaveLength(producers * groups.partitionGroups);
    // A reader of neighbouring partitions may be one of two groups'.
    const reads = of(relays, 'GetObject').length;
    expect(reads).toBeGreaterThanOrEqual(readers * groups.producerGroups);
    expect(reads).toBeLessThanOrEqual((readers + groups.partitionGroups - 1) * groups.producerGroups);
    // All of what was written is read, once.
    for (const stage of [0, relays])
      expect(of(stage, 'GetObject').reduce((bytes, get) => bytes + get.bytesOut, 0)).toBe(
        of(stage, 'PutObject').reduce((bytes, put) => bytes + put.bytesIn, 0),
      );
    expect(await keysBelow(workspace, target)).toEqual([]);
  },
);

test('a task that is longer than a worker takes leaves its plan in the workspace, and nothing stays there', async () => {
  const session = await open({ workers: 2, workerThreads: 1, planner: spread });
  // Two of three, and some that are not there.
  const ids = Array.from({ length: 12_000 }, (_, index) => Math.floor(index * 1.5) + 1_000_000_000);
  const query = session.read
    .parquet(`${data.remote}sales/*.parquet`)
    .filter(col('id').add(1_000_000_000).isIn(ids))
    .groupBy('code')
    .agg({ n: count() });
  const groups = await query.toArray();
  expect(groups.reduce((sum, { n }) => sum + Number(n), 0)).toBe(
    ids.filter((id) => id < 1_000_000_000 + salesRows).length,
  );
  const bodies = requestsTo(keyOf(workspace), 'PutObject').filter(({ key }) => key.includes('/tasks/'));
  expect(bodies.length).toBeGreaterThan(2);
  expect(bodies.every(({ bytesIn }) => bytesIn > maxTaskBytes)).toBe(true);
  expect(await keysBelow(workspace, target)).toEqual([]);
});

describe.each(ways)('%s', (_, options) => {
  test('of 2 columns among 16 at most 1.1 times their chunks are fetched', async () => {
    const session = await open(options);
    const [row] = await session.read
      .parquet(wide.uri)
      .select({ total: col('c3').add(col('c11')) })
      .groupBy()
      .agg({ total: sum('total') })
      .toArray();
    expect(row?.total).toBeGreaterThan(0);
    const chunks = wide.footer.rowGroups.reduce(
      (bytes, { index }) => bytes + rowGroupBytes(wide.footer, index, ['c3', 'c11']),
      0,
    );
    const { footers, data: fetched } = getsOf(wide.uri, wide.footer.sizeBytes);
    expect(bytesOf(fetched)).toBeGreaterThan(chunks * 0.8);
    expect(bytesOf(fetched)).toBeLessThanOrEqual(chunks * 1.1);
    expect(bytesOf(footers)).toBeLessThanOrEqual(footers.length * (64 << 10));
  });

  test('a filter on a sorted column fetches the row groups that can match, and no others', async () => {
    const session = await open(options);
    const from = 3 * rowGroupRows;
    const rows = await session.read
      .parquet(`${data.remote}sales/*.parquet`)
      .filter(
        col('id')
          .gte(from)
          .and(col('id').lt(from + 10)),
      )
      .toArray();
    expect(rows).toHaveLength(10);
    const footer = await footerOf('sales/a.parquet');
    const { data: fetched } = getsOf(`${data.remote}sales/a.parquet`, footer.sizeBytes);
    const own = footer.rowGroups[3]?.chunks.flatMap((chunk) => chunk.ranges) ?? [];
    expect(bytesOf(fetched)).toBe(bytesOf(own));
    expect(Math.min(...fetched.map((get) => get.startByte))).toBe(Math.min(...own.map((range) => range.startByte)));
    const other = await footerOf('sales/b.parquet');
    expect(getsOf(`${data.remote}sales/b.parquet`, other.sizeBytes).data).toEqual([]);
  });

  test('an object that is replaced in mid query is an error, and the job leaves nothing', async () => {
    const session = await open(options);
    const folder = target.newFolder();
    const key = `${keyOf(folder)}a.parquet`;
    const bytes = await readFile(join(data.local, 'sales/a.parquet'));
    await target.client.putObject({ Bucket: target.bucket, Key: key, Body: bytes });
    let gets = 0;
    server.setFaults((request) => {
      const bucket = server.buckets.get(target.bucket);
      const object = bucket.get(key);
      if (request.key === key && request.operation === 'GetObject' && ++gets === 3 && object)
        bucket.put(key, { ...object, etag: '"another"' });
      return null;
    });
    await expect(session.read.parquet(`${folder}a.parquet`).toArray()).rejects.toMatchObject({
      name: 'SourceError',
      code: 'OBJECT_CHANGED',
      details: { uri: `${folder}a.parquet`, version: '"another"' },
    });
    expect(await keysBelow(workspace, target)).toEqual([]);
  });

  test('bursts of 503 are survived', async () => {
    const session = await open(options);
    const query = session.read
      .parquet(`${data.remote}sales/*.parquet`)
      .groupBy('code')
      .agg({ total: sum('amount') });
    let refused = 0;
    const seen = new Set<string>();
    server.setFaults(({ operation, key, range }) => {
      const request = `${operation} ${key} ${range}`;
      if (seen.has(request)) return null;
      seen.add(request);
      refused++;
      return { kind: 'error', status: 503, code: 'SlowDown' };
    });
    expect(await query.count()).toBe(salesRows);
    server.setFaults(null);
    expect(refused).toBeGreaterThan(5);
    expect(await keysBelow(workspace, target)).toEqual([]);
  });
});

test('a job that fails half way leaves nothing', async () => {
  const session = await open({ planner: spread });
  let puts = 0;
  server.setFaults(({ operation, key }) => {
    if (!key.startsWith(keyOf(workspace))) return null;
    if (operation === 'PutObject') puts++;
    return operation === 'GetObject' ? { kind: 'error', status: 403, code: 'AccessDenied' } : null;
  });
  const query = session.read
    .parquet(`${data.remote}sales/*.parquet`)
    .groupBy('code')
    .agg({ total: sum('amount') });
  await expect(query.count()).rejects.toMatchObject({ name: 'StorageError', code: 'ACCESS_DENIED' });
  expect(puts).toBeGreaterThan(2);
  expect(await keysBelow(workspace, target)).toEqual([]);
});

test('a schema is found by one GET of each footer, and cutting the file needs no other', async () => {
  const session = await open({ planner: spread });
  const dataset = session.read.parquet(wide.uri).select('c0');
  expect(await dataset.schema()).toEqual([{ name: 'c0', type: { kind: 'uint64' } }]);
  const { footers, data: fetched } = getsOf(wide.uri, wide.footer.sizeBytes);
  expect([footers.length, fetched.length]).toEqual([1, 0]);
});

test('without a workspace rows go through files of this machine', async () => {
  const session = await connect({ threads: 2, s3: target.options, planner: spread });
  onTestFinished(() => session.close());
  expect(
    await session.read
      .parquet(`${data.remote}sales/*.parquet`)
      .groupBy('code')
      .agg({ n: sum('id') })
      .count(),
  ).toBe(salesRows);
  expect(requestsTo('', 'PutObject')).toEqual([]);
});
