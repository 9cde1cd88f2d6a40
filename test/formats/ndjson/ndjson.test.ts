import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import {
  badJsonRecords,
  explainNdjsonFailure,
  type NdjsonFormat,
  rejectedLine,
} from '../../../src/formats/ndjson/bad-record.ts';
import { inferNdjson } from '../../../src/formats/ndjson/infer.ts';
import { readRecords } from '../../../src/formats/ndjson/json-records.ts';
import type { FileSamples } from '../../../src/formats/samples.ts';
import { formatType, parseType } from '../../../src/plan/type-name.ts';
import { createFileStore } from '../../../src/storage/file-store.ts';
import { formatUri } from '../../../src/storage/uri.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures/ndjson');
const store = createFileStore();
const samples = (text: string, uri = 'file:///a.ndjson'): FileSamples => ({
  uri,
  head: { startByte: 0, text, atEnd: true },
  others: [],
});
const fixture = (name: string) => samples(readFileSync(join(fixtures, name), 'latin1'), `file:///${name}`);
const infer = (files: FileSamples[], schema: Record<string, string> = {}) => {
  const found = inferNdjson(
    files,
    Object.fromEntries(Object.entries(schema).map(([name, type]) => [name, parseType(type)])),
  );
  return {
    columns: found.columns.map((field) => `${field.name}: ${formatType(field.type)}`).join(', '),
    array: found.array,
  };
};

test.each([
  [
    'plain.ndjson',
    'id: int64, name: string, tags: list<string>, at: struct<lat: float64, lon: int64>, ok: boolean',
    false,
  ],
  ['big-integers.ndjson', 'id: int64, huge: int128, beyond: float64', false],
  ['mixed.ndjson', 'v: string, w: float64', false],
  ['crlf.ndjson', 'id: int64', false],
  ['no-final-newline.ndjson', 'id: int64', false],
  ['array.json', 'id: int64, name: string', true],
])('%s', (name, columns, array) => {
  expect(infer([fixture(name)])).toEqual({ columns, array });
});

test('a type of the user wins, also for a column that no sample has', () => {
  expect(infer([samples('{"id":1,"t":"2024-01-01"}\n')], { t: 'date', later: 'int64' }).columns).toBe(
    'id: int64, t: date, later: int64',
  );
});

test('samples from within a file begin at the next line and end at the last whole one', () => {
  const records = (text: string, atEnd: boolean) =>
    [...readRecords({ startByte: 5, text, atEnd }, false)].map(({ start, end }) => text.slice(start, end));
  expect(records('"x"}\n{"a":1}\n{"a":2}\n{"a":', false)).toEqual(['{"a":1}', '{"a":2}']);
  expect(records('"x"}\n{"a":1}\n{"a":2}', true)).toEqual(['{"a":1}', '{"a":2}']);
  expect(records('no newline', true)).toEqual([]);
});

test('what holds no object is an error that says what was expected', () => {
  const expected =
    'there is nothing to take columns from. Expected one object a line, as in {"id": 1}, or one array of objects. If that is as it should be, name the columns: { schema: { … } }.';
  expect(() => infer([fixture('zero-byte.ndjson')])).toThrow(
    expect.objectContaining({
      name: 'SourceError',
      code: 'BAD_FORMAT',
      message: `file:///zero-byte.ndjson is empty (0 bytes): ${expected}`,
    }),
  );
  expect(() => infer([samples('1\n2\n'), samples('x')])).toThrow(
    `file:///a.ndjson holds no JSON object, nor does the other file: ${expected}`,
  );
  expect(infer([fixture('zero-byte.ndjson')], { id: 'int64' }).columns).toBe('id: int64');
});

const explain = async (path: string, columns: Record<string, string>) => {
  const file = { ...(await store.head(formatUri({ scheme: 'file', path }))), partition: {} };
  return {
    file,
    format: formatOf(columns),
    error: await explainNdjsonFailure(file, formatOf(columns), store, new Error('the engine failed')),
  };
};
const formatOf = (columns: Record<string, string>): NdjsonFormat => ({
  kind: 'ndjson',
  onBadRow: 'error',
  columns: Object.entries(columns).map(([name, type]) => ({ name, type: parseType(type) })),
});
const leaveOut = "leave such lines out with { onBadRow: 'skip' } or { onBadRow: 'collect' }.";

test.each([
  ['broken.ndjson', { id: 'int64' }, 2, 9, `is no JSON: expected "}" at its byte 7. Mend the file, or ${leaveOut}`],
  ['not-an-object.ndjson', { id: 'int64' }, 2, 9, `is no JSON object but an array. Mend the file, or ${leaveOut}`],
  [
    'duplicate-keys.ndjson',
    { id: 'int64' },
    2,
    9,
    `is no JSON: expected a name other than "id", which came before at its byte 8. Mend the file, or ${leaveOut}`,
  ],
  [
    'invalid-utf8.ndjson',
    { name: 'string' },
    2,
    15,
    `is not UTF-8: its byte 12 is invalid. Convert the file to UTF-8, or ${leaveOut}`,
  ],
  [
    'bom.ndjson',
    { id: 'int64' },
    1,
    0,
    'begins with a byte order mark, which is no part of JSON. Remove its three bytes.',
  ],
  [
    'mixed.ndjson',
    { v: 'int64' },
    2,
    14,
    `has in "v" what is no int64: "two". Read the column as text with { schema: { v: 'string' } }, or ${leaveOut}`,
  ],
  [
    'big-integers.ndjson',
    { huge: 'int64' },
    1,
    0,
    `has in "huge" what is no int64: 170141183460469231731687303715884105727. Read the column as text with { schema: { huge: 'string' } }, or ${leaveOut}`,
  ],
  [
    'array.json',
    { name: 'int64' },
    2,
    4,
    `has in "name" what is no int64: "Ada". Read the column as text with { schema: { name: 'string' } }, or ${leaveOut}`,
  ],
])('%s is explained', async (name, columns, row, byteOffset, message) => {
  const { file, error } = await explain(join(fixtures, name), columns as Record<string, string>);
  expect(error).toMatchObject({
    name: 'SourceError',
    code: 'BAD_RECORD',
    message: `Line ${row} of ${file.uri} (byte ${byteOffset}) ${message}`,
    details: { uri: file.uri, row, byteOffset },
    cause: { message: 'the engine failed' },
  });
});

test('the record is found in a file of many chunks, by its exact line and byte; fractions in integers are misfits', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'shoal-ndjson-')), 'long.ndjson');
  const line = `${JSON.stringify({ id: 1, text: 'é'.repeat(500) })}\n`;
  const good = line.repeat(9_000);
  writeFileSync(path, `${good}{"id":1.5}\n${line}`);
  const { error } = await explain(path, { id: 'int64', text: 'string' });
  expect(error?.details).toMatchObject({ row: 9_001, byteOffset: Buffer.byteLength(good), column: 'id' });
});

test('gzip files have lines, but no offsets', async () => {
  const path = join(mkdtempSync(join(tmpdir(), 'shoal-ndjson-')), 'a.ndjson.gz');
  writeFileSync(path, gzipSync('{"id":1}\n{"id":"x"}\n'));
  const { file, error } = await explain(path, { id: 'int64' });
  expect(error?.message).toBe(
    `Line 2 of ${file.uri} has in "id" what is no int64: "x". Read the column as text with { schema: { id: 'string' } }, or ${leaveOut}`,
  );
});

test('a file without fault explains nothing; one with several lists them all', async () => {
  expect((await explain(join(fixtures, 'plain.ndjson'), { id: 'int64' })).error).toBe(null);
  const { file, format } = await explain(join(fixtures, 'broken.ndjson'), { id: 'string' });
  const path = join(mkdtempSync(join(tmpdir(), 'shoal-ndjson-')), 'a.ndjson');
  writeFileSync(path, '{"id":1}\n{"id":\n\n3\n');
  const several = { ...file, ...(await store.head(formatUri({ scheme: 'file', path }))) };
  const found = [];
  for await (const { record } of badJsonRecords(several, format, store) ?? []) found.push(record);
  expect(found).toEqual([
    {
      uri: several.uri,
      byteOffset: 9,
      row: 2,
      column: null,
      message: 'This line is no JSON: expected a JSON value at its byte 6.',
      text: '{"id":',
    },
    {
      uri: several.uri,
      byteOffset: 17,
      row: 4,
      column: null,
      message: 'This line is no JSON object but a number.',
      text: '3',
    },
  ]);
});

test('a line that a scan left out is told with its reason', () => {
  const file = { uri: 'file:///a.ndjson', sizeBytes: 9, version: '1', partition: {} };
  expect(rejectedLine(file, formatOf({ id: 'int64' }), 7, '{"id":"é"}')).toEqual({
    uri: 'file:///a.ndjson',
    byteOffset: null,
    row: 7,
    column: 'id',
    message: 'This line has in "id" what is no int64: "é".',
    text: '{"id":"é"}',
  });
  expect(rejectedLine(file, formatOf({ t: 'date' }), 1, '{"t":"soon"}')).toMatchObject({
    column: null,
    message: 'This line has a value that does not convert to its column.',
  });
});
