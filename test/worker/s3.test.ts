import { readFileSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { ScanFile } from '../../src/plan/source.ts';
import { createStore } from '../../src/storage/create-store.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { col, schema } from '../engine/sql/plan-builders.ts';
import { countingStore } from '../support/counting-store.ts';
import { openTestServer } from '../support/s3-target.ts';
import { csvFormat, partsOf, readOf, scanOf, useWorker } from './support.ts';

/** The same tasks where everything lies in S3. */

const worker = useWorker();
let target: Awaited<ReturnType<typeof openTestServer>>;
let store: ObjectStore;
let counting: ReturnType<typeof countingStore>;
let folder: string;

beforeAll(async () => {
  target = await openTestServer();
  folder = target.newFolder();
  counting = countingStore(createStore({ s3: target.options }));
  store = counting.store;
});
afterAll(() => target.close());

async function put(name: string, bytes: Uint8Array): Promise<ScanFile> {
  const info = await store.write(`${folder}${name}`, { kind: 'bytes', bytes }, 'create');
  return { ...info, partition: {} };
}

test('Parquet objects and parts of CSV objects are read, dealt by hash to other objects, and read again', async () => {
  const columns = schema({ id: 'int64', text: 'string' });
  const parquet = await worker.parquet(
    'a.parquet',
    `SELECT i AS id, 'text ' || i AS text FROM range(5000) t(i)`,
    ', ROW_GROUP_SIZE 2048',
  );
  const csv = `id,text\n${Array.from({ length: 5_000 }, (_, index) => `${index + 5_000},"text\n${index}"\n`).join('')}`;
  const lake = await put('lake.parquet', readFileSync(parquet));
  const records = await put('records.csv', Buffer.from(csv));
  const half = Math.floor(records.sizeBytes / 2);
  const parts = [
    { kind: 'bytes', startByte: 0, endByte: half },
    { kind: 'bytes', startByte: half, endByte: records.sizeBytes },
  ] as const;
  const plans = [
    scanOf({ kind: 'parquet' }, [lake], columns),
    ...parts.map((part) => scanOf(csvFormat(columns), [{ ...records, part }], columns)),
  ];
  counting.reset();
  const output = {
    kind: 'exchange',
    partitioning: { kind: 'hash', keys: [col('id')], partitions: 4, nullsTogether: true },
    prefix: `${folder}job/0`,
    maxInlineBytes: 0,
    sample: null,
  } as const;
  const results = [];
  for (const plan of plans) results.push(await worker.write(plan, columns, output, { store }));
  expect(counting.counts).toMatchObject({ write: 3, head: 0, stage: 0 });
  expect(results.flatMap(({ spans }) => spans.map((span) => span.recordsEndByte))).toEqual([
    results[2]?.spans[0]?.firstRecordByte,
    records.sizeBytes,
  ]);
  counting.reset();
  const ids = new Set<string | null>();
  for (const partition of [0, 1, 2, 3]) {
    const read = readOf(columns, partsOf(results, partition, partition + 1));
    for (const [id = null] of (await worker.rows(read, { store })).rows) ids.add(id);
  }
  expect(ids.size).toBe(10_000);
  expect(counting.counts.read).toBe(12);
});

test('an object that was replaced after the plan was made', async () => {
  const columns = schema({ id: 'int64', text: 'string' });
  const file = await put('replaced.csv', Buffer.from('id,text\n1,a\n'));
  await store.write(file.uri, { kind: 'bytes', bytes: Buffer.from('id,text\n2,b\n') }, 'replace');
  await expect(worker.rows(scanOf(csvFormat(columns), [file], columns), { store })).rejects.toMatchObject({
    code: 'OBJECT_CHANGED',
    details: { uri: file.uri },
  });
});
