import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import Papa from 'papaparse';
import { describe, expect, test } from 'vitest';
import type { RecordDialect } from '../../../src/formats/csv/records.ts';
import { csvSplit } from '../../../src/formats/csv/split.ts';
import type { ByteRange } from '../../../src/storage/store.ts';
import { cutFile } from '../split-file.ts';

const comma: RecordDialect = { delimiter: ',', quote: '"', escape: '"' };

const cut = (bytes: Buffer, offsets: readonly number[], width: number, dialect = comma, pieceBytes = 7) =>
  cutFile(
    bytes,
    offsets,
    (part, exactStart) => csvSplit({ part, sizeBytes: bytes.length, exactStart, width }, dialect),
    pieceBytes,
  );

/** Papaparse's records; a slice is read by the whole file's newline. */
function papaRecords(bytes: Buffer, dialect: RecordDialect, newline: '\n' | '\r\n' | '\r'): string[][] {
  return Papa.parse<string[]>(bytes.toString('latin1'), {
    delimiter: dialect.delimiter,
    quoteChar: dialect.quote,
    escapeChar: dialect.escape,
    newline,
    skipEmptyLines: true,
  }).data;
}

function newlineOf(bytes: Buffer): '\n' | '\r\n' | '\r' {
  const unquoted = bytes.toString('latin1').replace(/"(""|[^"])*"/g, '');
  return unquoted.includes('\r\n') ? '\r\n' : unquoted.includes('\r') ? '\r' : '\n';
}

const folder = join(import.meta.dirname, '../../../fixtures/csv');
const fixtures = readdirSync(folder)
  // Not the one where newlines are mixed on purpose, nor what is no text or has nothing to cut.
  .filter((name) => name.endsWith('.csv') && !/mixed|utf16|zero/.test(name))
  .map((name): [string, Buffer] => [name, readFileSync(join(folder, name))]);
const written: [string, Buffer][] = [
  ['quotes everywhere', Buffer.from('"a","b"\n"1","say ""hi"""\n"2",""\n"""","a,b"\n')],
  ['quoted newlines', Buffer.from('id,text\n1,"one\ntwo\n3,4\n"\n2,"x\r\ny"\n3,"""\n"""\n4,z')],
  ['CRLF, quoted newlines of both kinds', Buffer.from('id,text\r\n1,"one\ntwo"\r\n2,"x\r\ny"\r\n\r\n3,""\r\n')],
  ['CR', Buffer.from('id,text\r1,"a\nb"\r2,c\r')],
  ['a mark and unicode', Buffer.from('\ufeffid,naïve\n1,"🐟\n鯨"\n2,é🐳\n')],
  ['a quoted first field behind a mark', Buffer.from('\ufeff"i\nd",text\n1,a\n')],
  ['blank lines', Buffer.from('\n\nid,text\n\n1,a\n\n\n2,"b\n\n"\n\n')],
  ['quotes within text', Buffer.from('id,text\n1,5" pipe\n2,a"b\n3,"c\nd"\n')],
  ['one column', Buffer.from('text\n"a\nb"\nc\n\n"d"\n')],
  [
    'giant rows',
    Buffer.from(`id,text\n1,"${'line, of text\n'.repeat(30)}"\n2,${'x'.repeat(300)}\n3,"${'""'.repeat(200)}"\n4,y\n`),
  ],
];

describe.each([...fixtures, ...written])('%s', (_, bytes) => {
  const newline = newlineOf(bytes);
  const whole = papaRecords(bytes, comma, newline);
  const width = whole[0]?.length ?? 1;

  test('cut at every byte', async () => {
    for (let offset = 1; offset < bytes.length; offset++) {
      const { slices } = await cut(bytes, [offset], width);
      expect(Buffer.concat(slices).equals(bytes), `cut at ${offset}: no byte lost or doubled`).toBe(true);
      const records = slices.flatMap((slice) => papaRecords(slice, comma, newline));
      expect(records, `cut at ${offset}`).toEqual(whole);
    }
  });

  test('cut into parts of one, two, three … bytes', async () => {
    for (const size of [1, 2, 3, 5, 8, 13, 50, 200]) {
      const offsets = Array.from({ length: Math.max(0, Math.ceil(bytes.length / size) - 1) }, (_, i) => (i + 1) * size);
      const { slices, cuts } = await cut(bytes, offsets, width);
      expect(
        slices.flatMap((slice) => papaRecords(slice, comma, newline)),
        `parts of ${size}`,
      ).toEqual(whole);
      const told = new Set(cuts.map((each) => each.newline));
      expect([...told].filter((each) => each !== '' && each !== newline)).toEqual([]);
    }
  });
});

test('any file, cut anywhere, read in any pieces', async () => {
  const field = fc.oneof(
    fc.constantFrom('', 'x', 'a,b', 'q"q', '"', 'two\nlines', 'two\r\nlines', '\n', 'é🐟'),
    fc.string({ unit: 'grapheme', maxLength: 5 }),
  );
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(field, { minLength: 3, maxLength: 3 }), { minLength: 1, maxLength: 8 }),
      fc.constantFrom('\n' as const, '\r\n' as const),
      fc.boolean(),
      fc.boolean(),
      fc.array(fc.nat({ max: 400 }), { maxLength: 12 }),
      fc.integer({ min: 1, max: 40 }),
      async (rows, newline, quotes, final, places, pieceBytes) => {
        // A lone "\r" ends a record for the engine, and never does for papaparse: it stays within quotes.
        const text = Papa.unparse(rows, {
          newline,
          quotes: quotes || rows.flat().some((value) => value.includes('\r')),
        });
        const bytes = Buffer.from(final ? text + newline : text);
        const offsets = [...new Set(places)].filter((at) => at > 0 && at < bytes.length).sort((a, b) => a - b);
        const { slices } = await cut(bytes, offsets, 3, comma, pieceBytes);
        expect(slices.flatMap((slice) => papaRecords(slice, comma, newline))).toEqual(
          papaRecords(bytes, comma, newline),
        );
      },
    ),
    { numRuns: 500, verbose: true },
  );
});

test.each([
  ['semicolons, single quotes', { delimiter: ';', quote: "'", escape: "'" }, "a;b\n1;'x\n;''y'\n2;z\n"],
  ['backslash escapes', { delimiter: ',', quote: '"', escape: '\\' }, 'a,b\n1,"x\\"\n,\\\\"\n2,"\\n\n"\n'],
  ['a delimiter of several bytes', { delimiter: '§', quote: '"', escape: '"' }, 'a§b\n1§"x\n§y"\n"2"§z§"\n'],
  ['no quotes', { delimiter: ',', quote: '', escape: '' }, 'a,b\n1,"x\n2,y"\n'],
  ['blanks before a quote', comma, 'a,b\n1,  "x\n,y"\n2, z "\n3," "\n'],
])('%s: cut at every byte as the whole is cut', async (_, dialect, text) => {
  const bytes = Buffer.from(text);
  const offsets = Array.from({ length: bytes.length - 1 }, (_, index) => index + 1);
  const byByte = await cut(bytes, offsets, 2, dialect);
  const starts = byByte.cuts.flatMap(({ firstRecordByte }) => firstRecordByte ?? []);
  for (const offset of offsets) {
    const { slices, cuts } = await cut(bytes, [offset], 2, dialect);
    expect(Buffer.concat(slices).equals(bytes)).toBe(true);
    expect(cuts[1]?.firstRecordByte ?? null).toBe(starts.find((start) => start >= offset) ?? null);
  }
  expect(starts.length).toBe({ '§': 3, ';': 3 }[dialect.delimiter] ?? (text.includes('  ') ? 4 : 3));
});

test('what a part holds tells how it begins, and little more than the part is read', async () => {
  const row = (index: number) => `${index},"line one of ${index}\nline two, with a comma",${index % 7}.5\n`;
  const bytes = Buffer.from(`id,text,value\n${Array.from({ length: 20_000 }, (_, index) => row(index)).join('')}`);
  const offsets = [1, 2, 3, 4, 5, 6, 7].map((part) => Math.floor((bytes.length * part) / 8) + part);
  const { slices, reruns, bytesRead } = await cut(bytes, offsets, 3, comma, 4 << 20);
  expect(reruns).toBe(0);
  expect(Buffer.concat(slices).equals(bytes)).toBe(true);
  // One byte before each of seven parts, and the first step behind each.
  expect(bytesRead).toBe(bytes.length + 7 * (1 + (64 << 10)));
});

test('a wrong guess does not read to the end of the file, and is not taken for right', async () => {
  // Read as if it began within quotes, the part's quotes open behind its last newline, and nothing closes them.
  const head = 'a,b\n';
  const bytes = Buffer.from(`${head}1,"a\n"\n${'1,2\n'.repeat(5_000_000)}`);
  const wrong = (part: ByteRange, exactStart: number | null) => ({
    ...csvSplit({ part, sizeBytes: bytes.length, exactStart, width: 2 }, comma),
    guessInQuotes: () => true,
  });
  const { cuts, reruns, bytesRead, slices } = await cutFile(bytes, [head.length + 1, head.length + 8], wrong, 1 << 20);
  expect(reruns).toBe(2);
  expect(Buffer.concat(slices).equals(bytes)).toBe(true);
  expect(cuts.map(({ firstRecordByte, endByte }) => [firstRecordByte, endByte])).toEqual([
    [0, 11],
    [11, 15],
    [15, bytes.length],
  ]);
  expect(bytesRead).toBeLessThan(1.5 * bytes.length);
});
