import { createHash } from 'node:crypto';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { WireOutput } from '../../src/plan/exchange-wire.ts';
import type { Partitioning, RelNode } from '../../src/plan/relation.ts';
import type { TaskOutput, TaskResult } from '../../src/plan/task.ts';
import type { Schema } from '../../src/plan/types.ts';
import { asc, col, desc, schema } from '../engine/sql/plan-builders.ts';
import { filesOf, partsOf, type Row, readOf, scanOf, useWorker } from './support.ts';

const worker = useWorker();
const { counting } = worker;

const columns: Schema = schema({ k: 'int64', text: 'string', 'odd "Name"': 'decimal(38,2)', K: 'float64' });
const query = (from: number, to: number) =>
  `SELECT CASE WHEN i % 11 = 0 THEN NULL ELSE i % 97 END::BIGINT AS k, 'row ' || i AS text, ` +
  `(i / 4)::DECIMAL(38,2) AS 'odd "Name"', i::DOUBLE AS "K" FROM range(${from}, ${to}) t(i)`;

let scans: Promise<RelNode[]> | undefined;
/** Four producers' rows, in order. */
const producers = () => {
  scans ??= Promise.all(
    [0, 1, 2, 3].map(async (index) => {
      const path = await worker.parquet(`in-${index}.parquet`, query(index * 1_000, index * 1_000 + 1_000));
      return scanOf({ kind: 'parquet' }, [await worker.file(path)], columns);
    }),
  );
  return scans;
};

const keep: Partitioning = { kind: 'keep', sampleKeys: [] };
let exchanges = 0;
const exchange = (
  partitioning: Partitioning,
  changes: Partial<Extract<TaskOutput, { kind: 'exchange' }>> = {},
): TaskOutput => ({
  kind: 'exchange',
  partitioning,
  prefix: worker.uri(`exchange/${exchanges++}`),
  maxInlineBytes: 0,
  sample: null,
  ...changes,
});

const hash = (partitions: number, nullsTogether = true): Partitioning => ({
  kind: 'hash',
  keys: [col('k')],
  partitions,
  nullsTogether,
});

async function produce(output: TaskOutput): Promise<TaskResult[]> {
  const results: TaskResult[] = [];
  for (const plan of await producers()) results.push(await worker.write(plan, columns, output));
  return results;
}

/** What the consumer of a partition reads. */
async function consume(results: readonly TaskResult[], partition: number): Promise<readonly Row[]> {
  return (await worker.rows(readOf(columns, partsOf(results, partition, partition + 1)))).rows;
}

async function everyRow(): Promise<Row[]> {
  const rows: Row[] = [];
  for (const plan of await producers()) rows.push(...(await worker.rows(plan)).rows);
  return rows;
}

const sorted = (rows: readonly Row[]) => [...rows].sort((a, b) => Number(a[3]) - Number(b[3]));

test('rows dealt by hash: P objects, at most P·R ranged reads, every row once, equal keys together', async () => {
  const expected = await everyRow();
  counting.reset();
  const results = await produce(exchange(hash(5)));
  expect(counting.counts).toMatchObject({ write: 4, stage: 0, read: 0 });
  expect(results.map((result) => [result.rows, filesOf(result).length])).toEqual([0, 1, 2, 3].map(() => [1_000, 5]));
  counting.reset();
  const read = await Promise.all([0, 1, 2, 3, 4].map((partition) => consume(results, partition)));
  expect(counting.counts.read).toBe(20);
  expect(counting.reads.every(({ range }) => range !== null)).toBe(true);
  expect(sorted(read.flat())).toEqual(expected);
  const homes = new Map(read.flatMap((rows, partition) => rows.map((row) => [`${row[0]}`, partition] as const)));
  expect(homes.size).toBe(98);
  for (const [partition, rows] of read.entries())
    for (const row of rows) expect(homes.get(`${row[0]}`)).toBe(partition);
});

test('parts of an object lie one after another and are as long as the object', async () => {
  const [result] = await produce(exchange(hash(3)));
  if (result?.produced?.[0] !== 'object') throw new Error('Not an object.');
  const [, uri, version] = result.produced;
  const bytes = await counting.store.read(uri, null, { version });
  let end = 0;
  for (const file of filesOf(result).flat()) {
    expect(file.startByte).toBe(end);
    end = file.endByte;
    const content = bytes.subarray(file.startByte, end);
    expect(Buffer.from(content.subarray(0, 4)).toString()).toBe('PAR1');
    expect(file.checksum).toBe(createHash('sha1').update(content).digest().readUInt32BE(0));
  }
  expect([end, result.rows]).toEqual([bytes.length, 1_000]);
});

test('rows whose key is null are spread unless they are wanted together', async () => {
  const nulls = async (partitioning: Partitioning) => {
    const results = await produce(exchange(partitioning));
    const counts = [];
    for (const partition of [0, 1, 2, 3])
      counts.push((await consume(results, partition)).filter((row) => row[0] === null).length);
    return counts.sort((a, b) => a - b);
  };
  expect(await nulls(hash(4))).toEqual([0, 0, 0, 364]);
  const spread = await nulls(hash(4, false));
  expect(spread.reduce((sum, count) => sum + count, 0)).toBe(364);
  expect(spread[0]).toBeGreaterThan(50);
});

test.each<[Partitioning]>([[{ kind: 'single' }], [{ kind: 'broadcast' }], [keep]])(
  '$kind: one file a producer, in order',
  async (partitioning) => {
    const results = await produce(exchange(partitioning));
    expect(results.map((result) => filesOf(result).map((files) => files.length))).toEqual([[1], [1], [1], [1]]);
    expect(await consume(results, 0)).toEqual(await everyRow());
  },
);

test('a sorted plan keeps its order, and names what it sorted by no more than others', async () => {
  const [scan] = await producers();
  if (!scan) throw new Error('No producer.');
  const plan: RelNode = { kind: 'sort', input: scan, keys: [desc(col('K'))], stable: false };
  const result = await worker.write(plan, columns, exchange(keep));
  expect(await consume([result], 0)).toEqual((await worker.rows(plan)).rows);
});

test('small rows ride in the result, and no object is written', async () => {
  counting.reset();
  const results = await produce(exchange(hash(3), { maxInlineBytes: 256 << 10 }));
  const read = await Promise.all([0, 1, 2].map((partition) => consume(results, partition)));
  expect(counting.counts).toMatchObject({ write: 0, stage: 0, read: 0 });
  expect(results.map(({ produced }) => produced?.[0])).toEqual(['inline', 'inline', 'inline', 'inline']);
  expect(sorted(read.flat())).toEqual(await everyRow());
});

test('partitions without rows have no file, and a task without rows writes no object', async () => {
  const [scan] = await producers();
  if (!scan) throw new Error('No producer.');
  const few: RelNode = { kind: 'limit', input: scan, limit: 2, offset: 1 };
  const none: RelNode = { kind: 'limit', input: scan, limit: 0, offset: 0 };
  const dealt = await worker.write(few, columns, exchange(hash(64)));
  expect(filesOf(dealt).length).toBe(64);
  expect(filesOf(dealt).filter((files) => files.length > 0).length).toBe(2);
  counting.reset();
  for (const partitioning of [hash(8), keep]) {
    const result = await worker.write(
      none,
      columns,
      exchange(partitioning, { sample: { keys: [asc(col('k'))], rows: 10 } }),
    );
    expect(result).toMatchObject({ rows: 0, sample: [], produced: null });
  }
  expect(counting.counts.write).toBe(0);
  expect((await worker.rows(readOf(columns))).rows).toEqual([]);
});

test('rows without columns are still counted', async () => {
  const [scan] = await producers();
  const result = await worker.write(
    { kind: 'project', input: scan as RelNode, columns: [] },
    [],
    exchange({ kind: 'single' }),
  );
  expect([result.rows, filesOf(result).map((files) => files.length)]).toEqual([1_000, [1]]);
});

test('a sort over several tasks: samples, bounds, ranges, and each range sorted is all of it sorted', async () => {
  const keys = [desc(col('k'), true), asc(col('text'))];
  const kept = await produce(exchange(keep, { sample: { keys, rows: 50 } }));
  for (const { sample } of kept) expect([sample.length >= 50, sample.length <= 55]).toEqual([true, true]);
  const samples = kept.flatMap(({ sample }) => sample).sort();
  const bounds = [1, 2, 3].map((part) => samples[Math.floor((samples.length * part) / 4)] ?? '');
  const output = exchange({ kind: 'range', keys, bounds });
  const dealt = await Promise.all(
    kept.map((result) => worker.write(readOf(columns, partsOf([result])), columns, output)),
  );
  const ranges: Row[][] = [];
  for (const partition of [0, 1, 2, 3]) {
    const parts = partsOf(dealt, partition, partition + 1);
    const { rows } = await worker.rows({ kind: 'sort', input: readOf(columns, parts), keys, stable: false });
    ranges.push([...rows]);
  }
  const all = await worker.rows({
    kind: 'sort',
    input: { kind: 'union', inputs: await producers() },
    keys,
    stable: false,
  });
  expect(ranges.flat()).toEqual(all.rows);
  // Ranges are about as long as each other.
  for (const range of ranges) expect(Math.abs(range.length - 1_000)).toBeLessThan(150);
});

test('an attempt of the same task writes another object', async () => {
  const [scan] = await producers();
  const output = exchange(hash(2));
  const results = [
    await worker.write(scan as RelNode, columns, output),
    await worker.write(scan as RelNode, columns, output),
  ];
  expect(new Set(results.map(({ produced }) => produced?.[1])).size).toBe(2);
  expect(readdirSync(join(worker.folder, 'exchange')).some((name) => name.endsWith('.tmp'))).toBe(false);
});

test('an object that is not the one that was written is an error', async () => {
  const [result] = await produce(exchange(hash(1)));
  if (result?.produced?.[0] !== 'object') throw new Error('Not an object.');
  const parts = partsOf([{ produced: result.produced.with(2, 'another') as unknown as WireOutput }]);
  await expect(worker.rows(readOf(columns, parts))).rejects.toMatchObject({ code: 'OBJECT_CHANGED' });
});
