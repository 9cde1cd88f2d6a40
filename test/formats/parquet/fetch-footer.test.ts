import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { readFooter, readFooterBytes } from '../../../src/formats/parquet/fetch-footer.ts';
import { MemoryReads } from './memory-reads.ts';
import { Bench, footerOf, zooPath } from './zoo.ts';

let bench: Bench;
beforeAll(async () => {
  bench = await Bench.open();
});
afterAll(() => bench.close());

const small = readFileSync(zooPath('pyarrow-bloom'));

test('a small file is one request', async () => {
  const reads = new MemoryReads(small);
  const footer = await readFooter(reads, reads.file);
  expect(footer.rowGroups).toHaveLength(4);
  expect(reads.ranges).toEqual([[0, small.length]]);
});

test('a large file is one request of 64 KiB for its end', async () => {
  const padded = Buffer.concat([
    Buffer.from('PAR1'),
    Buffer.alloc(200_000),
    small.subarray(small.length - footerOf(zooPath('pyarrow-bloom')).length - 8),
  ]);
  const reads = new MemoryReads(padded);
  expect((await readFooter(reads, reads.file)).columns.map(({ name }) => name)).toEqual(['id', 'code', 'word', 'day']);
  expect(reads.ranges).toEqual([[padded.length - 65_536, padded.length]]);
});

test('a longer footer takes a second request, for what is missing only', async () => {
  const path = bench.freshPath();
  const columns = Array.from({ length: 400 }, (_, index) => `i * ${index} AS column_with_a_long_name_${index}`);
  await bench.connection.run(
    `COPY (SELECT ${columns.join(', ')} FROM range(6000) t(i)) TO '${path}' (ROW_GROUP_SIZE 2048)`,
  );
  const reads = new MemoryReads(readFileSync(path));
  const bytes = await readFooterBytes(reads, reads.file);
  const [size, expected] = [reads.file.sizeBytes, footerOf(path)];
  expect(Buffer.from(bytes).equals(expected)).toBe(true);
  expect(expected.length).toBeGreaterThan(65_536);
  expect(reads.ranges).toEqual([
    [size - 65_536, size],
    [size - 8 - expected.length, size - 65_536],
  ]);
  expect((await readFooter(reads, reads.file)).columns).toHaveLength(400);
});

async function failure(bytes: Uint8Array): Promise<{ readonly error: unknown; readonly reads: MemoryReads }> {
  const reads = new MemoryReads(bytes);
  const error = await readFooter(reads, reads.file).catch((thrown: unknown) => thrown);
  return { error, reads };
}

const large = (text: string, end: Buffer) => Buffer.concat([Buffer.from(text), Buffer.alloc(100_000), end]);

test.each([
  ['nothing', Buffer.alloc(0), 'is empty (0 bytes), no Parquet file.', 0, 0, 0],
  [
    'a large CSV',
    large('id,name\n1,Ada\n', Buffer.from('9,Tim\n')),
    'is no Parquet file: bytes 0 to 4 are "id,n", expected "PAR1".',
    0,
    4,
    2,
  ],
  [
    'a large file that is cut off',
    large('PAR1', Buffer.from('abcd')),
    'is cut off: its last bytes (100004 to 100008) are "abcd", expected "PAR1". Was it copied or written to its end?',
    100_004,
    100_008,
    2,
  ],
  [
    'an encrypted file',
    large('PARE', Buffer.from('PARE')),
    'is encrypted (its last bytes are "PARE"), which shoal does not read.',
    100_004,
    100_008,
    2,
  ],
  [
    'a footer longer than the file',
    large('PAR1', Buffer.from([0, 0, 0, 1, 0x50, 0x41, 0x52, 0x31])),
    'is damaged: its last bytes tell of a footer of 16777216 bytes, but it has only 100012 bytes in all.',
    100_004,
    100_008,
    2,
  ],
  [
    'a footer that is no Thrift',
    large('PAR1', Buffer.from([0x1b, 0, 0, 0, 4, 0, 0, 0, 0x50, 0x41, 0x52, 0x31])),
    'has a footer (bytes 100004 to 100008) that cannot be read: unknown type 11 at byte 1.',
    100_004,
    100_008,
    1,
  ],
  [
    'an empty footer',
    large('PAR1', Buffer.from([0, 1, 0, 0, 0, 0x50, 0x41, 0x52, 0x31])),
    'has a footer (bytes 100004 to 100005) that cannot be read: the schema is empty.',
    100_004,
    100_005,
    1,
  ],
])('%s', async (_, bytes, message, startByte, endByte, requests) => {
  const { error, reads } = await failure(bytes);
  expect(error).toMatchObject({
    name: 'SourceError',
    code: 'BAD_FORMAT',
    message: `file:///lake/a.parquet ${message}`,
    details: { uri: 'file:///lake/a.parquet', startByte, endByte },
  });
  expect(reads.ranges).toHaveLength(requests);
});

test('any change of any footer byte is a SourceError or a footer', async () => {
  const start = small.length - 8 - footerOf(zooPath('pyarrow-bloom')).length;
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: start, max: small.length - 1 }), fc.nat(255), async (position, byte) => {
      const damaged = Buffer.from(small);
      damaged[position] = byte;
      const { error } = await failure(damaged);
      expect(error).toSatisfy(
        (outcome: object) => 'rowGroups' in outcome || ('code' in outcome && outcome.code === 'BAD_FORMAT'),
      );
    }),
    { numRuns: 1000 },
  );
});

test('the version is pinned and the signal heard', async () => {
  const reads = new MemoryReads(small);
  await expect(readFooter(reads, { ...reads.file, version: 'v2' })).rejects.toMatchObject({ code: 'OBJECT_CHANGED' });
  await expect(readFooter(reads, reads.file, { signal: AbortSignal.abort() })).rejects.toMatchObject({
    name: 'AbortError',
  });
  expect(reads.ranges).toEqual([]);
});
