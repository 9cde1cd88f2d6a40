import { expect, test } from 'vitest';
import { InternalError } from '../../src/errors.ts';
import { decodeInspection, encodeInspection, type Inspection } from '../../src/plan/inspection.ts';

const inspection: Inspection = {
  files: [
    {
      rowGroups: 3,
      kept: [
        { index: 0, bytes: 100, firstRow: 0, rows: 10 },
        { index: 2, bytes: 5e9, firstRow: 20, rows: 7 },
      ],
      ranges: 4,
      fetched: { requests: 5, bytes: 5e9 + 200 },
      footer: { requests: 1, bytes: 65_536 },
    },
    { rowGroups: 0, kept: [], ranges: 0, fetched: { requests: 0, bytes: 0 }, footer: { requests: 1, bytes: 90 } },
  ],
  skipped: [['id max 3 < 4', 1]],
  differs: { file: 1, schema: [{ name: 'id', type: { kind: 'int64' } }] },
};

test('what is sent comes back', () => {
  expect(decodeInspection(JSON.parse(JSON.stringify(encodeInspection(inspection))))).toEqual(inspection);
});

test('of very many reasons the most frequent are told apart', () => {
  const skipped = Array.from({ length: 200 }, (_, index) => [`reason ${index}`, index + 1] as const);
  const wire = encodeInspection({ ...inspection, skipped });
  expect(wire.skipped).toHaveLength(65);
  expect(wire.skipped[0]).toEqual(['reason 199', 200]);
  expect(wire.skipped.at(-1)).toEqual(['other statistics', (136 * 137) / 2]);
});

test.each<[string, unknown]>([
  ['nothing', undefined],
  ['a list', []],
  ['a file that is no list', { files: [{}], skipped: [], differs: null }],
  ['a negative number', { files: [[1, 0, 0, -1, 1, 1]], skipped: [], differs: null }],
  ['half a row group', { files: [[1, 0, 0, 0, 1, 1, 0, 5]], skipped: [], differs: null }],
  ['a row group that the file has not', { files: [[1, 0, 0, 0, 1, 1, 1, 5, 0, 1]], skipped: [], differs: null }],
  ['row groups out of order', { files: [[2, 0, 0, 0, 1, 1, 1, 5, 0, 1, 0, 5, 0, 1]], skipped: [], differs: null }],
  ['a reason without a count', { files: [], skipped: [['x']], differs: null }],
  ['columns of a file that is not there', { files: [], skipped: [], differs: { file: 0, schema: [] } }],
])('%s is refused', (_, wire) => {
  expect(() => decodeInspection(wire)).toThrow(InternalError);
  expect(() => decodeInspection(wire)).toThrow('which tells of no Parquet footers.');
});
