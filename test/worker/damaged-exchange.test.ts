import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import type { Partitioning } from '../../src/plan/relation.ts';
import type { TaskResult } from '../../src/plan/task.ts';
import { checksumOf, formatChecksum } from '../../src/storage/checksum.ts';
import { createFileStore } from '../../src/storage/file-store.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { Fetcher } from '../../src/worker/fetcher.ts';
import { layExchange } from '../../src/worker/lay-exchange.ts';
import { readParts } from '../../src/worker/read-parts.ts';
import { Scratch } from '../../src/worker/scratch.ts';
import { col, schema } from '../engine/sql/plan-builders.ts';
import { filesOf, partsOf, readOf, scanOf, useWorker } from './support.ts';

type Damage = (bytes: Uint8Array, read: number) => Uint8Array;

let damage: Damage = (bytes) => bytes;
let reads = 0;
const files = createFileStore();
/** A store whose bytes are damaged on their way. */
const store: ObjectStore = {
  ...files,
  read: async (...request) => damage(await files.read(...request), reads++),
};
const worker = useWorker({ store });

const columns = schema({ k: 'int64' });

/** What a task wrote into three partitions; from here on its bytes are damaged. */
async function produceThen(next: Damage): Promise<TaskResult> {
  const path = await worker.parquet('in.parquet', 'SELECT i AS k FROM range(3000) t(i)');
  const partitioning: Partitioning = { kind: 'hash', keys: [col('k')], partitions: 3, nullsTogether: true };
  const output = {
    kind: 'exchange',
    partitioning,
    prefix: worker.uri('x/0'),
    maxInlineBytes: 0,
    sample: null,
  } as const;
  const result = await worker.write(scanOf({ kind: 'parquet' }, [await worker.file(path)], columns), columns, output);
  reads = 0;
  damage = next;
  onTestFinished(() => {
    damage = (bytes) => bytes;
  });
  return result;
}

/** A copy with one bit that is another. */
function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = Uint8Array.from(bytes);
  copy[at] = (copy[at] ?? 0) ^ 4;
  return copy;
}

/** Where the second partition lies, and what a message says of it. */
function secondPartition(result: TaskResult) {
  const file = filesOf(result)[1]?.[0];
  if (!file || result.produced?.[0] !== 'object') throw new Error('No second partition.');
  return { ...file, uri: result.produced[1], expected: `checksum ${formatChecksum(file.checksum)}` };
}

test('what was damaged once is read once more', async () => {
  const result = await produceThen((bytes, read) => (read === 0 ? flipped(bytes, 100) : bytes));
  expect((await worker.rows(readOf(columns, partsOf([result])))).rows.length).toBe(3_000);
  expect(reads).toBe(2);
});

test('a bit that stays flipped is a retryable error that says which bytes', async () => {
  let seen = new Uint8Array();
  const result = await produceThen((bytes) => {
    const { startByte, endByte } = secondPartition(result);
    const broken = flipped(bytes, startByte + 7);
    seen = Uint8Array.from(broken.subarray(startByte, endByte));
    return broken;
  });
  const error = await worker.rows(readOf(columns, partsOf([result]))).catch((thrown: unknown) => thrown);
  const { uri, startByte, endByte, expected } = secondPartition(result);
  const actual = `checksum ${formatChecksum(checksumOf(seen))}`;
  expect(error).toMatchObject({
    name: 'StorageError',
    code: 'STORAGE_FAILED',
    retryable: true,
    message: `Bytes ${startByte} to ${endByte} of ${uri} are not those that were written: expected ${expected}, got ${actual}. Run the query again; if it stays so, the store damages what it holds.`,
    details: { uri, startByte, endByte, expected, actual },
  });
  expect(reads).toBe(2);
});

test('so is a body that is too short', async () => {
  const result = await produceThen((bytes) => bytes.subarray(0, secondPartition(result).endByte - 10));
  const { uri, startByte, endByte, expected } = secondPartition(result);
  const length = endByte - startByte;
  await expect(worker.rows(readOf(columns, partsOf([result])))).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    retryable: true,
    message: `Bytes ${startByte} to ${endByte} of ${uri} are not those that were written: expected ${expected}, got ${length - 10} of ${length} bytes. Run the query again; if it stays so, the store damages what it holds.`,
  });
});

test('a relay does not hand on what is damaged', async () => {
  const result = await produceThen((bytes) => flipped(bytes, 3));
  const plan = readOf(columns, partsOf([result], 0, 2));
  await expect(worker.write(plan, columns, { kind: 'relay', prefix: worker.uri('x/1') })).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    retryable: true,
  });
});

test('rows within a result that were damaged on their way are an error too', async () => {
  const [, bytes, from, layout] = ['inline', randomBytes(8).toString('base64'), 0, 'AQEIAAAAAA=='] as const;
  const produced = ['inline', bytes, from, layout] as const;
  await expect(worker.rows(readOf(columns, partsOf([{ produced }])))).rejects.toThrow(
    'Bytes 0 to 8 of the result of a task are not those that were written: expected checksum 00000000, got checksum ',
  );
});

test('a file that is longer than a request is checked as well', async () => {
  const content = randomBytes((16 << 20) + 1_000);
  const path = fileURLToPath(worker.uri('long'));
  await writeFile(path, content);
  const checksum = checksumOf(content);
  const target = { prefix: worker.uri('long'), maxInlineBytes: 0, fromPartition: 0, toPartition: 1 };
  const signal = new AbortController().signal;
  const long = [{ path, partition: 0, sizeBytes: content.length, checksum: null }];
  const produced = await layExchange(long, target, { store: files, signal });
  const scratch = new Scratch(worker.folder);
  onTestFinished(() => scratch.remove());
  const readAll = () => readParts(readOf(columns, partsOf([{ produced }])), new Fetcher(store, signal), scratch);
  reads = 0;
  damage = (bytes, read) => (read === 1 ? flipped(bytes, 5) : bytes);
  const [local] = await readAll();
  expect(local).toMatchObject({ sizeBytes: content.length, checksum });
  expect(checksumOf(await readFile(local?.path ?? ''))).toBe(checksum);
  // Three pieces, twice.
  expect(reads).toBe(6);
  damage = (bytes) => flipped(bytes, 5);
  await expect(readAll()).rejects.toMatchObject({
    code: 'STORAGE_FAILED',
    details: { startByte: 0, endByte: content.length, expected: `checksum ${formatChecksum(checksum)}` },
  });
});
