import { statSync } from 'node:fs';
import { basename } from 'node:path';
import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { describeFooter } from '../../../src/formats/parquet/footer.ts';
import { Bench, footerOf, zooPaths, zooRows } from './zoo.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

describe.each(zooPaths.map((path) => [basename(path, '.parquet'), path]))('%s', (_, path) => {
  const footer = describeFooter(footerOf(path), statSync(path).size);
  const { columns, rows } = zooRows(path);
  const names = footer.columns.map((column) => column.name);

  test('a stand-in of everything has the rows of the file', async () => {
    const all = footer.rowGroups.map((rowGroup) => rowGroup.index);
    const sparse = await bench.sparseFile(path, all, null);
    expect(await bench.rows(`FROM '${sparse.path}'`)).toEqual(rows);
    expect(columns).toHaveLength(names.length);
  });

  test('any row groups and columns are those of the file', async () => {
    const selection = fc.tuple(
      fc.subarray(footer.rowGroups.map((rowGroup) => rowGroup.index)),
      fc.subarray(names, { minLength: 1 }),
    );
    await fc.assert(
      fc.asyncProperty(selection, async ([rowGroups, wanted]) => {
        const sparse = await bench.sparseFile(path, rowGroups, wanted);
        const list = wanted.map((name) => `"${name.replaceAll('"', '""')}"`).join(', ');
        const starts = footer.rowGroups.map((_, index) =>
          footer.rowGroups.slice(0, index).reduce((sum, { rows: count }) => sum + count, 0),
        );
        const expected = rowGroups.flatMap((index) =>
          rows.slice(starts[index], (starts[index] ?? 0) + (footer.rowGroups[index]?.rows ?? 0)),
        );
        const places = wanted.map((name) => names.indexOf(name));
        expect(await bench.rows(`SELECT ${list} FROM '${sparse.path}'`)).toEqual(
          expected.map((row) => places.map((place) => row[place])),
        );
      }),
      { numRuns: 20 },
    );
  });
});
