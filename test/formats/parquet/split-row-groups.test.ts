import fc from 'fast-check';
import { expect, test } from 'vitest';
import { splitRowGroups } from '../../../src/formats/parquet/split-row-groups.ts';

const file = (name: string, ...bytes: number[]) => ({
  file: name,
  rowGroups: bytes.map((size, index) => ({ index, bytes: size })),
});

test('a large file is cut between row groups, in equal shares', () => {
  expect(splitRowGroups([file('a', 60, 60, 60, 60, 60)], 128)).toEqual([
    { parts: [{ file: 'a', rowGroups: [0, 1], bytes: 120 }], bytes: 120 },
    { parts: [{ file: 'a', rowGroups: [2, 3, 4], bytes: 180 }], bytes: 180 },
  ]);
  expect(splitRowGroups([file('a', 64, 64, 2)], 128)).toHaveLength(1);
  expect(splitRowGroups([file('a', 1000)], 128)).toEqual([
    { parts: [{ file: 'a', rowGroups: [0], bytes: 1000 }], bytes: 1000 },
  ]);
});

test('small files share a split, and a split may begin within a file', () => {
  expect(splitRowGroups([file('a', 50), file('b', 50, 100), file('c', 50)], 128)).toEqual([
    {
      parts: [
        { file: 'a', rowGroups: [0], bytes: 50 },
        { file: 'b', rowGroups: [0], bytes: 50 },
      ],
      bytes: 100,
    },
    {
      parts: [
        { file: 'b', rowGroups: [1], bytes: 100 },
        { file: 'c', rowGroups: [0], bytes: 50 },
      ],
      bytes: 150,
    },
  ]);
});

test('nothing to read is no split; row groups without bytes are one', () => {
  expect(splitRowGroups([], 128)).toEqual([]);
  expect(splitRowGroups([file('a')], 128)).toEqual([]);
  expect(splitRowGroups([file('a', 0, 0)], 128)).toEqual([
    { parts: [{ file: 'a', rowGroups: [0, 1], bytes: 0 }], bytes: 0 },
  ]);
});

test('every row group is in one split, in source order, and no split is far above the target', () => {
  const files = fc.array(fc.array(fc.nat(300), { maxLength: 8 }), { maxLength: 8 });
  fc.assert(
    fc.property(files, fc.integer({ min: 1, max: 500 }), (sizes, target) => {
      const input = sizes.map((bytes, index) => file(`f${index}`, ...bytes));
      const splits = splitRowGroups(input, target);
      const flat = splits.flatMap(({ parts }) =>
        parts.flatMap((part) => part.rowGroups.map((index) => `${part.file}:${index}`)),
      );
      expect(flat).toEqual(
        input.flatMap(({ file: name, rowGroups }) => rowGroups.map(({ index }) => `${name}:${index}`)),
      );
      const largest = Math.max(0, ...sizes.flat());
      for (const split of splits) expect(split.bytes).toBeLessThanOrEqual(1.5 * target + largest);
    }),
  );
});
