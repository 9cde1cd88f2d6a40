import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { bloomFilterRequests } from '../../../src/formats/parquet/bloom-filter.ts';
import { readFooter } from '../../../src/formats/parquet/fetch-footer.ts';
import type { ParquetFooter } from '../../../src/formats/parquet/footer.ts';
import { countReasons, pruneFile } from '../../../src/formats/parquet/prune-file.ts';
import type { ScanRel } from '../../../src/plan/relation.ts';
import type { ScanFile } from '../../../src/plan/source.ts';
import { call, column, number } from './conditions.ts';
import { MemoryReads } from './memory-reads.ts';
import { zooPath, zooRows } from './zoo.ts';

const path = zooPath('pyarrow-bloom');
/** A row of row group 2 whose code lies within the bounds of all four. */
const code = zooRows(path)
  .rows.slice(40, 60)
  .map((row) => Number(row[1]))
  .find((value) => value > 300 && value < 3_500);
const equality = call('eq', column('code'), number(code ?? 0));

function scanOf(file: ScanFile, footer: ParquetFooter): ScanRel {
  const schema = footer.columns.map(({ name, leaf }) => ({ name, type: leaf?.type ?? ({ kind: 'string' } as const) }));
  return {
    kind: 'scan',
    source: {
      format: { kind: 'parquet' },
      files: [file],
      filesBeforePruning: 1,
      schema: [...schema, { name: 'only elsewhere', type: { kind: 'int64' } }],
      partitionColumns: [],
      unionByName: true,
    },
    columns: ['id', 'code'],
    rowIdentity: null,
    prune: [equality],
  };
}

async function prunedAt(uri: string, conditions = [equality]) {
  const reads = new MemoryReads(readFileSync(path));
  const file = { ...reads.file, uri };
  const footer = await readFooter(reads, file);
  const before = reads.ranges.length;
  const pruned = await pruneFile({ ...scanOf(file, footer), prune: conditions }, file, footer, reads);
  return { pruned, footer, requests: reads.ranges.length - before };
}

test('bloom filters of a file elsewhere are read', async () => {
  const { pruned, footer, requests } = await prunedAt('s3://lake/a.parquet');
  expect(requests).toBe(4);
  expect(pruned.rowGroups).toBe(4);
  const bytes = [0, 1].map((place) => footer.rowGroups[2]?.chunks[place]?.ranges[0] ?? { startByte: 0, endByte: 0 });
  expect(pruned.kept).toEqual([
    {
      index: 2,
      bytes: bytes.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0),
      firstRow: 40,
      rows: 20,
    },
  ]);
  expect(countReasons([pruned])).toEqual([[`code = ${code} is not in the bloom filter`, 3]]);
});

test('a file on this machine is judged by its statistics alone: the engine reads its filters', async () => {
  const { requests } = await prunedAt('file:///lake/a.parquet');
  expect(requests).toBe(0);
});

test('a column that the file lacks is null in all of its rows', async () => {
  const { pruned } = await prunedAt('s3://lake/a.parquet', [call('eq', column('only elsewhere'), number(1))]);
  expect(pruned.kept).toEqual([]);
  expect(countReasons([pruned, pruned])).toEqual([['only elsewhere is null in every row', 8]]);
});

test('of one file filters of 8 MiB are read at most', () => {
  const chunk = { ranges: [{ startByte: 0, endByte: 1 << 30 }] };
  const footer: ParquetFooter = {
    sizeBytes: 1 << 30,
    footer: { startByte: 0, endByte: 0 },
    columns: [{ name: 'code', leaf: { physical: 'int32', type: { kind: 'int32' } } }],
    rowGroups: Array.from({ length: 20 }, (_, index) => ({
      index,
      firstRow: index,
      rows: 1,
      chunks: [{ ...chunk, bloomFilter: { startByte: index << 20, endByte: (index + 1) << 20 } }],
    })),
  };
  const requests = bloomFilterRequests(footer, [...footer.rowGroups.keys()], [equality], () => 1 << 30);
  expect(requests.map(({ rowGroup }) => rowGroup)).toEqual([0, 1, 2, 3, 4, 5, 6, 7]);
});
