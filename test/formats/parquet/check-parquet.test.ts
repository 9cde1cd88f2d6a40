import { join } from 'node:path';
import { expect, test } from 'vitest';
import { checkParquet, parquetProblem } from '../../../src/formats/parquet/check-parquet.ts';
import { createFileStore } from '../../../src/storage/file-store.ts';
import { formatUri } from '../../../src/storage/uri.ts';

const folder = formatUri({ scheme: 'file', path: join(import.meta.dirname, '../../../fixtures/parquet') });
const store = createFileStore();
const check = async (name: string) => checkParquet(await store.head(`${folder}/${name}`), store);

test.each([
  ['zero-byte.parquet', 'is empty (0 bytes), no Parquet file.', 0, 0],
  ['wrong-magic.parquet', 'is no Parquet file: bytes 0 to 4 are "id,n", expected "PAR1".', 0, 4],
  [
    'truncated.parquet',
    'is cut off: its last bytes (328 to 332) are "c9f9", expected "PAR1". Was it copied or written to its end?',
    328,
    332,
  ],
  [
    'damaged-length.parquet',
    'is damaged: its last bytes tell of a footer of 1000000 bytes, but it has only 352 bytes in all.',
    344,
    348,
  ],
])('%s', async (name, message, startByte, endByte) => {
  await expect(check(name)).rejects.toMatchObject({
    name: 'SourceError',
    code: 'BAD_FORMAT',
    message: `${folder}/${name} ${message}`,
    details: { uri: `${folder}/${name}`, startByte, endByte },
  });
});

test('a whole file passes, with two small reads', async () => {
  const ranges: unknown[] = [];
  const counting: Pick<typeof store, 'read'> = {
    read: (uri, range, options) => {
      ranges.push(range);
      return store.read(uri, range, options);
    },
  };
  const file = await store.head(`${folder}/good.parquet`);
  await checkParquet(file, counting);
  expect(ranges).toEqual([
    { startByte: 0, endByte: 16 },
    { startByte: file.sizeBytes - 8, endByte: file.sizeBytes },
  ]);
});

test.each([
  [
    'PK\x03\x04',
    'is no Parquet file: bytes 0 to 4 are 0x504b0304, expected "PAR1". It looks like a zip archive (or a spreadsheet).',
  ],
  ['ARROW1', 'is no Parquet file: bytes 0 to 4 are "ARRO", expected "PAR1". It looks like an Arrow (Feather) file.'],
  ['PAR1PAR1', 'is cut off: it has 8 bytes, and no Parquet file has fewer than 12.'],
  ['PAR1....\x00\x00\x00\x00PARE', 'is encrypted (its last bytes are "PARE"), which shoal does not read.'],
])('%j', (content, message) => {
  const bytes = Buffer.from(content, 'latin1');
  expect(parquetProblem(bytes.length, bytes.subarray(0, 16), bytes.subarray(-8))?.message).toBe(message);
});
