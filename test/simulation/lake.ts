import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { StorageError } from '../../src/errors.ts';
import type { ByteRange, ObjectInfo, ObjectStore } from '../../src/storage/store.ts';
import type { SimSource } from './sources.ts';

/** What the planner is shown: a store of inputs, and what the simulated workers find in them. */
export interface Lake {
  readonly store: ObjectStore;
  readonly sources: ReadonlyMap<string, SimSource>;
}

/** An input as the planner reads it; of a long file any bytes can be made. */
interface LakeFile extends SimSource {
  readonly bytes: (range: ByteRange) => Uint8Array;
}

/** Bytes of a record of the files that are made as they are read. */
const recordBytes = 64;

/** The inputs of all simulated queries. Their bytes are only planned from; simulated rows are far fewer than real ones. */
export async function openLake(): Promise<Lake> {
  const parquet = await parquetBytes();
  const files: LakeFile[] = [
    ...[0, 1, 2].map((index) => parquetFile(`s3://lake/orders/${index}.parquet`, parquet)),
    ...[0, 1, 2, 3, 4].map((index) => csvFile(`s3://lake/customers/${index}.csv`, 6_400, 5, 0)),
    csvFile('s3://lake/events.csv', 64_000_000, 40, 0.3),
    ndjsonFile('s3://lake/logs.ndjson', 640_000_000, 60),
  ];
  const byUri = new Map(files.map((file) => [file.uri, file]));
  return { store: planningStore(byUri), sources: byUri };
}

/** Row groups of the Parquet files; DuckDB writes none of fewer rows. */
const rowGroups = 4;
const leastGroupRows = 2_048;

async function parquetBytes(): Promise<Uint8Array> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-simulation-'));
  const instance = await DuckDBInstance.create(':memory:', { threads: '1' });
  const connection = await instance.connect();
  try {
    const path = join(folder, 'orders.parquet');
    await connection.run(
      `COPY (SELECT i AS id, i % 97 AS customer, i * 1.5 AS amount FROM range(${rowGroups * leastGroupRows}) t(i)) TO '${path}' (FORMAT parquet, ROW_GROUP_SIZE ${leastGroupRows})`,
    );
    return await readFile(path);
  } finally {
    connection.closeSync();
    instance.closeSync();
    await rm(folder, { recursive: true, force: true });
  }
}

/** Simulated rows of each row group. */
const simulatedGroupRows = 5;

function parquetFile(uri: string, bytes: Uint8Array): LakeFile {
  return {
    ...sourceOf(uri, bytes.length, rowGroups * simulatedGroupRows, 0),
    groupRows: simulatedGroupRows,
    bytes: ({ startByte, endByte }) => bytes.subarray(startByte, endByte),
  };
}

function csvFile(uri: string, sizeBytes: number, rows: number, wrongGuesses: number): LakeFile {
  const header = padded('id,customer,amount,note', recordBytes - 1, '_');
  const record = (index: number) =>
    index === 0 ? header : padded(`${index},${index % 97},${index}.5,`, recordBytes - 1, 'x');
  return {
    ...sourceOf(uri, sizeBytes, rows, wrongGuesses),
    bytes: (range) => recordsIn(range, record),
  };
}

function ndjsonFile(uri: string, sizeBytes: number, rows: number): LakeFile {
  const record = (index: number) =>
    padded(`{"id":${index},"customer":${index % 97},"amount":${index}.5}`, recordBytes - 1, ' ');
  return { ...sourceOf(uri, sizeBytes, rows, 0), bytes: (range) => recordsIn(range, record) };
}

function sourceOf(uri: string, sizeBytes: number, rows: number, wrongGuesses: number): SimSource {
  return { uri, sizeBytes, version: 'planned', rows, groupRows: null, wrongGuesses };
}

function padded(text: string, length: number, by: string): string {
  return text.padEnd(length, by);
}

function recordsIn({ startByte, endByte }: ByteRange, record: (index: number) => string): Uint8Array {
  const first = Math.floor(startByte / recordBytes);
  const count = Math.ceil(endByte / recordBytes) - first;
  const text = Array.from({ length: count }, (_, index) => `${record(first + index)}\n`).join('');
  return Buffer.from(text).subarray(startByte - first * recordBytes, endByte - first * recordBytes);
}

function planningStore(files: ReadonlyMap<string, LakeFile>): ObjectStore {
  const infoOf = ({ uri, sizeBytes, version }: LakeFile): ObjectInfo => ({ uri, sizeBytes, version });
  const find = (uri: string): LakeFile => {
    const file = files.get(uri);
    if (!file) throw new StorageError('NOT_FOUND', `There is no ${uri}.`);
    return file;
  };
  const refuse = () => Promise.reject(new TypeError('Planning writes nothing.'));
  return {
    head: async (uri) => infoOf(find(uri)),
    read: async (uri, range = null) => find(uri).bytes(range ?? { startByte: 0, endByte: find(uri).sizeBytes }),
    async *list(prefix) {
      for (const file of files.values()) if (file.uri.startsWith(prefix)) yield infoOf(file);
    },
    stagingPath: async () => null,
    stage: refuse,
    canCommit: refuse,
    async *listStaged() {},
    commit: refuse,
    abort: refuse,
    write: refuse,
    delete: refuse,
  };
}
