import fc from 'fast-check';
import { expect, test } from 'vitest';
import { formatType, parseType } from '../../src/plan/type-name.ts';
import type { DataType } from '../../src/plan/types.ts';
import { messageOf } from '../support/use-session.ts';

const simple = fc.constantFrom<DataType>(
  { kind: 'boolean' },
  { kind: 'int8' },
  { kind: 'uint64' },
  { kind: 'int128' },
  { kind: 'float32' },
  { kind: 'string' },
  { kind: 'binary' },
  { kind: 'date' },
  { kind: 'time' },
  { kind: 'timestamptz' },
  { kind: 'interval' },
  { kind: 'uuid' },
  { kind: 'timestamp', unit: 'ns' },
  { kind: 'timestamp', unit: 'us' },
  { kind: 'decimal', precision: 38, scale: 12 },
  { kind: 'enum', values: ["it's", 'b'] },
);

const { type } = fc.letrec<{ type: DataType }>((tie) => ({
  type: fc.oneof(
    { depthSize: 'small', withCrossShrink: true },
    simple,
    tie('type').map((item): DataType => ({ kind: 'list', item })),
    fc
      .tuple(tie('type'), fc.integer({ min: 1, max: 9 }))
      .map(([item, length]): DataType => ({ kind: 'array', item, length })),
    fc.tuple(tie('type'), tie('type')).map(([key, value]): DataType => ({ kind: 'map', key, value })),
    fc
      .array(fc.tuple(fc.string({ minLength: 1 }), tie('type')), { minLength: 1, maxLength: 3 })
      .map((fields): DataType => ({ kind: 'struct', fields: fields.map(([name, field]) => ({ name, type: field })) })),
  ),
}));

test('every type reads back from its own text', () => {
  fc.assert(
    fc.property(type, (given) => {
      expect(parseType(formatType(given))).toEqual(given);
    }),
  );
});

test('usual names of other systems are understood, in any case', () => {
  const names = ['BIGINT', 'double', 'varchar', 'Text', 'numeric(5)', 'decimal', 'datetime', 'int[]', 'BOOL[2][]'];
  expect(names.map((name) => formatType(parseType(name)))).toEqual([
    'int64',
    'float64',
    'string',
    'string',
    'decimal(5, 0)',
    'decimal(18, 3)',
    'timestamp',
    'list<int32>',
    'list<boolean[2]>',
  ]);
});

test('what is no type is refused, with the place where reading stopped', () => {
  const kinds =
    "Types are boolean, int8…int128, uint8…uint128, float32, float64, decimal(p, s), string, binary, date, time, timestamp, timestamp(s|ms|ns), timestamptz, interval, uuid, enum('a', …), list<T>, T[n], struct<a: T, …>, map<K, V>.";
  expect(messageOf(() => parseType('list<strin>'))).toBe(
    `Unknown type "list<strin>" (reading stopped at character 10). ${kinds}`,
  );
  expect(messageOf(() => parseType(''))).toBe(`Unknown type "" (reading stopped at character 0). ${kinds}`);
  expect(messageOf(() => parseType('decimal(40, 2)'))).toBe(
    'decimal(40, 2) is not a type: precision is 1 to 38, scale 0 to precision.',
  );
});
