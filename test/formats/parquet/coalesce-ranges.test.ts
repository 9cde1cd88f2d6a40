import fc from 'fast-check';
import { expect, test } from 'vitest';
import { coalesceRanges, totalBytes } from '../../../src/formats/parquet/coalesce-ranges.ts';

const ranges = (...pairs: [number, number][]) => pairs.map(([startByte, endByte]) => ({ startByte, endByte }));
const mib = 1 << 20;

test('ranges that touch or overlap are joined, in any order; empty ones vanish', () => {
  expect(coalesceRanges(ranges([20, 30], [0, 10], [10, 20], [25, 40], [50, 50]))).toEqual(ranges([0, 40]));
  expect(coalesceRanges([])).toEqual([]);
});

test('gaps are read over while they are within a tenth of the wanted bytes, the smallest first', () => {
  // 1,000 wanted bytes: a budget of 100.
  expect(coalesceRanges(ranges([0, 500], [600, 1100]))).toEqual(ranges([0, 1100]));
  expect(coalesceRanges(ranges([0, 500], [601, 1101]))).toEqual(ranges([0, 500], [601, 1101]));
  expect(coalesceRanges(ranges([0, 400], [470, 770], [810, 1110]))).toEqual(ranges([0, 400], [470, 1110]));
});

test('of equal gaps as many as the budget pays for', () => {
  const wanted = ranges([0, 250], [290, 540], [580, 830], [870, 1120]);
  expect(coalesceRanges(wanted)).toEqual(ranges([0, 830], [870, 1120]));
});

test('gaps above 1 MiB are never read over', () => {
  const far = (gap: number) => coalesceRanges(ranges([0, 50 * mib], [50 * mib + gap, 100 * mib + gap]));
  expect(far(mib)).toHaveLength(1);
  expect(far(mib + 1)).toHaveLength(2);
});

test('every wanted byte is fetched, and at most a tenth more', () => {
  const wanted = fc.array(fc.tuple(fc.nat(3 * mib), fc.nat(mib)), { maxLength: 30 }).map((pairs) => {
    let position = 0;
    return pairs.map(([gap, length]) => {
      const startByte = position + gap;
      position = startByte + length;
      return { startByte, endByte: position };
    });
  });
  fc.assert(
    fc.property(wanted, (input) => {
      const joined = coalesceRanges(input);
      for (const { startByte, endByte } of input) {
        expect(
          startByte === endByte || joined.some((range) => range.startByte <= startByte && endByte <= range.endByte),
        ).toBe(true);
      }
      expect(totalBytes(joined)).toBeLessThanOrEqual(totalBytes(input) * 1.1);
      expect(joined.slice(1).every((range, index) => range.startByte > (joined[index]?.endByte ?? 0))).toBe(true);
    }),
  );
});
