import { randomUUID } from 'node:crypto';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { afterAll, afterEach, beforeAll, expect, test } from 'vitest';
import { readFooter } from '../src/formats/parquet/fetch-footer.ts';
import { col, connect, count, max, type Session, type SourceError } from '../src/index.ts';
import { createFileStore } from '../src/storage/file-store.ts';
import { formatUri } from '../src/storage/uri.ts';
import { errorOf } from './support/use-session.ts';

/** Bad input that a worker process finds in its part of a file: the error says where, and the job leaves nothing behind. */

const fixtures = join(import.meta.dirname, '../fixtures');
const folder = mkdtempSync(join(tmpdir(), 'shoal-bad-workers-'));
const workspace = join(folder, 'workspace');
const uriOf = (path: string) => formatUri({ scheme: 'file', path });
const newFile = (name: string, content: string | Buffer) => {
  const path = join(folder, name);
  writeFileSync(path, content);
  return path;
};

/** A few bytes a part, so that parts begin anywhere in a record; a few hundred rows a part of the larger files. */
let tiny: Session;
let small: Session;
let single: Session;
let bytewise: Session;
/** Called once, when the next query of `small` is planned and its first stage begins. */
let onStart = () => {};

beforeAll(async () => {
  const common = { workers: 2, workerThreads: 1, workspace };
  tiny = await connect({ ...common, planner: { forceExchange: true, splitBytes: 8 } });
  small = await connect({ ...common, planner: { forceExchange: true, splitBytes: 40_000 } });
  small.on('progress', (event) => {
    if (event.kind !== 'stage-started') return;
    onStart();
    onStart = () => {};
  });
  single = await connect();
  bytewise = await connect({ ...common, planner: { forceExchange: true, splitBytes: 1 } });
});
afterEach(() => {
  // No empty folders either.
  expect(entriesBelow(workspace)).toEqual([]);
});
afterAll(async () => {
  await tiny?.close();
  await small?.close();
  await single?.close();
  await bytewise?.close();
  rmSync(folder, { recursive: true, force: true });
});

function entriesBelow(path: string): string[] {
  return existsSync(path) ? (readdirSync(path, { recursive: true }) as string[]) : [];
}

const leaveOut = "leave such rows out with { onBadRow: 'skip' } or { onBadRow: 'collect' }.";
const leaveLinesOut = "leave such lines out with { onBadRow: 'skip' } or { onBadRow: 'collect' }.";
const otherDelimiter = `If the delimiter is another one, give it: { delimiter: ';' }; otherwise mend the file, or ${leaveOut}`;

/** The error of a fixture, with exactly these details. */
const fixtureError = async (error: Promise<Error>, name: string, message: string, details: object) => {
  const uri = uriOf(join(fixtures, name));
  expect(await error).toMatchObject({
    name: 'SourceError',
    code: 'BAD_RECORD',
    message: message.replace('<uri>', uri),
  });
  expect(await error).toHaveProperty('details', { uri, ...details });
};

test.each([
  [
    'too-many-fields.csv',
    `The row at byte 14 of <uri> has 3 fields, expected 2 (id, name). ${otherDelimiter}`,
    { byteOffset: 14, fields: 3, expectedFields: 2, startByte: 14, endByte: 22 },
  ],
  [
    'too-few-fields.csv',
    `The row at byte 25 of <uri> has 2 fields, expected 3 (id, name, amount). ${otherDelimiter}`,
    { byteOffset: 25, fields: 2, expectedFields: 3, startByte: 23, endByte: 30 },
  ],
  [
    'invalid-utf8.csv',
    `The row at byte 14 of <uri> is not UTF-8: the first invalid byte is at 19. Convert the file to UTF-8, for instance from Latin-1: iconv -f LATIN1 -t UTF-8; or ${leaveOut}`,
    { byteOffset: 14, startByte: 7, endByte: 15 },
  ],
])('%s', async (name, message, details) => {
  await fixtureError(errorOf(tiny.read.csv(join(fixtures, 'csv', name)).collect()), `csv/${name}`, message, details);
});

test.each([
  [
    'broken.ndjson',
    `The line at byte 9 of <uri> is no JSON: expected "}" at its byte 7. Mend the file, or ${leaveLinesOut}`,
    { byteOffset: 9, startByte: 8, endByte: 17 },
  ],
  [
    'not-an-object.ndjson',
    `The line at byte 9 of <uri> is no JSON object but an array. Mend the file, or ${leaveLinesOut}`,
    { byteOffset: 9, startByte: 6, endByte: 13 },
  ],
  [
    'invalid-utf8.ndjson',
    `The line at byte 15 of <uri> is not UTF-8: its byte 12 is invalid. Convert the file to UTF-8, or ${leaveLinesOut}`,
    { byteOffset: 15, startByte: 15, endByte: 23 },
  ],
])('%s', async (name, message, details) => {
  await fixtureError(
    errorOf(tiny.read.ndjson(join(fixtures, 'ndjson', name)).collect()),
    `ndjson/${name}`,
    message,
    details,
  );
});

test('a misfit far behind the samples: the byte in the file, whichever task finds it; the row where it is known', async () => {
  const late = `id,v\n${'1,2\n'.repeat(100_000)}5,N/A\n${'1,2\n'.repeat(50_000)}`;
  const path = newFile('late.csv', late);
  const mend = `Read the column as text with { schema: { v: 'string' } }, or ${leaveOut}`;
  expect(await errorOf(small.read.csv(path).groupBy('v').agg({ n: count() }).collect())).toMatchObject({
    code: 'BAD_RECORD',
    message: `The row at byte 400005 of ${uriOf(path)} has "N/A" in column "v", which is no int64. ${mend}`,
    details: { byteOffset: 400_005, column: 'v', value: 'N/A', startByte: 360_006, endByte: 400_007 },
  });
  const early = newFile('early.csv', `id,v\n${'1,2\n'.repeat(2_000)}5,N/A\n${'1,2\n'.repeat(150_000)}`);
  const typed = small.read.csv(early, { schema: { v: 'int64' } });
  expect(await errorOf(typed.collect())).toMatchObject({
    message: `Row 2002 of ${uriOf(early)} (byte 8005) has "N/A" in column "v", which is no int64. ${mend}`,
    details: { row: 2_002, byteOffset: 8_005, startByte: 0 },
  });
});

test('a quoted newline that looks like a record does not mislead the error of a part', async () => {
  const record = `1,"one\n2,3,4,5\nmore"\n`;
  const text = `id,text\n${record.repeat(5_000)}7,a,b\n${record.repeat(5_000)}`;
  const path = newFile('quoted.csv', text);
  expect(await errorOf(small.read.csv(path).collect())).toMatchObject({
    message: `The row at byte ${text.indexOf('7,a,b')} of ${uriOf(path)} has 3 fields, expected 2 (id, text). ${otherDelimiter}`,
  });
});

const kinds = { LF: '\n', CRLF: '\r\n', CR: '\r' };
const pairs = Object.entries(kinds).flatMap(([name, before]) =>
  Object.entries(kinds).flatMap(([other, after]) =>
    after === before ? [] : [{ name: `${name}, then ${other}`, before, after }],
  ),
);

test.each(pairs)('newlines that change within a file, between tasks too: $name', async ({ before, after }) => {
  const head = `id,v${before}1,"2\r\n"${before}3,"4\n"${before}5,6${before}`;
  const path = newFile(`mixed-${randomUUID()}.csv`, `${head}7,8${after}9,10${after}11,12${after}13,14${after}`);
  const reason = `ends in ${JSON.stringify(after)}, where the rows before it end in ${JSON.stringify(before)}. Give all rows the same newline, for instance with dos2unix.`;
  const place = { uri: uriOf(path), byteOffset: head.length };
  expect(await errorOf(single.read.csv(path).collect())).toMatchObject({
    message: `Row 5 of ${uriOf(path)} (byte ${head.length}) ${reason}`,
    details: place,
  });
  // Every task alone sees records of one kind.
  for (const session of [tiny, bytewise]) {
    expect(await errorOf(session.read.csv(path).collect())).toMatchObject({
      name: 'SourceError',
      code: 'BAD_RECORD',
      message: `The row at byte ${head.length} of ${uriOf(path)} ${reason}`,
      details: place,
    });
  }
  const even = newFile(`even-${randomUUID()}.csv`, `${head}7,8${before}`);
  expect((await tiny.read.csv(even).collect()).toArray()).toEqual((await single.read.csv(even).collect()).toArray());
});

const quotedFirst = Object.entries(kinds).flatMap(([name, records]) =>
  Object.entries(kinds).flatMap(([other, quoted]) =>
    quoted === records ? [] : [{ name: `${other} in records of ${name}`, records, quoted }],
  ),
);

test.each(quotedFirst)('the first newline is a quoted one of another kind: $name', async ({ records, quoted }) => {
  const rows = ['"1",2', `"3${quoted}4",5`, '6,7', '8,9'];
  const text = [`"id${quoted}x",v`, ...rows, ''].join(records);
  const path = newFile(`quoted-${randomUUID()}.csv`, text);
  const packed = newFile(`packed-${randomUUID()}.csv.gz`, gzipSync(text));
  const headless = newFile(`headless-${randomUUID()}.csv`, `\ufeff${[`"id${quoted}x",1`, ...rows, ''].join(records)}`);
  const expected = [
    ['1', 2],
    [`3${quoted}4`, 5],
    ['6', 7],
    ['8', 9],
  ].map(([id, v]) => ({ [`id${quoted}x`]: id, v }));
  for (const session of [single, tiny, bytewise]) {
    for (const file of [path, packed]) expect((await session.read.csv(file).collect()).toArray()).toEqual(expected);
    const first = { column0: `id${quoted}x`, column1: 1 };
    expect((await session.read.csv(headless, { header: false }).collect()).toArray()).toEqual([
      first,
      ...expected.map((row) => ({ column0: row[`id${quoted}x`], column1: row.v })),
    ]);
    const bad = newFile(`bad-${randomUUID()}.csv`, `${text}10,x${records}11,12${records}`);
    const options = { schema: { v: 'int64' }, onBadRow: 'collect' } as const;
    const kept = await session.read.csv(bad, options).collect();
    expect([kept.numRows, kept.rejected?.count]).toEqual([5, 1]);
    expect(await errorOf(session.read.csv(bad, { schema: { v: 'int64' } }).collect())).toMatchObject({
      code: 'BAD_RECORD',
      details: { uri: uriOf(bad), byteOffset: text.length, column: 'v', value: 'x' },
    });
  }
});

test('of a bad record and a later change of newlines the first is told, as one task does', async () => {
  const text = 'id,v\n1,2\n3,4,5\n6,7\n8,9\r\n10,11\r\n';
  const path = newFile('both.csv', text);
  const { details } = (await errorOf(single.read.csv(path).collect())) as SourceError;
  expect(details).toMatchObject({ byteOffset: 9, fields: 3 });
  for (const session of [tiny, bytewise])
    expect(await errorOf(session.read.csv(path).collect())).toMatchObject({ details: { byteOffset: 9, fields: 3 } });
});

test('onBadRow leaves such records out in every task, counted or collected', async () => {
  const path = newFile(
    'some.csv',
    `id,v\n${'1,2\n'.repeat(20_000)}5,N/A\n${'1,2\n'.repeat(60_000)}6,7,8\n${'1,2\n'.repeat(40_000)}`,
  );
  const skipped = await small.read.csv(path, { onBadRow: 'skip' }).collect();
  expect([skipped.numRows, skipped.rejected]).toEqual([120_000, { count: 2, records: [] }]);
  const collected = await small.read.csv(path, { onBadRow: 'collect' }).groupBy('v').agg({ n: count() }).collect();
  expect(collected.toArray()).toEqual([{ v: 2, n: 120_000 }]);
  const place = { uri: uriOf(path), row: null };
  expect(collected.rejected).toEqual({
    count: 2,
    records: [
      {
        ...place,
        byteOffset: 80_005,
        column: 'v',
        text: '5,N/A',
        message: 'This row has "N/A" in column "v", which is no int64.',
      },
      {
        ...place,
        byteOffset: 320_011,
        column: null,
        text: '6,7,8',
        message: 'This row has 3 fields, expected 2 (id, v).',
      },
    ],
  });
});

test('a damaged row group: its bytes and rows', async () => {
  const good = join(folder, 'good.parquet');
  const rows = Array.from({ length: 20_480 }, (_, id) => ({ id, text: `row ${id * 7919}` }));
  await small.from(rows).write.parquet(good, { rowGroupRows: 2_048, compression: 'snappy' });
  const store = createFileStore();
  const { rowGroups } = await readFooter(store, { ...(await store.head(uriOf(good))), partition: {} });
  const ranges = rowGroups[6]?.chunks.flatMap((chunk) => chunk.ranges) ?? [];
  const startByte = Math.min(...ranges.map((range) => range.startByte));
  const endByte = Math.max(...ranges.map((range) => range.endByte));
  const bytes = readFileSync(good).fill(0xff, endByte - 500, endByte);
  const path = newFile('damaged.parquet', bytes);
  for (const session of [small, single]) {
    expect(await errorOf(session.read.parquet(path).groupBy('text').agg({ n: count() }).collect())).toMatchObject({
      name: 'SourceError',
      code: 'BAD_FORMAT',
      message: `${uriOf(path)} is damaged: row group 7 of 10 (rows 12289 to 14336, bytes ${startByte} to ${endByte}) cannot be decoded: Snappy decompression failure. Restore the file, or write it again.`,
      details: { uri: uriOf(path), startByte, endByte, startRow: 12_288, endRow: 14_336 },
    });
  }
  expect(await small.read.parquet(path).filter(col('id').lt(12_288)).count()).toBe(12_288);
});

test('a Parquet file that is cut off after the query was planned, one that is written anew, a text that grows', async () => {
  const good = join(folder, 'whole.parquet');
  await small
    .from(Array.from({ length: 20_480 }, (_, id) => ({ id, text: `row ${id * 7919}` })))
    .write.parquet(good, { rowGroupRows: 2_048 });
  const bytes = readFileSync(good);
  const text = `id,v\n${'1,2\n'.repeat(50_000)}`;
  const line = '{"v":1}\n'.repeat(30_000);
  const changes: readonly (readonly [name: string, before: string | Buffer, after: string | Buffer])[] = [
    ['cut.parquet', bytes, bytes.subarray(0, bytes.length / 2)],
    ['anew.parquet', bytes, Buffer.concat([bytes, bytes])],
    ['grown.csv', text, `${text}3,4\n`],
    ['grown.ndjson', line, `${line}{"v":2}\n`],
  ];
  for (const [name, before, after] of changes) {
    const path = newFile(name, before);
    onStart = () => writeFileSync(path, after);
    const { read } = small;
    const dataset = name.endsWith('csv')
      ? read.csv(path)
      : name.endsWith('json')
        ? read.ndjson(path)
        : read.parquet(path);
    expect(await errorOf(dataset.groupBy().agg({ n: count() }).collect())).toMatchObject({
      name: 'SourceError',
      code: 'OBJECT_CHANGED',
      message: expect.stringContaining(`${uriOf(path)} changed`),
      details: { uri: uriOf(path) },
    });
  }
});

test('a Parquet file that is cut off: which bytes should be its end', async () => {
  const good = join(folder, 'long.parquet');
  await small.from(Array.from({ length: 5_000 }, (_, id) => ({ id }))).write.parquet(good);
  const cut = newFile('short.parquet', readFileSync(good).subarray(0, 4_000));
  expect(await errorOf(small.read.parquet(cut).collect())).toMatchObject({
    name: 'SourceError',
    code: 'BAD_FORMAT',
    details: { uri: uriOf(cut), endByte: 4_000 },
  });
});

test('rows of a job that fails in a later stage are gone', async () => {
  const path = newFile(
    'sums.csv',
    `id,v\n${Array.from({ length: 30_000 }, (_, id) => `${id},9223372036854775807\n`).join('')}`,
  );
  const failing = small.read
    .csv(path)
    .groupBy('id')
    .agg({ v: max('v') })
    .select('id', { v: col('v').add(col('id').add(1)) });
  expect(await errorOf(failing.collect())).toMatchObject({ name: 'TaskError', code: 'QUERY_FAILED' });
});
