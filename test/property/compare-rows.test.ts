import { expect, test } from 'vitest';
import { compareRows } from './compare-rows.ts';

const exact = { ordered: false, tolerances: new Map<number, number>() };

test('rows are compared as a multiset, or in their order', () => {
  expect(compareRows([[1], [2]], [[2], [1]], exact)).toBeNull();
  expect(compareRows([[1], [2]], [[2], [1]], { ...exact, ordered: true })).toBe('Row 0: expected (1), came (2)');
  expect(compareRows([[1], [1], [2]], [[1], [2], [2]], exact)).toContain('No row came that is (1).');
  expect(compareRows([[1]], [], exact)).toContain('1 rows were expected, 0 came.');
});

test('NaN equals NaN and −0 equals 0; types of values do not mix', () => {
  expect(compareRows([[Number.NaN, -0]], [[Number.NaN, 0]], exact)).toBeNull();
  expect(compareRows([[1]], [[1n]], exact)).toContain('No row came that is (1).');
  expect(compareRows([['null']], [[null]], exact)).toContain('No row came that is ("null").');
  expect(compareRows([[['a', [1n, null]]]], [[['a', [1n, null]]]], exact)).toBeNull();
});

test('numbers of inexact columns may differ by their tolerance', () => {
  const near = { ordered: false, tolerances: new Map([[1, 0.01]]) };
  expect(
    compareRows(
      [
        ['a', 1],
        ['a', 5],
      ],
      [
        ['a', 5.005],
        ['a', 1],
      ],
      near,
    ),
  ).toBeNull();
  expect(compareRows([['a', 1]], [['a', 1.02]], near)).toContain('No row came that is ("a", 1).');
  expect(compareRows([['a', Infinity]], [['a', 1]], near)).toContain('No row came');
  expect(compareRows([['a', null]], [['a', null]], near)).toBeNull();
});
