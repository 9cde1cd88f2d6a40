import { statSync } from 'node:fs';
import { parquetMetadata } from 'hyparquet';
import { expect, test } from 'vitest';
import { describeFooter } from '../../../src/formats/parquet/footer.ts';
import { rewriteFooter } from '../../../src/formats/parquet/rewrite-footer.ts';
import { narrowFooter } from './narrow-footer.ts';
import { footerOf, zooPath, zooPaths } from './zoo.ts';

/** The footer as another reader understands it. */
function metadataOf(footer: Uint8Array) {
  const end = Buffer.alloc(8);
  end.writeUInt32LE(footer.length);
  end.write('PAR1', 4);
  return parquetMetadata(Buffer.concat([footer, end]));
}

test('names the wanted row groups and columns only, and counts their rows', () => {
  const metadata = metadataOf(
    rewriteFooter(footerOf(zooPath('pyarrow-nested')), { rowGroups: [1, 3], columns: ['id', 'deep'] }),
  );
  expect(metadata.num_rows).toBe(12n);
  expect(metadata.schema.map(({ name, num_children }) => [name, num_children ?? 0])).toEqual([
    ['schema', 2],
    ['id', 0],
    ['deep', 2],
    ['x', 0],
    ['parts', 1],
    ['list', 1],
    ['element', 2],
    ['n', 0],
    ['tags', 1],
    ['list', 1],
    ['element', 0],
  ]);
  expect(
    metadata.row_groups.map(({ columns }) => columns.map((chunk) => chunk.meta_data?.path_in_schema.join('.'))),
  ).toEqual(Array(2).fill(['id', 'deep.x', 'deep.parts.list.element.n', 'deep.parts.list.element.tags.list.element']));
  for (const rowGroup of metadata.row_groups) {
    const bytes = rowGroup.columns.reduce((sum, chunk) => sum + Number(chunk.meta_data?.total_compressed_size), 0);
    expect(Number(rowGroup.total_compressed_size)).toBe(bytes);
  }
  const numbered = metadataOf(rewriteFooter(footerOf(zooPath('polars')), { rowGroups: [1, 3], columns: ['id'] }));
  expect(numbered.row_groups.map(({ ordinal }) => ordinal)).toEqual([0, 1]);
});

test('bloom filters, page indexes and bounds of floats are gone, other bounds stay', () => {
  const bloom = metadataOf(
    rewriteFooter(footerOf(zooPath('pyarrow-bloom')), { rowGroups: [0, 1, 2, 3], columns: null }),
  );
  const [chunk] = bloom.row_groups[2]?.columns.slice(1) ?? [];
  expect(chunk?.meta_data?.bloom_filter_offset).toBeUndefined();
  expect(chunk?.meta_data?.bloom_filter_length).toBeUndefined();
  expect(chunk?.column_index_offset).toBeUndefined();
  expect(chunk?.offset_index_offset).toBeUndefined();
  expect(chunk?.meta_data?.statistics).toMatchObject({ min_value: 80, max_value: 3750, null_count: 0n });
  const nan = metadataOf(rewriteFooter(footerOf(zooPath('pyarrow-nan')), { rowGroups: [0], columns: ['x'] }));
  const statistics = Object.entries(nan.row_groups[0]?.columns[0]?.meta_data?.statistics ?? {});
  expect(statistics.filter(([, value]) => value !== undefined)).toEqual([['null_count', 0n]]);
});

test.each(zooPaths)('what is kept is described as before: %s', (path) => {
  const bytes = footerOf(path);
  const size = statSync(path).size;
  const before = describeFooter(bytes, size);
  const all = before.columns.map(({ name }) => name);
  const names = all.filter((_, place) => place % 2 === 0);
  const rewritten = rewriteFooter(bytes, { rowGroups: [1, 2], columns: names });
  expect(rewritten.length).toBeLessThan(bytes.length);
  const after = describeFooter(rewritten, size);
  const expected = narrowFooter(before, names);
  expect(after.columns).toEqual(expected.columns);
  expect(after.rowGroups).toEqual(
    expected.rowGroups.slice(1, 3).map((rowGroup, index) => ({
      ...rowGroup,
      index,
      firstRow: rowGroup.firstRow - (expected.rowGroups[1]?.firstRow ?? 0),
      chunks: rowGroup.chunks.map(({ bloomFilter, columnIndex, offsetIndex, ...chunk }) => chunk),
    })),
  );
});

test('a row group that is not there is an error', () => {
  expect(() => rewriteFooter(footerOf(zooPath('pyarrow-nan')), { rowGroups: [4], columns: null })).toThrow(
    'there is no row group 4, only 4 of them',
  );
});
