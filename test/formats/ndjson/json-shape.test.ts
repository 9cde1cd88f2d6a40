import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fieldTexts, type JsonShape, joinShapes, readJson } from '../../../src/formats/ndjson/json-shape.ts';
import { misfitPath, typeOfShape } from '../../../src/formats/ndjson/json-type.ts';
import { formatType, parseType } from '../../../src/plan/type-name.ts';

const shape = (text: string): JsonShape => {
  const reading = readJson(Buffer.from(text).toString('latin1'));
  if (reading.kind === 'problem') throw new Error(`${reading.expected} at ${reading.offset}`);
  return reading.shape;
};
const typeOf = (...texts: string[]) => formatType(typeOfShape(texts.map(shape).reduce(joinShapes)));

test.each([
  [['1', '-0', '9007199254740993', '-9223372036854775808'], 'int64'],
  [['1', '9223372036854775808'], 'int128'],
  [['170141183460469231731687303715884105728'], 'string'],
  [['1', '1.0'], 'float64'],
  [['1e3'], 'float64'],
  [['true', 'null', 'false'], 'boolean'],
  [['null'], 'string'],
  [['"2024-01-01"'], 'string'],
  [['1', '"two"'], 'string'],
  [['[]', '[1]', '[2.5, null]'], 'list<float64>'],
  [['[]'], 'list<string>'],
  [['[1, "x"]'], 'list<string>'],
  [['{"a": 1}', '{"b": [true]}', '{"a": null}'], 'struct<a: int64, b: list<boolean>>'],
  [['{"a": 1}', '[1]'], 'string'],
  [['{}'], 'string'],
  [['{"a": 1, "A": 2}'], 'string'],
  [['{"é🐟": {"x y": 1}}'], 'struct<"é🐟": struct<"x y": int64>>'],
  [['{"a\\u0062": 1}'], 'struct<ab: int64>'],
])('%j is %s', (texts, type) => {
  expect(typeOf(...texts)).toBe(type);
});

test.each([
  ['{"a":1', 6, '"}"'],
  ['{"a" 1}', 5, '":"'],
  ['{a:1}', 1, 'a name in quotes'],
  ['{"a":}', 5, 'a JSON value'],
  ['"open', 5, "the string's closing quote"],
  ['"bad \\x"', 6, 'no such character in a string'],
  ['"line\nbreak"', 5, 'no such character in a string'],
  ['{"a":1,"a":2}', 7, 'a name other than "a", which came before'],
  ['[1,]', 3, 'a JSON value'],
  ['nul', 0, 'a JSON value'],
  ['['.repeat(600), 500, 'at most 500 levels of nesting'],
])('%j is no JSON', (text, offset, expected) => {
  expect(readJson(text)).toEqual({ kind: 'problem', offset, expected });
});

test('a value ends where JSON.stringify ended it, and a string of 5 MB is no trouble', () => {
  fc.assert(
    fc.property(fc.json(), (text) => {
      const latin1 = Buffer.from(text).toString('latin1');
      expect(readJson(`${latin1} ,`)).toMatchObject({ kind: 'value', end: latin1.length });
    }),
    { verbose: true },
  );
  expect(shape(JSON.stringify('x"\\'.repeat(1_700_000)))).toEqual({ kind: 'string' });
});

test('the texts of fields are as they stand', () => {
  expect([...fieldTexts('{"id": 12345678901234567890, "v": {"x": [1, 2]} }')]).toEqual([
    ['id', '12345678901234567890'],
    ['v', '{"x": [1, 2]}'],
  ]);
});

test.each([
  ['1.5', 'int64', ''],
  ['true', 'int64', ''],
  ['"12"', 'int64', ''],
  ['9223372036854775808', 'int64', ''],
  ['9223372036854775808', 'int128', null],
  ['1', 'float64', null],
  ['1', 'boolean', ''],
  ['null', 'int64', null],
  ['{"x":1}', 'string', null],
  ['"2024-01-01"', 'date', null],
  ['20240101', 'date', ''],
  ['[1, 2]', 'list<int64>', null],
  ['[1, 2.5]', 'list<int64>', '[]'],
  ['{"a": {"b": "x"}}', 'struct<a: struct<b: int64>>', '.a.b'],
  ['{"b": 1}', 'struct<a: int64>', null],
  ['{"k": 1, "l": "x"}', 'map<string, int64>', '.l'],
  ['1', 'struct<a: int64>', ''],
])('%s in a column of %s: %j', (text, type, path) => {
  expect(misfitPath(shape(text), parseType(type))).toBe(path);
});
