import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { CsvFormat } from '../../../src/formats/csv/bad-record.ts';
import { explainCsvFailure, readRejects, type ScannedCsv } from '../../../src/formats/csv/reject.ts';
import { parseType } from '../../../src/plan/type-name.ts';
import { createFileStore } from '../../../src/storage/file-store.ts';
import { formatUri } from '../../../src/storage/uri.ts';

const fixtures = join(import.meta.dirname, '../../../fixtures/csv');
const store = createFileStore();
let instance: DuckDBInstance;
let connection: DuckDBConnection;

beforeAll(async () => {
  instance = await DuckDBInstance.create(':memory:');
});
beforeEach(async () => {
  connection?.closeSync();
  connection = await instance.connect();
});
afterAll(() => {
  connection.closeSync();
  instance.closeSync();
});

const sqlTypes: Readonly<Record<string, string>> = {
  int64: 'BIGINT',
  float64: 'DOUBLE',
  string: 'VARCHAR',
  date: 'DATE',
  timestamp: 'TIMESTAMP',
};

async function scanned(path: string, columns: Record<string, string>): Promise<{ scan: ScannedCsv; sql: string }> {
  const file = { ...(await store.head(formatUri({ scheme: 'file', path }))), partition: {} };
  const dialect = {
    delimiter: ',',
    quote: '"',
    escape: '"',
    header: true,
    nullValues: [],
    dateFormat: null,
    timestampFormat: null,
  };
  const fields = Object.entries(columns).map(([name, type]) => ({ name, type: parseType(type) }));
  const format: CsvFormat = { kind: 'csv', dialect, columns: fields, onBadRow: 'error' };
  const types = Object.entries(columns).map(([name, type]) => `"${name}": '${sqlTypes[type]}'`);
  const sql =
    `SELECT count(COLUMNS(*)) FROM read_csv('${path}', auto_detect = FALSE, header = TRUE, delim = ',', quote = '"', escape = '"', ` +
    `allow_quoted_nulls = FALSE, max_line_size = 100000, store_rejects = TRUE, rejects_limit = 0, columns = {${types.join(', ')}})`;
  return { scan: { file, path, format }, sql };
}

const explain = async (path: string, columns: Record<string, string>) => {
  const { scan, sql } = await scanned(path, columns);
  return {
    uri: scan.file.uri,
    error: await explainCsvFailure(connection, scan, sql, store, new Error('the engine failed')),
  };
};
const temporary = (content: string | Buffer, name = 'a.csv') => {
  const path = join(mkdtempSync(join(tmpdir(), 'shoal-csv-')), name);
  writeFileSync(path, content);
  return path;
};
const leaveOut = "leave such rows out with { onBadRow: 'skip' } or { onBadRow: 'collect' }.";
const asText = (name: string) => `Read the column as text with { schema: { ${name}: 'string' } }, or ${leaveOut}`;

test.each([
  [
    'too-many-fields.csv',
    { id: 'int64', name: 'string' },
    3,
    14,
    `has 3 fields, expected 2 (id, name). If the delimiter is another one, give it: { delimiter: ';' }; otherwise mend the file, or ${leaveOut}`,
  ],
  [
    'too-few-fields.csv',
    { id: 'int64', name: 'string', amount: 'float64' },
    3,
    25,
    `has 2 fields, expected 3 (id, name, amount). If the delimiter is another one, give it: { delimiter: ';' }; otherwise mend the file, or ${leaveOut}`,
  ],
  [
    'invalid-utf8.csv',
    { id: 'int64', name: 'string' },
    3,
    14,
    `is not UTF-8: the first invalid byte is at 19. Convert the file to UTF-8, for instance from Latin-1: iconv -f LATIN1 -t UTF-8; or ${leaveOut}`,
  ],
  [
    'crlf-bad-value.csv',
    { id: 'int64', name: 'string' },
    3,
    19,
    `has "x" in column "id", which is no int64. ${asText('id')}`,
  ],
  [
    'mixed-newlines.csv',
    { id: 'int64', name: 'string' },
    2,
    8,
    `ends in "\\r\\n", where the rows before it end in "\\n". Give all rows the same newline, for instance with dos2unix.`,
  ],
  [
    'plain.csv',
    { id: 'int64', name: 'int64', amount: 'float64', day: 'date' },
    2,
    19,
    `has "Ada" in column "name", which is no int64. ${asText('name')}`,
  ],
])('%s', async (name, columns, row, byteOffset, message) => {
  const { uri, error } = await explain(join(fixtures, name), columns as Record<string, string>);
  expect(error?.message).toBe(`Row ${row} of ${uri} (byte ${byteOffset}) ${message}`);
  expect(error).toMatchObject({
    name: 'SourceError',
    code: 'BAD_RECORD',
    retryable: false,
    details: { uri, row, byteOffset },
  });
  expect(error).toHaveProperty('cause.message', 'the engine failed');
});

test('after a byte order mark and blank lines, row and offset are those of the file', async () => {
  const text = '\ufeffid,v\n\n1,a\n\n\nx,b\n';
  const { uri, error } = await explain(temporary(text), { id: 'int64', v: 'string' });
  expect(error?.message).toBe(
    `Row 6 of ${uri} (byte ${Buffer.from(text).indexOf('x,b')}) has "x" in column "id", which is no int64. ${asText('id')}`,
  );
});

test('far behind the samples, with quoted newlines, and in a name that needs quotes', async () => {
  const rows = Array.from({ length: 200_000 }, (_, index) => `${index},"two\nlines"\n`).join('');
  const text = `my id,v\n${rows}N/A,"x\ny"\n1,z\n`;
  const { uri, error } = await explain(temporary(text), { 'my id': 'int64', v: 'string' });
  expect(error?.message).toBe(
    `Row 200002 of ${uri} (byte ${text.indexOf('N/A')}) has "N/A" in column "my id", which is no int64. ${asText('"my id"')}`,
  );
});

test('quotes that nothing closes, and text after one', async () => {
  const mend = `If the file quotes differently, say how: { quote: "'" } or { quote: '' }; otherwise mend the file, or ${leaveOut}`;
  const open = await explain(temporary('id,v\n1,"a\n2,b\n'), { id: 'int64', v: 'string' });
  expect(open.error?.message).toBe(`Row 2 of ${open.uri} (byte 5) opens a quote that nothing closes. ${mend}`);
  const after = await explain(temporary('id,v\n1,"a"b\n2,b\n'), { id: 'int64', v: 'string' });
  expect(after.error?.message).toBe(`Row 2 of ${after.uri} (byte 5) has text after a closing quote. ${mend}`);
});

test('a record that is too long', async () => {
  const { uri, error } = await explain(temporary(`id,v\n1,${'x'.repeat(200_000)}\n`), { id: 'int64', v: 'string' });
  expect(error?.message).toBe(
    `Row 2 of ${uri} (byte 5) cannot be read: Maximum line size of 100000 bytes exceeded. Actual Size:200002 bytes. Mend the file, or ${leaveOut}`,
  );
});

test.each([
  ['1.5', 'int64'],
  ['2024-01-01 10:00:00', 'date'],
  ['2024-01-01T10:00:00+02:00', 'timestamp'],
])('%s, which the engine would change to fit %s, is found all the same', async (value, type) => {
  const { uri, error } = await explain(temporary(`v,w\n,1\n${value},2\n`), { v: type, w: 'int64' });
  expect(error?.message).toBe(
    `Row 3 of ${uri} (byte 7) has "${value}" in column "v", which is no ${type}. ${asText('v')}`,
  );
});

test('a file without fault explains nothing', async () => {
  expect((await explain(join(fixtures, 'quoted-newlines.csv'), { id: 'int64', text: 'string' })).error).toBe(null);
});

test('records that scans left out: each once, in order, with their place and reason', async () => {
  const first = await scanned(temporary('id,v\r\nx,y\r\n1,2\r\n3\r\n4,5,6\r\n', 'first.csv'), {
    id: 'int64',
    v: 'int64',
  });
  const second = await scanned(join(fixtures, 'invalid-utf8.csv'), { id: 'int64', name: 'string' });
  expect(await readRejects(connection, [first.scan])).toEqual([]);
  await connection.run(first.sql);
  await connection.run(second.sql);
  await connection.run(first.sql);
  const uri = first.scan.file.uri;
  expect(await readRejects(connection, [first.scan, second.scan])).toEqual(
    expect.arrayContaining([
      {
        uri,
        byteOffset: 6,
        row: 2,
        column: 'id',
        message: 'This row has "x" in column "id", which is no int64.',
        text: 'x,y',
      },
      { uri, byteOffset: 16, row: 4, column: null, message: 'This row has 1 field, expected 2 (id, v).', text: '3' },
      {
        uri,
        byteOffset: 19,
        row: 5,
        column: null,
        message: 'This row has 3 fields, expected 2 (id, v).',
        text: '4,5,6',
      },
      {
        uri: second.scan.file.uri,
        byteOffset: 14,
        row: 3,
        column: null,
        message: 'This row is not UTF-8.',
        text: '2,Ren?',
      },
    ]),
  );
  expect((await readRejects(connection, [first.scan, second.scan])).length).toBe(4);
});
