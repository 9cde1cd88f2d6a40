import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { alignedRecords } from '../../../src/formats/csv/aligned-records.ts';
import { inferCsv } from '../../../src/formats/csv/infer.ts';
import type { FileSamples } from '../../../src/formats/samples.ts';
import type { CsvDialect } from '../../../src/plan/source.ts';
import { formatType, parseType } from '../../../src/plan/type-name.ts';

const latin1 = (text: string) => Buffer.from(text).toString('latin1');
const file = (text: string, uri = 'file:///a.csv', others: readonly string[] = []): FileSamples => ({
  uri,
  head: { startByte: 0, text: latin1(text), atEnd: others.length === 0 },
  others: others.map((other, index) => ({
    startByte: 1000 * (index + 1),
    text: latin1(other),
    atEnd: index === others.length - 1,
  })),
});
const fixture = (name: string) => {
  const uri = `file:///${name}`;
  return file(
    readFileSync(join(import.meta.dirname, '../../../fixtures/csv', name), 'utf8').replace(/^\ufeff/, ''),
    uri,
  );
};
const infer = (
  files: FileSamples | readonly FileSamples[],
  dialect: CsvDialect = {},
  schema: Record<string, string> = {},
) => {
  const types = Object.fromEntries(Object.entries(schema).map(([name, type]) => [name, parseType(type)]));
  const found = inferCsv(Array.isArray(files) ? files : [files as FileSamples], { dialect, schema: types });
  const columns = found.columns.map((field) => `${field.name}: ${formatType(field.type)}`).join(', ');
  const { delimiter, quote, escape: escapeBy, header } = found.dialect;
  return {
    columns,
    dialect: `${delimiter} ${quote} ${escapeBy} ${header}`,
    names: new Map([...found.heads].map(([uri, { names }]) => [uri, names])),
  };
};

test.each([
  ['plain.csv', ', " " true', 'id: int64, name: string, amount: float64, day: date'],
  ['bom.csv', ', " " true', 'id: int64, name: string'],
  ['crlf.csv', ', " " true', 'id: int64, name: string'],
  ['no-final-newline.csv', ', " " true', 'id: int64, name: string'],
  ['quoted-newlines.csv', ', " " true', 'id: int64, text: string'],
  ['odd-names.csv', ', " " true', `say "hi": int64, it's: int64, a b: int64, 🐟: int64, naïve: int64, --x: int64`],
  ['case-columns.csv', ', " " true', 'id: int64, ID: int64'],
  ['big-integers.csv', ', " " true', 'safe: int64, unsafe: int64, int64: int64, int128: int128, too-big: string'],
  ['decimal-comma.csv', '; " " false', 'column0: string, column1: string'],
  ['ambiguous-dates.csv', ', " " true', 'us: string, iso: date, eu: string'],
  ['zip-codes.csv', ', " " true', 'zip: string, city: string'],
  ['single-quotes.csv', `, ' ' true`, 'id: int64, name: string'],
  ['header-only.csv', ', " " true', 'id: string, name: string'],
  ['too-many-fields.csv', ', " " true', 'id: int64, name: string'],
  ['too-few-fields.csv', ', " " true', 'id: int64, name: string, amount: float64'],
])('%s', (name, dialect, columns) => {
  expect(infer(fixture(name))).toMatchObject({ dialect, columns });
});

test.each([
  ['a\tb\n1\t2\n', '\t " " true'],
  ['a|b,c\n1|2,3\n', '| " " true'],
  ['a;b\n1,5;2,5\n', '; " " true'],
  ['id;text\n1;one, two, three\n2;none\n', '; " " true'],
  ['id,tags\n1,a;b;c\n2,d;e;f\n', ', " " true'],
  // No quote in the samples: still the usual one, it may come later.
  ['a,b\n1,2\n', ', " " true'],
  // One column of prose is one column.
  ['text\nhello, you\nhello\nbye, you, and you\nso\n', ', " " true'],
  [`t\n'tis\n'twas\n`, ', " " true'],
  ['a,b\n"x \\" y",1\n"z",2\n', ', " \\ true'],
  // A delimiter within quotes is none, however often it comes.
  ['a,b\n"x;y;z",1\n"u;v;w",2\n', ', " " true'],
])('the dialect of %j is %j', (text, dialect) => {
  expect(infer(file(text)).dialect).toBe(dialect);
});

test('what the user says of the dialect is kept', () => {
  expect(infer(file('a;b,c\n1;2,3\n'), { delimiter: ';' })).toMatchObject({
    dialect: '; " " true',
    columns: 'a: int64, b,c: string',
  });
  expect(infer(file('"a",b\n1,2\n'), { quote: '' })).toMatchObject({ columns: '"a": int64, b: int64' });
  expect(infer(file('a,b\nx,y\n'), { header: false })).toMatchObject({ columns: 'column0: string, column1: string' });
  expect(infer(file('1,2\n3,4\n'), { header: true })).toMatchObject({ columns: '1: int64, 2: int64' });
  expect(infer(file('v\n1\nNA\n"NA"\n'), { nullValues: ['NA'] })).toMatchObject({ columns: 'v: string' });
  expect(infer(file('v\n1\nNA\n'), { nullValues: ['NA'] })).toMatchObject({ columns: 'v: int64' });
  expect(infer(fixture('ambiguous-dates.csv'), { dateFormat: '%d/%m/%Y' })).toMatchObject({
    columns: 'us: date, iso: date, eu: string',
  });
  expect(infer(file('v,w\n1,2\n'), {}, { w: 'string' })).toMatchObject({ columns: 'v: int64, w: string' });
});

test.each([
  ['1,2\n3,4\n', false],
  ['a,2\nb,3\n', false],
  ['2020,x\ntotal,y\n', false],
  ['year,1990\nx,5\n', false],
  ['id,1990\n1,5\n', true],
  ['a,b\nc,d\n', true],
  [',name\n0,Ada\n', true],
  ['01/02/2020\n03/04/2020\n', false],
  ['00501\n10001\n', false],
  ['true\nfalse\n', false],
])('the first record of %j is a header: %s', (text, header) => {
  expect(infer(file(text)).dialect).toBe(`, " " ${header}`);
});

test('empty fields have no say, a quoted empty field is a text', () => {
  expect(infer(file('a,b,c\n1,,x\n,,\n2,,y\n')).columns).toBe('a: int64, b: string, c: string');
  expect(infer(file('a\n1\n""\n')).columns).toBe('a: string');
});

test('empty names get their number', () => {
  expect(infer(file(',name,\n1,Ada,2\n')).columns).toBe('column0: int64, name: string, column2: int64');
});

test('types come from the middle and the end as well', () => {
  const head = 'id,v\n1,1\n2,2\n3,3';
  expect(infer(file(head, 'file:///a.csv', ['4\n5,5\n6,6.5\n7,', '\n8,8\n9,N/A\n'])).columns).toBe(
    'id: int64, v: string',
  );
  expect(infer(file(head, 'file:///a.csv', ['4\n5,5\n6,6.5\n7,', '\n8,8\n9,9'])).columns).toBe('id: int64, v: float64');
});

test('a sample that begins within quotes is read right, one that fits neither way is left out', () => {
  const dialect = { delimiter: ',', quote: '"', escape: '"' };
  const records = (text: string) =>
    alignedRecords({ startByte: 9, text, atEnd: false }, dialect, 2).map((record) =>
      record.fields.map((field) => field.text),
    );
  expect(records('tail\n1,a\n2,b\n3,')).toEqual([
    ['1', 'a'],
    ['2', 'b'],
  ]);
  expect(records('fish, and\n9,chips",x\n1,"a\nb"\n2,b\n')).toEqual([
    ['1', 'a\nb'],
    ['2', 'b'],
  ]);
  expect(records('1,2,3\n1,2,3\n1,2,3\n')).toEqual([]);
});

test('types and names over several files', () => {
  const found = infer([file('id,v\n1,1\n', 'file:///a'), file('v,id\n2.5,2\n', 'file:///b'), file('', 'file:///c')]);
  expect(found.columns).toBe('id: int64, v: float64');
  expect([...found.names]).toEqual([
    ['file:///a', ['id', 'v']],
    ['file:///b', ['v', 'id']],
    ['file:///c', []],
  ]);
});

test('errors say what stands where, and what to do', () => {
  expect(() => infer(fixture('duplicate-columns.csv'))).toThrow(
    expect.objectContaining({
      name: 'SourceError',
      code: 'DUPLICATE_COLUMN',
      message:
        'Column "id" stands twice in the header of file:///duplicate-columns.csv: as column 1 and as column 3. Rename one in the file; or read it with { header: false }, as column0, column1, …, where the header is the first row.',
    }),
  );
  expect(() => infer(fixture('zero-byte.csv'))).toThrow(
    expect.objectContaining({
      code: 'BAD_FORMAT',
      message:
        'file:///zero-byte.csv is empty (0 bytes): there is no header to take columns from. If that is as it should be, name them: { schema: { … } }.',
    }),
  );
  expect(() => infer([file('\n\n'), file('')])).toThrow(
    'file:///a.csv holds no record, as does the other file: there is no header to take columns from.',
  );
  expect(infer(fixture('zero-byte.csv'), {}, { id: 'int64' }).columns).toBe('id: int64');
  expect(() => infer(fixture('plain.csv'), {}, { amout: 'string' })).toThrow(
    expect.objectContaining({
      name: 'UnknownColumnError',
      message:
        'Unknown column "amout" in the schema given for file:///plain.csv. Did you mean "amount"? Available: id, name, amount, day',
    }),
  );
  const badHeader: FileSamples = {
    uri: 'file:///l1',
    head: { startByte: 0, text: 'a,na\xefve\n1,2\n', atEnd: true },
    others: [],
  };
  expect(() => infer(badHeader)).toThrow(
    expect.objectContaining({
      code: 'BAD_RECORD',
      message:
        'The header of file:///l1 (row 1, byte 0) is not UTF-8. Convert the file to UTF-8, for instance from Latin-1: iconv -f LATIN1 -t UTF-8.',
    }),
  );
});
