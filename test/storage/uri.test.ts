import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  compareCodePoints,
  compareUris,
  folderOf,
  formatUri,
  joinUri,
  localPath,
  nameOf,
  parseUri,
  toUri,
} from '../../src/storage/uri.ts';

test('paths become file: uris, with everything that a uri would read differently encoded', () => {
  expect(toUri('/data/a b/50%#?.csv')).toBe('file:///data/a%20b/50%25%23%3F.csv');
  expect(toUri('x/é🐟.csv', '/base')).toBe('file:///base/x/%C3%A9%F0%9F%90%9F.csv');
  expect(toUri('folder/', '/base')).toBe('file:///base/folder/');
  expect(toUri('../a', '/base/x')).toBe('file:///base/a');
  expect(toUri('file:///a%20b')).toBe('file:///a%20b');
});

test('s3 keys stand as they are', () => {
  expect(parseUri('s3://bucket/a b/50%#?.csv')).toEqual({ scheme: 's3', bucket: 'bucket', path: 'a b/50%#?.csv' });
  expect(toUri('s3://bucket/year=2024/')).toBe('s3://bucket/year=2024/');
  expect(joinUri('s3://bucket', 'a')).toBe('s3://bucket/a');
});

test('parts of uris', () => {
  expect(localPath('file:///a%20b/c')).toBe('/a b/c');
  expect(localPath('s3://b/c')).toBe(null);
  expect(folderOf('file:///a%20b/c.csv')).toBe('file:///a%20b/');
  expect(folderOf('s3://b/c.csv')).toBe('s3://b/');
  expect(nameOf('file:///x/a%20b.csv')).toBe('a b.csv');
  expect(joinUri('file:///x', 'y z/50%')).toBe('file:///x/y%20z/50%25');
});

test.each([
  [
    'gs://b/k',
    'Cannot read the address "gs://b/k": the scheme gs: is none that shoal reads. Give a path, a file: uri or an s3: uri.',
  ],
  [
    's3:///k',
    'Cannot read the address "s3:///k": it names no bucket; write s3://bucket/key. Give a path, a file: uri or an s3: uri.',
  ],
  [
    'file:a',
    'Cannot read the address "file:a": a file: uri is file:///absolute/path, percent-encoded. Give a path, a file: uri or an s3: uri.',
  ],
  [
    'file:///a%',
    'Cannot read the address "file:///a%": a file: uri is file:///absolute/path, percent-encoded. Give a path, a file: uri or an s3: uri.',
  ],
])('%s is refused', (uri, message) => {
  expect(() => toUri(uri)).toThrow(expect.objectContaining({ code: 'INVALID_ARGUMENT', message }));
});

test('any absolute path survives as a uri', () => {
  fc.assert(
    fc.property(
      fc.array(
        fc.string({ unit: 'grapheme', minLength: 1 }).filter((part) => !/[/\0]|^\.\.?$/.test(part)),
        { minLength: 1 },
      ),
      (parts) => {
        const path = `/${parts.join('/')}`;
        expect(parseUri(formatUri({ scheme: 'file', path }))).toEqual({ scheme: 'file', path });
      },
    ),
    { verbose: true },
  );
});

test('order is by code point, as S3 lists (UTF-8 bytes)', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary' }), fc.string({ unit: 'binary' }), (a, b) => {
      expect(Math.sign(compareCodePoints(a, b))).toBe(Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b))));
    }),
    { verbose: true },
  );
  expect(
    ['file:///%F0%9F%90%9F', 'file:///b', 'file:///%EF%BF%BD', 'file:///a%20b', 'file:///a'].sort(compareUris),
  ).toEqual(['file:///a', 'file:///a%20b', 'file:///b', 'file:///%EF%BF%BD', 'file:///%F0%9F%90%9F']);
});
