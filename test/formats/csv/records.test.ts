import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import Papa from 'papaparse';
import { expect, test } from 'vitest';
import { type CsvRecord, parseRecords } from '../../../src/formats/csv/records.ts';
import { walkRecords } from '../../../src/formats/csv/walk-records.ts';

const comma = { delimiter: ',', quote: '"', escape: '"' };
const parse = (text: string, options = {}) => [...parseRecords(text, comma, { atEnd: true, ...options })];
const texts = (records: readonly CsvRecord[]) => records.map((record) => record.fields.map((field) => field.text));

test('fields, quotes, newlines of all kinds, offsets', () => {
  const records = parse('a,"b ""x"" c",\r\n"two\nlines",,""\rlast');
  expect(texts(records)).toEqual([['a', 'b "x" c', ''], ['two\nlines', '', ''], ['last']]);
  expect(records.map(({ start, end }) => [start, end])).toEqual([
    [0, 16],
    [16, 32],
    [32, 36],
  ]);
  expect(records[1]?.fields.map((field) => field.quoted)).toEqual([true, false, true]);
  expect(records.every((record) => record.complete && record.problem === null)).toBe(true);
});

test('a text that ends within a record says so', () => {
  expect(parse('a,b\nc', { atEnd: false }).map((record) => record.complete)).toEqual([true, false]);
  expect(parse('a,b\n"c\n', { atEnd: false }).map((record) => record.complete)).toEqual([true, false]);
  expect(parse('a\r', { atEnd: false }).map((record) => record.complete)).toEqual([false]);
});

test('bad quoting is told, and the record still ends somewhere', () => {
  expect(parse('"a"x,b\nc,d').map(({ problem }) => problem)).toEqual(['text after a closing quote', null]);
  expect(parse('a,"b\nc,d').map(({ problem }) => problem)).toEqual(['unterminated quote']);
  expect(texts(parse('say "hi",5" pipe\n'))).toEqual([['say "hi"', '5" pipe']]);
});

test('other dialects: backslash escapes, no quotes, long delimiters, a start within quotes', () => {
  expect(texts([...parseRecords('"a\\"b",c', { ...comma, escape: '\\' }, { atEnd: true })])).toEqual([['a"b', 'c']]);
  expect(texts([...parseRecords('"a,b"', { delimiter: ',', quote: '', escape: '' }, { atEnd: true })])).toEqual([
    ['"a', 'b"'],
  ]);
  expect(texts([...parseRecords('a||b|c', { ...comma, delimiter: '||' }, { atEnd: true })])).toEqual([['a', 'b|c']]);
  expect(texts(parse('rest of it",b\nc,d', { inQuotes: true }))).toEqual([
    ['rest of it', 'b'],
    ['c', 'd'],
  ]);
});

test('papaparse reads the same fields from the fixtures', () => {
  const folder = join(import.meta.dirname, '../../../fixtures/csv');
  // Two read otherwise on purpose: newlines that are mixed, text that is no UTF-8.
  const files = readdirSync(folder).filter((name) => name.endsWith('.csv') && !/mixed|utf|single/.test(name));
  for (const name of files) {
    const text = readFileSync(join(folder, name), 'utf8').replace(/^\ufeff/, '');
    const expected = Papa.parse<string[]>(text, { delimiter: ',', skipEmptyLines: true }).data;
    expect(texts(parse(text)), name).toEqual(expected);
  }
  expect(files.length).toBeGreaterThan(15);
});

test('papaparse reads the same fields from any well-formed text', () => {
  const field = fc.oneof(fc.constantFrom('', 'x', 'a,b', 'q"q', 'two\nlines', 'é🐟'), fc.string({ unit: 'grapheme' }));
  fc.assert(
    fc.property(
      fc.array(fc.array(field, { minLength: 2, maxLength: 4 }), { minLength: 1 }),
      fc.constantFrom('\n', '\r\n'),
      (rows, newline) => {
        const text = Papa.unparse(rows, { newline });
        expect(texts(parse(text))).toEqual(Papa.parse<string[]>(text, { delimiter: ',', newline }).data);
      },
    ),
    { verbose: true },
  );
});

test('however a file is cut into chunks, its records and offsets are the same', async () => {
  const bytes = Buffer.from('\ufeffid,text\r\n1,"two\r\nlines é"\r\n\r\n2,"a ""b"""\r\n3,last');
  const whole = await walk(bytes, bytes.length);
  expect(whole.map(({ row, byteOffset }) => [row, byteOffset])).toEqual([
    [1, 3],
    [2, 12],
    [3, 31],
    [4, 33],
    [5, 46],
  ]);
  for (let size = 1; size < bytes.length; size++) expect(await walk(bytes, size), `chunks of ${size}`).toEqual(whole);
});

async function walk(bytes: Buffer, chunkBytes: number) {
  async function* chunks() {
    for (let start = 0; start < bytes.length; start += chunkBytes) yield bytes.subarray(start, start + chunkBytes);
  }
  const found = [];
  for await (const { record, text, row, byteOffset } of walkRecords(chunks(), comma)) {
    found.push({ row, byteOffset, text, fields: record.fields.map((field) => field.text) });
  }
  return found;
}
