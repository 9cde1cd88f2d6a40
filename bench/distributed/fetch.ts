import { randomUUID } from 'node:crypto';
import { readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { S3 } from '@aws-sdk/client-s3';
// The fetch stage is no part of what the package shows: it is taken from the sources.
import type { ScanRel } from '../../src/plan/relation.ts';
import { createStore } from '../../src/storage/create-store.ts';
import type { ByteRange, ObjectStore } from '../../src/storage/store.ts';
import { Fetcher } from '../../src/worker/fetcher.ts';
import { localize } from '../../src/worker/localize.ts';
import { Scratch } from '../../src/worker/scratch.ts';
import { type Figure, speedUp } from '../harness/figures.ts';
import { timePairs } from '../harness/pairs.ts';
import { tablesAt } from '../tpch/tables-at.ts';
import type { DistributedContext } from './context.ts';
import { startServer } from './s3-server.ts';

/** Those that the server knows. */
const credentials = { accessKeyId: 'AKIASHOALTEST', secretAccessKey: 'shoal-test-secret' };

const BUCKET = 'bench';

/** GETs at the same time, of either side. */
const PARALLEL_GETS = 8;

const GOAL = { bound: 'at least', value: 0.85 } as const;

/** The columns of Q1: seven of sixteen, in ranges with gaps between them. */
const COLUMNS = 'l_quantity l_extendedprice l_discount l_tax l_returnflag l_linestatus l_shipdate'.split(' ');

/**
 * A worker's fetch stage alone: from a task's scan of an object in S3 to a sparse file that the engine can open, beside bare
 * GETs by the SDK of the very same ranges, whose bytes are dropped.
 */
export async function measureFetch({ options, data, note }: DistributedContext): Promise<Figure[]> {
  const tables = await tablesAt(1, data, note);
  note('fetch: starting a server and giving it line items');
  process.env.AWS_ACCESS_KEY_ID = credentials.accessKeyId;
  process.env.AWS_SECRET_ACCESS_KEY = credentials.secretAccessKey;
  const server = await startServer(BUCKET);
  try {
    const { endpoint } = server;
    const store = createStore({ s3: { endpoint, region: 'us-east-1' } });
    const bytes = await readFile(join(tables, 'lineitem.parquet'));
    const scan = await upload(store, bytes);
    const s3 = new S3({ endpoint, region: 'us-east-1', forcePathStyle: true, credentials });

    note('fetch: comparing ranges and bytes');
    const ranges = await rangesRead(scan, store);
    const key = new URL(scan.source.files[0]?.uri ?? '').pathname.slice(1);
    await compareBytes(s3, key, ranges, bytes);

    note('fetch: timing');
    const times = await timePairs(
      () => fetchStage(scan, store),
      () => bareGets(s3, key, ranges),
      options.pairs,
    );
    const megabytes = ranges.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0) / 1e6;
    const what = `fetch stage from S3, ${megabytes.toFixed(0)} MB in ${ranges.length} ranges, bytes/s`;
    const figure = speedUp(what, 'bare GETs', times, GOAL);
    return [{ ...figure, what: `${what}: shoal ÷ bare GETs` }];
  } finally {
    await server.close();
  }
}

/** Puts the bytes where the fetch stage finds them, and describes their scan. */
async function upload(store: ObjectStore, bytes: Uint8Array): Promise<ScanRel> {
  const uri = `s3://${BUCKET}/lineitem.parquet`;
  const { sizeBytes, version } = await store.write(uri, { kind: 'bytes', bytes }, 'replace');
  return {
    kind: 'scan',
    source: {
      format: { kind: 'parquet' },
      files: [{ uri, sizeBytes, version, partition: {} }],
      filesBeforePruning: 1,
      // Only names are looked at: no condition is held against statistics.
      schema: COLUMNS.map((name) => ({ name, type: { kind: 'string' } })),
      partitionColumns: [],
      unionByName: false,
    },
    columns: COLUMNS,
    rowIdentity: null,
    prune: [],
  };
}

async function fetchStage(scan: ScanRel, store: Pick<ObjectStore, 'read'>): Promise<void> {
  const folder = join(tmpdir(), `shoal-bench-${randomUUID()}`);
  const scratch = new Scratch(folder);
  try {
    await localize(scan, { fetcher: new Fetcher(store, new AbortController().signal), scratch, alwaysFetch: false });
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** The ranges that the fetch stage reads, as it asks for them. */
async function rangesRead(scan: ScanRel, store: ObjectStore): Promise<readonly ByteRange[]> {
  const ranges: ByteRange[] = [];
  const read: ObjectStore['read'] = (uri, range, readOptions) => {
    if (range) ranges.push(range);
    return store.read(uri, range, readOptions);
  };
  await fetchStage(scan, { read });
  return ranges;
}

/** A few at a time, each begun as soon as another one has ended. */
async function bareGets(s3: S3, key: string, ranges: readonly ByteRange[]): Promise<Uint8Array[]> {
  const waiting = [...ranges.entries()];
  const bodies: Uint8Array[] = [];
  const takeTurns = async () => {
    for (let next = waiting.shift(); next; next = waiting.shift()) {
      const [index, { startByte, endByte }] = next;
      const { Body } = await s3.getObject({ Bucket: BUCKET, Key: key, Range: `bytes=${startByte}-${endByte - 1}` });
      bodies[index] = (await Body?.transformToByteArray()) ?? new Uint8Array(0);
    }
  };
  await Promise.all(Array.from({ length: PARALLEL_GETS }, takeTurns));
  return bodies;
}

async function compareBytes(s3: S3, key: string, ranges: readonly ByteRange[], bytes: Buffer): Promise<void> {
  const bodies = await bareGets(s3, key, ranges);
  for (const [index, { startByte, endByte }] of ranges.entries()) {
    if (!bytes.subarray(startByte, endByte).equals(bodies[index] ?? Buffer.alloc(0)))
      throw new Error(`fetch: bytes ${startByte}–${endByte} of ${key} are not those of the file`);
  }
}
