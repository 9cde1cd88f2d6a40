import { readFileSync, statSync } from 'node:fs';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFooter } from '../../../src/formats/parquet/fetch-footer.ts';
import { describeFooter } from '../../../src/formats/parquet/footer.ts';
import { pruneRowGroups } from '../../../src/formats/parquet/prune-row-groups.ts';
import { planSparseFile, rowGroupBytes } from '../../../src/formats/parquet/sparse-file.ts';
import { materialize } from '../../../src/formats/parquet/write-sparse-file.ts';
import { createFileStore } from '../../../src/storage/file-store.ts';
import { countingStore } from '../../support/counting-store.ts';
import { call, column, number } from './conditions.ts';
import { Bench, footerOf, scanFileOf, zooPath } from './zoo.ts';

let bench: Bench;
let wide: string;
beforeAll(async () => {
  bench = await Bench.open();
  wide = bench.freshPath();
  const columns = Array.from({ length: 15 }, (_, index) => `hash(i + ${index}) AS c${index}`);
  await bench.connection.run(
    `COPY (SELECT i AS id, ${columns.join(', ')} FROM range(20000) t(i)) TO '${wide}' (ROW_GROUP_SIZE 2048)`,
  );
});
afterAll(() => bench.close());

const footerAt = (path: string) => describeFooter(footerOf(path), statSync(path).size);

test('a query of 2 of 16 columns fetches their chunks and the footer, and at most a tenth more', async () => {
  const { store, counts } = countingStore(createFileStore());
  const footer = await readFooter(store, await scanFileOf(wide));
  expect(counts).toMatchObject({ read: 1, bytesRead: 65_536 });
  const plan = planSparseFile(
    footer,
    footer.rowGroups.map(({ index }) => index),
    ['c3', 'c11'],
  );
  const chunks = footer.rowGroups.flatMap(({ chunks: all }) =>
    [all[4], all[12]].flatMap((chunk) => chunk?.ranges ?? []),
  );
  expect(plan.ranges).toEqual(chunks);
  expect(plan.fetchedBytes).toBe(plan.usefulBytes);
  expect(plan.usefulBytes).toBe(chunks.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0));
  expect(plan.fetchedBytes).toBeLessThan(statSync(wide).size / 7);
  expect(rowGroupBytes(footer, 2, ['c3', 'c11'])).toBe(
    footer.rowGroups[2]?.chunks
      .filter((_, place) => place === 4 || place === 12)
      .reduce((sum, { ranges }) => sum + (ranges[0]?.endByte ?? 0) - (ranges[0]?.startByte ?? 0), 0),
  );
});

test('neighbouring columns are one request a row group', () => {
  const plan = planSparseFile(footerAt(wide), [2, 5], ['c3', 'c4', 'c5']);
  expect(plan.ranges).toHaveLength(2);
  expect(plan.columns).toEqual(['c3', 'c4', 'c5']);
});

test('all columns of neighbouring row groups are one request', () => {
  expect(planSparseFile(footerAt(wide), [3, 4, 5], null).ranges).toHaveLength(1);
});

test('a filter on a sorted column fetches only the row groups that can match', async () => {
  const { store, counts, reset } = countingStore(createFileStore());
  const file = await scanFileOf(wide);
  const footer = await readFooter(store, file);
  const { kept, skipped } = pruneRowGroups(footer, [call('between', column('id'), number(5000), number(7000))]);
  expect(kept).toEqual([2, 3]);
  expect(skipped.map(({ reason }) => reason)).toEqual([
    'id max 2047 < 5000',
    'id max 4095 < 5000',
    'id min 8192 > 7000',
    'id min 10240 > 7000',
    'id min 12288 > 7000',
    'id min 14336 > 7000',
    'id min 16384 > 7000',
    'id min 18432 > 7000',
  ]);
  reset();
  const sparse = await bench.sparseFile(wide, kept, ['id', 'c0'], store);
  // Footer (described, then rewritten), and one request a row group: id and c0 are neighbours.
  expect(counts.read).toBe(4);
  expect(counts.bytesRead).toBe(2 * 65_536 + sparse.plan.fetchedBytes);
  expect(await bench.rows(`SELECT count(*), min(id), max(id) FROM '${sparse.path}'`)).toEqual([
    ['4096', '4096', '8191'],
  ]);
});

test('the stand-in is as long as the object, has its bytes at their offsets, and takes no space for the rest', async () => {
  const plan = planSparseFile(footerAt(wide), [4], ['c7']);
  const [range] = plan.ranges;
  const original = readFileSync(wide);
  const path = bench.freshPath();
  const footer = footerOf(wide).subarray(0, 100);
  async function* inParts() {
    const { startByte = 0, endByte = 0 } = range ?? {};
    yield { startByte: startByte + 1000, bytes: original.subarray(startByte + 1000, endByte) };
    yield { startByte, bytes: original.subarray(startByte, startByte + 1000) };
  }
  await materialize(path, plan, inParts(), footer);
  const written = readFileSync(path);
  expect(written.length).toBe(original.length);
  expect(
    written.subarray(range?.startByte, range?.endByte).equals(original.subarray(range?.startByte, range?.endByte)),
  ).toBe(true);
  expect(written.subarray(0, 4).toString()).toBe('PAR1');
  expect(written.subarray(-108).equals(Buffer.concat([footer, Buffer.from([100, 0, 0, 0]), Buffer.from('PAR1')]))).toBe(
    true,
  );
  expect(statSync(path).blocks * 512).toBeLessThan(original.length / 8);
});

test('a footer that grew goes behind the data, not over it', async () => {
  const plan = planSparseFile(footerAt(zooPath('pyarrow-nan')), [3], null);
  const path = bench.freshPath();
  const footer = Buffer.alloc(plan.footer.endByte - plan.footer.startByte + 50, 7);
  await materialize(path, plan, [], footer);
  expect(statSync(path).size).toBe(plan.sizeBytes + 50);
  expect(
    readFileSync(path)
      .subarray(plan.footer.startByte, plan.footer.startByte + footer.length)
      .equals(footer),
  ).toBe(true);
});

test('a path that is taken is an error', async () => {
  const plan = planSparseFile(footerAt(wide), [4], ['c7']);
  await expect(materialize(wide, plan, [], footerOf(wide))).rejects.toMatchObject({ code: 'EEXIST' });
});

test('columns that a file lacks are left out; the first one stands for the rows when none is left', () => {
  expect(planSparseFile(footerAt(wide), [0], ['C3', 'missing']).columns).toEqual(['c3']);
  expect(planSparseFile(footerAt(wide), [0], ['missing']).columns).toEqual(['id']);
});

test('rows of the stand-in are told apart by their numbers in the object', async () => {
  const sparse = await bench.sparseFile(wide, [1, 2, 5, 9], ['id']);
  expect(sparse.plan.rowShifts).toEqual([
    { startRow: 0, shift: 2048 },
    { startRow: 4096, shift: 6144 },
    { startRow: 6144, shift: 12_288 },
  ]);
  const shift = sparse.plan.rowShifts
    .map(({ startRow, shift: by }) => `WHEN file_row_number >= ${startRow} THEN ${by}`)
    .reverse();
  const moved = `file_row_number + CASE ${shift.join(' ')} END`;
  const [row] = await bench.rows(
    `SELECT count(*), count(*) FILTER (id = ${moved}) FROM read_parquet('${sparse.path}', file_row_number = true)`,
  );
  expect(row).toEqual(['7712', '7712']);
});
