import { expect, test } from 'vitest';
import type { Partitioning, RelNode } from '../../src/plan/relation.ts';
import type { TaskOutput, TaskResult } from '../../src/plan/task.ts';
import type { Schema } from '../../src/plan/types.ts';
import { col, schema } from '../engine/sql/plan-builders.ts';
import { filesOf, partsOf, type Row, readOf, scanOf, useWorker } from './support.ts';

const worker = useWorker();
const { counting } = worker;

const columns: Schema = schema({ k: 'int64', text: 'string' });
const partitions = 6;
const partitioning: Partitioning = { kind: 'hash', keys: [col('k')], partitions, nullsTogether: true };

/** Producers' results, each of 500 rows. */
async function produce(count: number, maxInlineBytes = 0): Promise<TaskResult[]> {
  const output: TaskOutput = {
    kind: 'exchange',
    partitioning,
    prefix: worker.uri('job/0'),
    maxInlineBytes,
    sample: null,
  };
  const results: TaskResult[] = [];
  for (let index = 0; index < count; index++) {
    const path = await worker.parquet(
      `in-${index}.parquet`,
      `SELECT i AS k, 'row ' || i AS text FROM range(${index * 500}, ${index * 500 + 500}) t(i)`,
    );
    const plan = scanOf({ kind: 'parquet' }, [await worker.file(path)], columns);
    results.push(await worker.write(plan, columns, output));
  }
  return results;
}

/** Relays for each pair of these groups. */
async function relay(
  results: readonly TaskResult[],
  producerGroups: readonly (readonly [number, number])[],
  partitionGroups: readonly (readonly [number, number])[],
): Promise<TaskResult[]> {
  const relays: TaskResult[] = [];
  for (const [from, to] of producerGroups)
    for (const [fromPartition, toPartition] of partitionGroups) {
      const plan = readOf(columns, partsOf(results.slice(from, to), fromPartition, toPartition));
      relays.push(await worker.write(plan, columns, { kind: 'relay', prefix: worker.uri('job/3') }));
    }
  return relays;
}

async function read(results: readonly TaskResult[], partition: number): Promise<readonly Row[]> {
  return (await worker.rows(readOf(columns, partsOf(results, partition, partition + 1)))).rows;
}

test('relays: P·B + R·A reads and P + A·B writes, the same rows in the same order', async () => {
  counting.reset();
  const results = await produce(5);
  expect(counting.counts.write).toBe(5);
  const direct = [];
  counting.reset();
  for (let partition = 0; partition < partitions; partition++) direct.push(await read(results, partition));
  expect(counting.counts.read).toBe(5 * partitions);
  expect(direct.flat().length).toBe(2_500);
  counting.reset();
  const relays = await relay(
    results,
    [
      [0, 3],
      [3, 5],
    ],
    [
      [0, 2],
      [2, 4],
      [4, 6],
    ],
  );
  expect(counting.counts).toMatchObject({ write: 2 * 3, read: 5 * 3, head: 0, list: 0 });
  counting.reset();
  for (let partition = 0; partition < partitions; partition++)
    expect(await read(relays, partition)).toEqual(direct[partition]);
  expect(counting.counts.read).toBe(partitions * 2);
});

test('a relay hands on bytes and checksums as they are, partition by partition', async () => {
  const results = await produce(3);
  const [relayed] = await relay(results, [[0, 3]], [[1, 3]]);
  if (!relayed) throw new Error('No relay.');
  const sizesOf = (result: TaskResult, partition: number) =>
    (filesOf(result)[partition] ?? []).map(({ startByte, endByte, checksum }) => [endByte - startByte, checksum]);
  expect(filesOf(relayed).map((files) => files.length)).toEqual([0, 3, 3]);
  for (const partition of [1, 2])
    expect(sizesOf(relayed, partition)).toEqual(results.flatMap((result) => sizesOf(result, partition)));
  expect(relayed).toMatchObject({
    rows: 0,
    staged: [],
    sample: [],
    written: { requests: 1 },
    fetched: { requests: 3 },
  });
});

test('what came within results leaves a relay in its object', async () => {
  const results = await produce(2, 1 << 20);
  counting.reset();
  const [relayed] = await relay(results, [[0, 2]], [[0, partitions]]);
  expect(counting.counts).toMatchObject({ write: 1, read: 0 });
  const rows = [];
  for (let partition = 0; partition < partitions; partition++)
    rows.push(...(await read([relayed as TaskResult], partition)));
  expect(rows.length).toBe(1_000);
});

test('a relay of nothing writes nothing', async () => {
  counting.reset();
  const relayed = await worker.write(readOf(columns), columns, { kind: 'relay', prefix: worker.uri('job/3') });
  expect([relayed.produced, counting.counts.write]).toEqual([null, 0]);
});

test('a relay that is given work for the engine refuses it', async () => {
  const plan: RelNode = { kind: 'limit', input: readOf(columns), limit: 1, offset: 0 };
  await expect(worker.write(plan, columns, { kind: 'relay', prefix: worker.uri('job/3') })).rejects.toThrow(
    'A relay was given a plan of kind limit; it only reads.',
  );
});
