import { afterAll, beforeAll, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { type ConnectOptions, col, connect, type Session, sum } from '../../src/index.ts';
import { formatBytes } from '../../src/plan/format-size.ts';
import { withoutFigures } from '../support/explain-text.ts';
import { openTestServer } from '../support/s3-target.ts';
import { makeData, type SameData } from './data.ts';

/** What `explain` says of queries over S3, before they run and after, against the requests that the server saw. */

// How slow a read is decides about a second one: without them requests can be counted.
vi.mock('../../src/worker/hedged-read.ts', () => ({ hedgedRead: (read: unknown) => read }));

const target = await openTestServer();
const { server } = target;
const workspace = target.newFolder();
let data: SameData;

beforeAll(async () => {
  data = await makeData(target);
});
beforeEach(() => server.clearLog());
afterAll(async () => {
  await data?.remove();
  await target.close();
});

async function open(options: ConnectOptions = {}): Promise<Session> {
  const session = await connect({ threads: 2, s3: target.options, workspace, ...options });
  onTestFinished(() => session.close());
  return session;
}

const readable = (text: string) => withoutFigures(text).replaceAll(data.remote, 's3://data/');

/** What the server saw of one kind of requests of tasks; the lease is the scheduler's. */
function seen(operation: 'GetObject' | 'PutObject') {
  const requests = server.log.filter(({ operation: own, key }) => own === operation && !key.endsWith('/lease.json'));
  const bytes = requests.reduce(
    (all, request) => all + (operation === 'GetObject' ? request.bytesOut : request.bytesIn),
    0,
  );
  return { requests: requests.length, bytes };
}

/** Requests that a line of the text tells, summed over all such lines. */
function told(text: string, line: 'estimated' | 'measured', verb: 'fetched' | 'written'): number {
  const lines = text.split('\n').filter((each) => each.startsWith(`  ${line}: `));
  return lines.reduce((all, each) => all + Number(new RegExp(`${verb} in (\\d+) request`).exec(each)?.[1] ?? 0), 0);
}

const sales = (session: Session) =>
  session.read
    .parquet(`${data.remote}sales/*.parquet`)
    .filter(col('id').gte(6_150))
    .groupBy('code')
    .agg({ total: sum('amount') });

const spread = { forceExchange: true, splitBytes: 450_000, partitions: 4 };

test('a spread query, before and after: its real requests and bytes are those that the server saw', async () => {
  const session = await open({ planner: spread });
  const query = sales(session);
  const before = await query.explain();
  expect(readable(before)).toMatchSnapshot('before');
  // Footers are known from now on, so that what follows is the run alone.
  server.clearLog();
  const result = await query.collect();
  const [gets, puts] = [seen('GetObject'), seen('PutObject')];
  const after = await result.explain();
  expect(readable(after)).toMatchSnapshot('after');
  expect(told(after, 'measured', 'fetched')).toBe(gets.requests);
  expect(told(after, 'measured', 'written')).toBe(puts.requests);
  expect(after).toContain(
    `Run: ${formatBytes(gets.bytes)} fetched in ${gets.requests} requests; ${formatBytes(puts.bytes)} written in ${puts.requests} requests; `,
  );
  expect(puts.requests).toBeGreaterThan(2);
  // Of its own input a stage knows the ranges before it runs.
  const [estimated, measured] = ['estimated', 'measured'].map((line) =>
    new RegExp(`^ {2}${line}: .*?([\\d.]+ \\w+ fetched in \\d+ requests)`, 'm').exec(after),
  );
  expect(estimated?.[1]).toBeDefined();
  expect(measured?.[1]).toBe(estimated?.[1]);
  // And explaining asked for nothing more.
  expect(seen('GetObject')).toEqual(gets);
});

test('workers tell what they fetched over the wire', async () => {
  const session = await open({ planner: spread, workers: 2, workerThreads: 1 });
  const text = await sales(session).explain({ run: true });
  // Which worker has read a footer before, and how slow a read is, hangs on the moment.
  const ranges = new Set(server.log.flatMap(({ key, range }) => (range === null ? [] : [`${key} ${range}`])));
  expect(told(text, 'measured', 'fetched')).toBeGreaterThanOrEqual(ranges.size);
  expect(told(text, 'measured', 'written')).toBe(seen('PutObject').requests);
  expect(text).toMatch(/^ {2}measured: 34,810 rows; 17 row groups read; /m);
});

test('one task fetches what it needs, known beforehand to the byte', async () => {
  const session = await open();
  const query = session.read
    .parquet(`${data.remote}hive/**/*.parquet`)
    .filter(col('year').eq(2024).and(col('id').lt(5_000)));
  await query.explain();
  server.clearLog();
  const text = await query.explain({ run: true });
  const { requests, bytes } = seen('GetObject');
  expect(readable(text)).toMatchSnapshot();
  expect(told(text, 'estimated', 'fetched')).toBe(requests);
  expect(told(text, 'measured', 'fetched')).toBe(requests);
  expect(text).toContain(
    `measured: 2,000 rows; 1 row group read; ${formatBytes(bytes)} fetched in ${requests} requests`,
  );
});

test('parts of a CSV file, and files that compression keeps whole', async () => {
  const session = await open({ planner: { forceExchange: true, splitBytes: 60_000 } });
  const parts = session.read
    .csv(`${data.remote}events.csv`)
    .groupBy('kind')
    .agg({ n: sum('id') });
  await parts.schema();
  server.clearLog();
  const text = await parts.explain({ run: true });
  expect(readable(text)).toMatchSnapshot();
  expect(told(text, 'measured', 'fetched')).toBe(seen('GetObject').requests);
  const whole = session.read.csv([`${data.remote}events.csv.gz`, `${data.remote}events.csv.zst`]).select('id');
  expect(readable(await whole.explain())).toMatchSnapshot();
});

test('a write tells what it wrote', async () => {
  const session = await open({ planner: spread });
  const query = session.read.parquet(`${data.remote}sales/*.parquet`).select('id', 'day');
  await query.schema();
  await query.explain();
  server.clearLog();
  const written = await query.write.parquet(`${target.newFolder()}sales.parquet`);
  const text = await written.explain();
  expect(readable(text).replaceAll(/parquet to \S+/g, 'parquet to s3://…')).toMatchSnapshot();
  expect(told(text, 'measured', 'written')).toBe(written.files.length);
  expect(told(text, 'measured', 'fetched')).toBe(seen('GetObject').requests);
  expect(Object.keys(written)).toEqual(['files', 'rows', 'rejectedCount']);
});
