import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { SourceError } from '../../src/errors.ts';
import { type PartSpan, verifySpans } from '../../src/plan/part-span.ts';
import type { FilePart, ResolvedFormat, ScanFile } from '../../src/plan/source.ts';
import type { Schema } from '../../src/plan/types.ts';
import { schema } from '../engine/sql/plan-builders.ts';
import { csvFormat, type Row, scanOf, useWorker } from './support.ts';

const worker = useWorker();
const { counting } = worker;
const fetching = { alwaysFetch: true };

async function newFile(name: string, content: string | Buffer): Promise<ScanFile> {
  const path = join(worker.folder, name);
  writeFileSync(path, content);
  return worker.file(path);
}

interface Task {
  readonly part: Extract<FilePart, { kind: 'bytes' }>;
  rows: readonly Row[];
  span: PartSpan;
}

/** What a task tells that failed and had guessed: only a right guess makes its error one of the file. */
function failedSpans(error: unknown): { readonly rows: readonly Row[]; readonly spans: readonly PartSpan[] } {
  if (error instanceof SourceError && Array.isArray(error.details.spans))
    return { rows: [['a failed task']], spans: error.details.spans as unknown as readonly PartSpan[] };
  throw error;
}

/** The file's rows by one task for each part; tasks that guessed wrong run again. */
async function inParts(
  format: ResolvedFormat,
  columns: Schema,
  file: ScanFile,
  offsets: readonly number[],
  changes = {},
) {
  const bounds = [0, ...offsets, file.sizeBytes];
  const run = async (part: Task['part']): Promise<Task> => {
    const { rows, spans } = await worker
      .rows(scanOf(format, [{ ...file, part }], columns), changes)
      .then(({ rows, result }) => ({ rows, spans: result.spans }), failedSpans);
    const [span] = spans;
    if (!span) throw new Error('A part has no span.');
    return { part, rows, span };
  };
  const tasks: Task[] = [];
  for (const [index, endByte] of bounds.slice(1).entries())
    tasks.push(await run({ kind: 'bytes', startByte: bounds[index] ?? 0, endByte }));
  for (let reruns = 0; ; reruns++) {
    const verdicts = verifySpans(tasks.map((task) => task.span));
    const wrong = verdicts.findIndex((verdict) => verdict.kind === 'rerun');
    const [verdict, task] = [verdicts[wrong], tasks[wrong]];
    if (verdict?.kind !== 'rerun' || !task) return { rows: tasks.flatMap((each) => each.rows), tasks, reruns };
    tasks[wrong] = await run({ ...task.part, exactStart: verdict.exactStart });
  }
}

const every = (file: ScanFile, size: number) =>
  Array.from({ length: Math.ceil(file.sizeBytes / size) - 1 }, (_, index) => (index + 1) * size);

const texts = schema({ id: 'string', text: 'string' });
const fixtures = join(import.meta.dirname, '../../fixtures');

test.each([
  ['quoted newlines', 'id,text\n1,"one\ntwo\n3,4\n"\n2,"x\r\ny"\n3,"""\n"""\n4,z'],
  ['CRLF, and quoted newlines of both kinds', 'id,text\r\n1,"one\ntwo"\r\n2,"x\r\ny"\r\n\r\n3,""\r\n"a\n",4\r\n'],
  ['CR', 'id,text\r1,"a\nb"\r2,c\r'],
  ['a mark, unicode, blank lines', '\ufeffid,naïve\n\n1,"🐟\n鯨"\n\n\n2,é🐳\n'],
  ['blanks before quotes, quotes within text', 'id,text\n1,  "x\n,y"\n2,5" pipe\n3,a"b\n4,"c\nd"\n'],
])('CSV, %s: cut at every byte, the engine reads the same rows', async (name, text) => {
  const file = await newFile(`${name.length}.csv`, text);
  const whole = (await worker.rows(scanOf(csvFormat(texts), [file], texts))).rows;
  expect(whole.length).toBeGreaterThan(1);
  for (let offset = 1; offset < file.sizeBytes; offset++) {
    const { rows } = await inParts(csvFormat(texts), texts, file, [offset]);
    expect(rows, `cut at ${offset}`).toEqual(whole);
  }
  for (const size of [1, 7]) {
    expect((await inParts(csvFormat(texts), texts, file, every(file, size), fetching)).rows).toEqual(whole);
  }
});

test('CSV of one column: blank lines are nulls, wherever it is cut', async () => {
  const one = schema({ text: 'string' });
  const file = await newFile('one.csv', 'text\n\n"a\nb"\n\n\nc\n\n');
  const whole = (await worker.rows(scanOf(csvFormat(one), [file], one))).rows;
  expect(whole.length).toBe(6);
  for (let offset = 1; offset < file.sizeBytes; offset++)
    expect((await inParts(csvFormat(one), one, file, [offset])).rows, `cut at ${offset}`).toEqual(whole);
});

test('CSV without a header, with columns in another order, beside other files', async () => {
  const dialect = {
    delimiter: ';',
    quote: "'",
    escape: "'",
    header: false,
    nullValues: ['NA'],
    dateFormat: null,
    timestampFormat: null,
  };
  const format = csvFormat(schema({ a: 'int64', b: 'string' }), { dialect });
  const first = await newFile('first.csv', "1;'x\ny'\n2;NA\n");
  const second = { ...(await newFile('second.csv', "z;3\n'u\nv';4\n")), columns: ['b', 'a'] };
  const third = { ...(await newFile('third.csv', '5\n6\n')), columns: ['a'] };
  const columns = schema({ a: 'int64', b: 'string' });
  const part: FilePart = { kind: 'bytes', startByte: 4, endByte: second.sizeBytes };
  const { rows, result } = await worker.rows(scanOf(format, [first, { ...second, part }, third], columns));
  expect(rows).toEqual([
    ['1', 'x\ny'],
    ['2', null],
    ['4', 'u\nv'],
    ['5', null],
    ['6', null],
  ]);
  expect(result.spans).toEqual([
    {
      scan: 0,
      uri: second.uri,
      startByte: 4,
      endByte: 12,
      firstRecordByte: 4,
      recordsEndByte: 12,
      endState: 'record',
      newline: '\n',
      guessed: true,
    },
  ]);
});

test('CSV: parts of a large file, each read from one byte before it, with nothing to run again', async () => {
  const columns = schema({ id: 'int64', text: 'string', value: 'float64' });
  const lines = Array.from(
    { length: 100_000 },
    (_, index) => `${index},"line one of ${index}\nline two",${index % 7}.5\n`,
  );
  const file = await newFile('large.csv', `id,text,value\n${lines.join('')}`);
  const whole = (await worker.rows(scanOf(csvFormat(columns), [file], columns))).rows;
  counting.reset();
  const offsets = [1, 2, 3].map((part) => Math.floor((file.sizeBytes * part) / 4));
  const { rows, reruns } = await inParts(csvFormat(columns), columns, file, offsets);
  expect(reruns).toBe(0);
  expect(rows.length).toBe(100_000);
  expect(rows).toEqual(whole);
  // One byte before and 64 KiB behind each part, where there are any.
  expect(counting.counts.bytesRead).toBe(file.sizeBytes + 3 * (1 + (64 << 10)));
});

test.each([
  [
    'ndjson',
    { kind: 'ndjson', columns: texts, onBadRow: 'error' },
    '{"id":"1","text":"é\\n"}\r\n\n{"text":"🐟"}\n{"id":"3","x":[1]}',
  ],
  [
    'ndjson, tolerant',
    { kind: 'ndjson', columns: texts, onBadRow: 'skip' },
    '{"id":"1"}\n{"text":"🐟"}\n\n{"id":"3","text":"y"}\n',
  ],
  ['text', { kind: 'text' }, 'a, "b\n\n"c\nlast'],
] as const)('%s: cut at every byte', async (name, format, text) => {
  const columns = format.kind === 'text' ? schema({ line: 'string' }) : texts;
  const file = await newFile(`${name}.txt`, text);
  const whole = (await worker.rows(scanOf(format, [file], columns))).rows;
  expect(whole.length).toBeGreaterThan(2);
  for (let offset = 1; offset < file.sizeBytes; offset++) {
    const { rows, reruns } = await inParts(format, columns, file, [offset]);
    expect([reruns, rows], `cut at ${offset}`).toEqual([0, whole]);
  }
  expect((await inParts(format, columns, file, every(file, 1), fetching)).rows).toEqual(whole);
});

test('the CSV fixtures: cut at every byte as the whole', async () => {
  for (const name of [
    'plain.csv',
    'quoted-newlines.csv',
    'crlf.csv',
    'bom.csv',
    'no-final-newline.csv',
    'header-only.csv',
  ]) {
    const path = join(fixtures, 'csv', name);
    const file = await worker.file(path);
    const names = (readFileSync(path, 'utf8').replace('\ufeff', '').split(/\r?\n/)[0] ?? '').split(',');
    const columns = schema(Object.fromEntries(names.map((column) => [column, 'string'])));
    const whole = (await worker.rows(scanOf(csvFormat(columns), [file], columns))).rows;
    for (let offset = 1; offset < file.sizeBytes; offset++)
      expect((await inParts(csvFormat(columns), columns, file, [offset])).rows, `${name} at ${offset}`).toEqual(whole);
  }
});

test('whole files elsewhere are fetched in pieces, compressed ones as they are', async () => {
  const columns = schema({ id: 'int64', text: 'string' });
  const text = `id,text\n${Array.from({ length: 1_000_000 }, (_, index) => `${index},text ${index}\n`).join('')}`;
  const plain = await newFile('plain.csv', text);
  const packed = await newFile('packed.csv.gz', gzipSync('id,text\n7,x\n'));
  counting.reset();
  const { rows } = await worker.rows(scanOf(csvFormat(columns), [plain, packed], columns), fetching);
  expect([rows.length, rows.at(-2), rows.at(-1)]).toEqual([1_000_001, ['999999', 'text 999999'], ['7', 'x']]);
  expect(counting.counts).toMatchObject({ read: Math.ceil(plain.sizeBytes / (8 << 20)) + 1, head: 0 });
  const lines = await newFile('a.ndjson', '{"id":1}\n{"id":2,"text":"b"}');
  const format = { kind: 'ndjson', columns, onBadRow: 'error' } as const;
  expect((await worker.rows(scanOf(format, [lines], columns), fetching)).rows).toEqual([
    ['1', null],
    ['2', 'b'],
  ]);
});

const leaveOut = "leave such rows out with { onBadRow: 'skip' } or { onBadRow: 'collect' }.";

test('a bad CSV value in a part: the byte in the object, the row where the part is the first', async () => {
  const columns = schema({ id: 'int64', text: 'string' });
  const text = 'id,text\n1,"a\nb"\n2,c\nx,d\n4,e\n';
  const file = await newFile('bad.csv', text);
  const at = text.indexOf('x,d');
  const told = `has "x" in column "id", which is no int64. Read the column as text with { schema: { id: 'string' } }, or ${leaveOut}`;
  const error = (startByte: number, endByte: number, more = {}) => {
    const part = { kind: 'bytes', startByte, endByte, ...more } as const;
    return worker.rows(scanOf(csvFormat(columns), [{ ...file, part }], columns));
  };
  await expect(error(0, text.length)).rejects.toMatchObject({
    code: 'BAD_RECORD',
    message: `Row 4 of ${file.uri} (byte ${at}) ${told}`,
    details: { uri: file.uri, byteOffset: at, row: 4 },
  });
  await expect(error(16, text.length, { exactStart: 16 })).rejects.toMatchObject({
    code: 'BAD_RECORD',
    message: `The row at byte ${at} of ${file.uri} ${told}`,
    details: { uri: file.uri, byteOffset: at, column: 'id', value: 'x', expected: 'int64' },
  });
  // Who guessed tells where it began: the error is the file's fault only if the guess was right.
  await expect(error(17, text.length)).rejects.toMatchObject({
    name: 'SourceError',
    details: {
      byteOffset: at,
      spans: [{ scan: 0, uri: file.uri, guessed: true, firstRecordByte: 20, recordsEndByte: text.length }],
    },
  });
});

test('what the engine alone would let pass is found in a part too', async () => {
  const columns = schema({ id: 'int64', other: 'int64' });
  const text = 'id,other\n1,1\n2,2\n3,1.5\n';
  const file = await newFile('fraction.csv', text);
  const part = { kind: 'bytes', startByte: 10, endByte: text.length, exactStart: 13 } as const;
  const at = text.indexOf('3,1.5');
  await expect(
    worker.rows(
      scanOf(
        csvFormat(schema({ id: 'int64', other: 'date' })),
        [{ ...file, part }],
        schema({ id: 'int64', other: 'date' }),
      ),
    ),
  ).rejects.toMatchObject({ details: { byteOffset: 13 } });
  const outcome = await worker
    .rows(scanOf(csvFormat(columns), [{ ...file, part }], columns))
    .catch((error: unknown) => error);
  // The engine's CSV reader refuses fractions for integers, or rounds them: either way it is told.
  expect(outcome).toMatchObject({ code: 'BAD_RECORD', details: { byteOffset: at } });
});

test('bad records that are left out of a part: bytes in the object, no row', async () => {
  const columns = schema({ id: 'int64', text: 'string' });
  const text = 'id,text\n1,a\n2,b,c\n3,c\n4\n5,e\n';
  const file = await newFile('skipped.csv', text);
  const format = csvFormat(columns, { onBadRow: 'collect' });
  const { rows, tasks } = await inParts(format, columns, file, [16]);
  expect(rows.map((row) => row[0])).toEqual(['1', '3', '5']);
  const tolerant = async (part: FilePart) => (await worker.rows(scanOf(format, [{ ...file, part }], columns))).result;
  expect(tasks.map((task) => task.span.firstRecordByte)).toEqual([0, 18]);
  expect((await tolerant(tasks[0]?.part as FilePart)).rejected).toEqual([
    {
      uri: file.uri,
      byteOffset: 12,
      row: 3,
      column: null,
      message: 'This row has 3 fields, expected 2 (id, text).',
      text: '2,b,c',
    },
  ]);
  expect(await tolerant(tasks[1]?.part as FilePart)).toMatchObject({
    rejectedCount: 1,
    rejected: [
      {
        uri: file.uri,
        byteOffset: 22,
        row: null,
        column: null,
        message: 'This row has 1 field, expected 2 (id, text).',
        text: '4',
      },
    ],
  });
});

test('bad NDJSON in a part: the byte in the object, the line where the part is the first; collected lines too', async () => {
  const columns = schema({ id: 'int64' });
  const text = '{"id":1}\n{"id":2}\n{"id":}\n';
  const file = await newFile('bad.ndjson', text);
  const format = { kind: 'ndjson', columns, onBadRow: 'error' } as const;
  const run = (startByte: number, onBadRow: 'error' | 'collect') => {
    const part = { kind: 'bytes', startByte, endByte: text.length } as const;
    return worker.rows(scanOf({ ...format, onBadRow }, [{ ...file, part }], columns));
  };
  const told = `is no JSON: expected a JSON value at its byte 6. Mend the file, or ${leaveOut.replace('rows', 'lines')}`;
  await expect(run(0, 'error')).rejects.toMatchObject({ message: `Line 3 of ${file.uri} (byte 18) ${told}` });
  await expect(run(5, 'error')).rejects.toMatchObject({
    message: `The line at byte 18 of ${file.uri} ${told}`,
    details: { uri: file.uri, byteOffset: 18 },
  });
  expect((await run(0, 'collect')).result).toMatchObject({
    rejectedCount: 1,
    rejected: [{ uri: file.uri, row: 3, text: '{"id":}' }],
  });
  expect((await run(5, 'collect')).result).toMatchObject({
    rejectedCount: 1,
    rejected: [{ uri: file.uri, row: null }],
  });
});

test('a part of a file that changed', async () => {
  const file = { ...(await newFile('changed.csv', 'id,text\n1,a\n')), version: 'older' };
  const part = { kind: 'bytes', startByte: 0, endByte: 5 } as const;
  await expect(worker.rows(scanOf(csvFormat(texts), [{ ...file, part }], texts))).rejects.toMatchObject({
    code: 'OBJECT_CHANGED',
    details: { uri: file.uri },
  });
  expect(readdirSync(worker.folder)).toContain('changed.csv');
});
