import { inspect } from 'node:util';
import { expect, test } from 'vitest';
import { printTable } from '../../src/dataset/print-table.ts';
import { Result } from '../../src/dataset/result.ts';
import { rowsToBatch } from '../../src/dataset/rows.ts';
import { textWidth, truncateText } from '../../src/dataset/text-width.ts';
import { parseType } from '../../src/plan/type-name.ts';

test('names, types, aligned values and counts', () => {
  const batch = rowsToBatch(
    [
      { city: 'Oslo', people: 709_000, at: '2024-02-29 12:00:00.5', tags: ['a', null] },
      { city: null, people: null, at: null, tags: [] },
    ],
    { at: parseType('timestamp') },
  );
  expect(printTable(batch.schema, [batch])).toBe(
    `
┌────────┬────────┬───────────────────────┬──────────────┐
│ city   │ people │ at                    │ tags         │
│ string │  int64 │ timestamp             │ list<string> │
├────────┼────────┼───────────────────────┼──────────────┤
│ Oslo   │ 709000 │ 2024-02-29 12:00:00.5 │ [a, NULL]    │
│ null   │   null │ null                  │ []           │
└────────┴────────┴───────────────────────┴──────────────┘
2 rows, 4 columns`.trim(),
  );
});

test('middle rows are left out, over batches', () => {
  const batches = [0, 1, 2].map((part) =>
    rowsToBatch(Array.from({ length: 10 }, (_, index) => ({ i: part * 10 + index }))),
  );
  expect(printTable(batches[0]?.schema ?? [], batches, { maxRows: 5 })).toBe(
    `
┌───────┐
│     i │
│ int64 │
├───────┤
│     0 │
│     1 │
│     2 │
│     … │
│    28 │
│    29 │
└───────┘
30 rows (5 shown), 1 column`.trim(),
  );
});

test('middle columns are left out', () => {
  const batch = rowsToBatch([Object.fromEntries(Array.from({ length: 30 }, (_, index) => [`column${index}`, index]))]);
  expect(printTable(batch.schema, [batch], { maxWidth: 50 })).toBe(
    `
┌─────────┬─────────┬───┬──────────┬──────────┐
│ column0 │ column1 │ … │ column28 │ column29 │
│   int64 │   int64 │ … │    int64 │    int64 │
├─────────┼─────────┼───┼──────────┼──────────┤
│       0 │       1 │ … │       28 │       29 │
└─────────┴─────────┴───┴──────────┴──────────┘
1 row, 30 columns (4 shown)`.trim(),
  );
});

test('wide characters are counted as terminals draw them, control characters are escaped, long values cut', () => {
  const batch = rowsToBatch([
    { text: '東京', n: 1 },
    { text: 'e\u0301👨‍👩‍👧', n: 2 },
    { text: 'a\nb\t\u001b[31m\u202e', n: 3 },
    { text: 'x'.repeat(50), n: 4 },
  ]);
  expect(printTable(batch.schema, [batch], { maxColumnWidth: 24 })).toBe(
    `
┌──────────────────────────┬───────┐
│ text                     │     n │
│ string                   │ int64 │
├──────────────────────────┼───────┤
│ 東京                     │     1 │
│ e\u0301👨‍👩‍👧                      │     2 │
│ a\\nb\\t\\u{1b}[31m\\u{202e} │     3 │
│ xxxxxxxxxxxxxxxxxxxxxxx… │     4 │
└──────────────────────────┴───────┘
4 rows, 2 columns`.trim(),
  );
});

test('no rows, no columns', () => {
  const schema = [{ name: 'a', type: parseType('string') }];
  expect(printTable(schema, [])).toBe('┌────────┐\n│ a      │\n│ string │\n├────────┤\n└────────┘\n0 rows, 1 column');
  expect(printTable([], [])).toBe('0 rows, 0 columns');
});

test('a result prints as its table, console.log included', () => {
  const batch = rowsToBatch([{ a: 1 }]);
  const result = new Result(batch.schema, [batch]);
  expect(String(result)).toBe(printTable(batch.schema, [batch]));
  expect(inspect(result)).toBe(String(result));
});

test.each([
  ['', 0],
  ['abc', 3],
  ['ü', 1],
  ['e\u0301', 1],
  ['東京', 4],
  ['ｆｕｌｌ', 8],
  ['한글', 4],
  ['😀', 2],
  ['👨‍👩‍👧', 2],
  ['❤️', 2],
  ['🇩🇪', 2],
  ['→', 1],
  ['\u200b', 0],
])('%j takes %i cells', (text, width) => {
  expect(textWidth(text)).toBe(width);
});

test.each([
  ['abcdef', 6, 'abcdef'],
  ['abcdef', 5, 'abcd…'],
  ['東京都', 6, '東京都'],
  ['東京都', 5, '東京…'],
  ['東京都', 4, '東…'],
  ['👨‍👩‍👧👨‍👩‍👧', 3, '👨‍👩‍👧…'],
])('%s cut to %i cells is %s', (text, width, expected) => {
  expect(truncateText(text, width)).toBe(expected);
});
