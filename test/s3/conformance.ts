import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type ConnectOptions, col, connect, count, type Schema, type Session, sum } from '../../src/index.ts';
import type { S3Target } from '../support/s3-target.ts';
import { keysBelow, makeData, type SameData } from './data.ts';

/** A query over a folder of test data, wherever that is. */
type Query = (session: Session, root: string) => { toArray(): Promise<object[]>; schema(): Promise<Schema> };

const queries: readonly (readonly [name: string, query: Query])[] = [
  ['filter', (s, at) => s.read.parquet(`${at}sales/*.parquet`).filter(col('id').between(20_000, 21_000))],
  ['nothing passes', (s, at) => s.read.parquet(`${at}sales/*.parquet`).filter(col('id').lt(0))],
  [
    'groupBy',
    (s, at) =>
      s.read
        .parquet(`${at}sales/`)
        .groupBy('country')
        .agg({ total: sum('amount'), rows: count() }),
  ],
  [
    'join',
    (s, at) =>
      s.read
        .parquet(`${at}sales/b.parquet`)
        .join(s.read.csv(`${at}countries.csv`), { on: 'country', how: 'left' })
        .groupBy('name')
        .agg({ total: sum('amount') }),
  ],
  [
    'join of two large sides',
    (s, at) =>
      s.read
        .parquet(`${at}sales/*.parquet`)
        .join(s.read.parquet(`${at}hive`).select('id', 'year'), { on: 'id' })
        .groupBy('year', 'country')
        .agg({ total: sum('amount') }),
  ],
  ['sort', (s, at) => s.read.parquet(`${at}sales/*.parquet`).sort(col('code').desc()).limit(50)],
  ['hive', (s, at) => s.read.parquet(`${at}hive`).filter(col('year').eq(2024)).filter(col('id').lt(3_500))],
  ['csv', (s, at) => s.read.csv(`${at}events.csv`).filter(col('kind').eq(3))],
  [
    'csv, grouped',
    (s, at) =>
      s.read
        .csv(`${at}events.csv`)
        .groupBy('kind')
        .agg({ n: count(), total: sum('id') }),
  ],
  ['csv.gz', (s, at) => s.read.csv(`${at}events.csv.gz`).filter(col('kind').eq(3))],
  ['csv.zst', (s, at) => s.read.csv(`${at}events.csv.zst`).filter(col('kind').eq(3))],
  [
    'ndjson',
    (s, at) =>
      s.read
        .ndjson(`${at}events.ndjson`)
        .groupBy('kind')
        .agg({ n: count(), total: sum('score') }),
  ],
  ['text', (s, at) => s.read.text(`${at}events.ndjson`).filter(col('line').str.contains('"id":77,'))],
];

const planner = { forceExchange: true, splitBytes: 60_000, partitions: 3, broadcastBytes: 1_000 };

/** Ways to run a query over S3; all give what one task gives over the same files on this machine. */
const ways: readonly (readonly [name: string, options: ConnectOptions])[] = [
  ['one task', {}],
  ['many tasks in this process', { planner }],
  ['many tasks on two workers', { planner, workers: 2, workerThreads: 1 }],
];

/** Queries over a store that speaks S3's protocol give the same rows as over local files, and leave nothing behind. */
export function s3QueryConformance(name: string, target: S3Target): void {
  describe(name, () => {
    let data: SameData;
    let local: Session;
    beforeAll(async () => {
      data = await makeData(target);
      local = await connect({ threads: 2 });
    });
    afterAll(async () => {
      await local?.close();
      await data?.remove();
    });

    describe.each(ways)('%s', (_, options) => {
      const workspace = target.newFolder();
      let remote: Session;
      beforeAll(async () => {
        remote = await connect({ threads: 2, s3: target.options, workspace, ...options });
      });
      afterAll(() => remote?.close());

      test.each(queries)('%s', async (_name, query) => {
        const expected = await query(local, data.local).toArray();
        expect(sorted(await query(remote, data.remote).toArray())).toEqual(sorted(expected));
        expect(await keysBelow(workspace, target)).toEqual([]);
      });

      test('schema', async () => {
        for (const [, query] of queries)
          expect(await query(remote, data.remote).schema()).toEqual(await query(local, data.local).schema());
      });

      test('a file and a folder are written', async () => {
        const folder = target.newFolder();
        const rows = () => remote.read.parquet(`${data.remote}hive`).select('id', 'country', 'year');
        const written = await rows().write.parquet(`${folder}all.parquet`);
        expect(written).toMatchObject({ rows: 9_000, files: [{ uri: `${folder}all.parquet`, rows: 9_000 }] });
        expect(await remote.read.parquet(`${folder}all.parquet`).count()).toBe(9_000);
        await expect(rows().write.parquet(`${folder}all.parquet`)).rejects.toMatchObject({ code: 'ALREADY_EXISTS' });
        await rows().write.csv(`${folder}by-year`, { partitionBy: 'year' });
        expect(sorted(await remote.read.csv(`${folder}by-year`).toArray())).toEqual(sorted(await rows().toArray()));
        expect(await keysBelow(workspace, target)).toEqual([]);
      });
    });
  });
}

/** Rows in an order of their own: most queries have none. */
function sorted(rows: readonly object[]): string[] {
  return rows.map((row) => JSON.stringify(row)).sort();
}
