import { expect, test } from 'vitest';
import { foldCase, freshName, haveCaseClash, sqlNames } from '../../../src/engine/sql/names.ts';

test('names that differ in case only get suffixes, never one that another column has', () => {
  expect([...sqlNames(['a', 'A', 'a_1', 'b"c'])]).toEqual([
    ['a', '"a"'],
    ['A', '"A_1_2"'],
    ['a_1', '"a_1"'],
    ['b"c', '"b""c"'],
  ]);
});

test('only ASCII letters fold, as in the engine', () => {
  expect(foldCase('AÀ')).toBe('aÀ');
  expect(haveCaseClash(['À', 'à'])).toBe(false);
  expect(haveCaseClash(['id', 'ID'])).toBe(true);
});

test('a fresh name is free', () => {
  expect(freshName('position', (name) => ['position', 'position_2'].includes(name))).toBe('position_3');
});
