import { expect, test } from 'vitest';
import { footerRequests, planFetch, rangesBefore } from '../../../src/formats/parquet/fetch-plan.ts';
import type { ParquetFooter, RowGroup } from '../../../src/formats/parquet/footer.ts';

const mebibyte = 1 << 20;

/** A file of two columns whose chunks of 10 MiB follow each other, row group by row group. */
function footerOf(rowGroups: number, footerBytes: number): ParquetFooter {
  const chunk = (place: number) => ({
    ranges: [{ startByte: 4 + place * 10 * mebibyte, endByte: 4 + (place + 1) * 10 * mebibyte }],
  });
  const groups = Array.from(
    { length: rowGroups },
    (_, index): RowGroup => ({
      index,
      firstRow: index * 100,
      rows: 100,
      chunks: [chunk(index * 2), chunk(index * 2 + 1)],
    }),
  );
  const startByte = 4 + rowGroups * 20 * mebibyte;
  return {
    sizeBytes: startByte + footerBytes + 8,
    footer: { startByte, endByte: startByte + footerBytes },
    columns: ['a', 'b'].map((name) => ({ name, leaf: null })),
    rowGroups: groups,
  };
}

test('a short footer is one request for the end of the file, a long one has a second', () => {
  const short = footerOf(1, 1_000);
  expect(footerRequests(short)).toEqual([{ startByte: short.sizeBytes - 65_536, endByte: short.sizeBytes }]);
  const long = footerOf(1, 100_000);
  expect(footerRequests(long)).toEqual([
    { startByte: long.sizeBytes - 65_536, endByte: long.sizeBytes },
    { startByte: long.footer.startByte, endByte: long.sizeBytes - 65_536 },
  ]);
});

test('wanted chunks are ranges, and requests of 8 MiB', () => {
  const { ranges, pieces } = planFetch(footerOf(3, 1_000), [1], ['a']);
  const startByte = 4 + 20 * mebibyte;
  expect(ranges).toEqual([{ startByte, endByte: startByte + 10 * mebibyte }]);
  expect(pieces).toEqual([
    { startByte, endByte: startByte + 8 * mebibyte },
    { startByte: startByte + 8 * mebibyte, endByte: startByte + 10 * mebibyte },
  ]);
});

test('what lies in the end that was read for the footer is not read again', () => {
  const footer = footerOf(1, 1_000);
  const { ranges } = planFetch(footer, [0], ['b']);
  expect(ranges).toEqual([{ startByte: 4 + 10 * mebibyte, endByte: footer.sizeBytes - 65_536 }]);
  expect(rangesBefore([{ startByte: 10, endByte: 20 }], 10)).toEqual([]);
});
