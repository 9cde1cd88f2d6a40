import { Buffer } from 'node:buffer';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readFooter } from '../../src/formats/parquet/fetch-footer.ts';
import { connect, count, type Session } from '../../src/index.ts';
import { createStore } from '../../src/storage/create-store.ts';
import { openTestServer } from '../support/s3-target.ts';
import { errorOf } from '../support/use-session.ts';
import { keysBelow } from './data.ts';

/** Bad input in a bucket, found by worker processes: the error says where, and the job leaves nothing in its workspace. */

const target = await openTestServer();
const { server, client, bucket } = target;
const folder = target.newFolder();
const workspace = target.newFolder();
let workers: Session;
/** Whether the query at hand is planned, and its tasks run. */
let planned = false;

beforeAll(async () => {
  const planner = { forceExchange: true, splitBytes: 40_000 };
  workers = await connect({ workers: 2, workerThreads: 1, s3: target.options, workspace, planner });
  workers.on('progress', (event) => {
    planned ||= event.kind === 'stage-started';
  });
});
afterEach(async () => {
  server.setFaults(null);
  expect(await keysBelow(workspace, target)).toEqual([]);
});
afterAll(async () => {
  await workers?.close();
  await target.close();
});

const keyOf = (uri: string) => uri.slice(`s3://${bucket}/`.length);

async function put(name: string, body: string | Buffer): Promise<string> {
  await client.putObject({ Bucket: bucket, Key: keyOf(`${folder}${name}`), Body: body });
  return `${folder}${name}`;
}

/** A Parquet file of ten row groups of 2,048 rows. */
async function tenRowGroups(): Promise<Buffer> {
  const local = mkdtempSync(join(tmpdir(), 'shoal-s3-bad-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const path = join(local, 'good.parquet');
    const query = `SELECT i AS id, md5(i::VARCHAR) AS text FROM range(20480) t(i)`;
    await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE 2048, COMPRESSION snappy)`);
    return readFileSync(path);
  } finally {
    connection.closeSync();
    instance.closeSync();
    rmSync(local, { recursive: true });
  }
}

const late = (row: string, bad: string) => `${row.repeat(20_000)}${bad}${row.repeat(20_000)}`;

test('a CSV record that does not fit: its byte, and those of the part', async () => {
  const uri = await put('late.csv', `id,v\n${late('1,2\n', '5,N/A\n')}`);
  const error = await errorOf(
    workers.read
      .csv(uri, { schema: { v: 'int64' } })
      .groupBy('v')
      .agg({ n: count() })
      .collect(),
  );
  expect(error).toMatchObject({
    name: 'SourceError',
    code: 'BAD_RECORD',
    message: `The row at byte 80005 of ${uri} has "N/A" in column "v", which is no int64. Read the column as text with { schema: { v: 'string' } }, or leave such rows out with { onBadRow: 'skip' } or { onBadRow: 'collect' }.`,
    details: { uri, byteOffset: 80_005, column: 'v', value: 'N/A' },
  });
  const { startByte, endByte } = (error as unknown as { details: { startByte: number; endByte: number } }).details;
  expect([startByte <= 80_005, endByte > 80_005, endByte - startByte < 60_000]).toEqual([true, true, true]);
  // Of the first part the row is known.
  const early = await put('early.csv', `id,v\n1,2\n5,N/A\n${late('1,2\n', '')}`);
  expect(await errorOf(workers.read.csv(early, { schema: { v: 'int64' } }).collect())).toMatchObject({
    message: expect.stringMatching(/^Row 3 of s3:.* \(byte 9\) has "N\/A" in column "v", which is no int64\./),
    details: { uri: early, row: 3, byteOffset: 9, startByte: 0 },
  });
});

test('a line that is no JSON: its byte, and those of the part', async () => {
  const uri = await put('late.ndjson', late('{"a":1}\n', '{"a":1\n'));
  expect(await errorOf(workers.read.ndjson(uri).groupBy('a').agg({ n: count() }).collect())).toMatchObject({
    name: 'SourceError',
    code: 'BAD_RECORD',
    message: `The line at byte 160000 of ${uri} is no JSON: expected "}" at its byte 6. Mend the file, or leave such lines out with { onBadRow: 'skip' } or { onBadRow: 'collect' }.`,
    details: { uri, byteOffset: 160_000, startByte: expect.any(Number), endByte: expect.any(Number) },
  });
});

test('a damaged row group: its bytes and rows', async () => {
  const bytes = await tenRowGroups();
  const good = await put('good.parquet', bytes);
  const store = createStore({ s3: target.options });
  const { rowGroups } = await readFooter(store, { ...(await store.head(good)), partition: {} });
  const ranges = rowGroups[6]?.chunks.flatMap((chunk) => chunk.ranges) ?? [];
  const startByte = Math.min(...ranges.map((range) => range.startByte));
  const endByte = Math.max(...ranges.map((range) => range.endByte));
  const uri = await put('damaged.parquet', Buffer.from(bytes).fill(0xff, endByte - 500, endByte));
  expect(await errorOf(workers.read.parquet(uri).groupBy('text').agg({ n: count() }).collect())).toMatchObject({
    name: 'SourceError',
    code: 'BAD_FORMAT',
    message: `${uri} is damaged: row group 7 of 10 (rows 12289 to 14336, bytes ${startByte} to ${endByte}) cannot be decoded: Snappy decompression failure. Restore the file, or write it again.`,
    details: { uri, startByte, endByte, startRow: 12_288, endRow: 14_336 },
  });
});

test('a Parquet file that is cut off: which bytes should be its end', async () => {
  const bytes = await tenRowGroups();
  const uri = await put('cut.parquet', bytes.subarray(0, 300_000));
  expect(await errorOf(workers.read.parquet(uri).groupBy('text').agg({ n: count() }).collect())).toMatchObject({
    name: 'SourceError',
    code: 'BAD_FORMAT',
    details: { uri, startByte: expect.any(Number), endByte: 300_000 },
  });
});

test.each(['changing.csv', 'changing.ndjson', 'changing.parquet'])(
  '%s, written anew while tasks read it',
  async (name) => {
    const texts = { csv: `id,v\n${late('1,2\n', '3,4\n')}`, ndjson: late('{"v":1}\n', '{"v":3}\n') };
    const bytes =
      name === 'changing.csv' ? texts.csv : name === 'changing.ndjson' ? texts.ndjson : await tenRowGroups();
    const uri = await put(name, bytes);
    planned = false;
    let changed = false;
    server.setFaults(async ({ operation, key }) => {
      if (!planned || changed || operation !== 'GetObject' || key !== keyOf(uri)) return null;
      changed = true;
      await put(name, Buffer.concat([Buffer.from(bytes), Buffer.from('\n')]));
      return null;
    });
    const { read } = workers;
    const dataset =
      name === 'changing.csv' ? read.csv(uri) : name === 'changing.ndjson' ? read.ndjson(uri) : read.parquet(uri);
    expect(await errorOf(dataset.groupBy().agg({ n: count() }).collect())).toMatchObject({
      name: 'SourceError',
      code: 'OBJECT_CHANGED',
      message: expect.stringContaining(uri),
      details: { uri },
    });
    expect(changed).toBe(true);
  },
);
