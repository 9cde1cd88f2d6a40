import fc from 'fast-check';
import { expect, test } from 'vitest';
import { boundValue } from '../../../src/formats/parquet/bound-value.ts';
import type { LeafType } from '../../../src/formats/parquet/column-type.ts';
import { comparable, compare } from '../../../src/formats/statistics/comparable.ts';

const int32 = (value: number) => {
  const bytes = Buffer.alloc(4);
  bytes.writeInt32LE(value);
  return bytes;
};
const int64 = (value: bigint) => {
  const bytes = Buffer.alloc(8);
  bytes.writeBigInt64LE(value);
  return bytes;
};
const date: LeafType = { physical: 'int32', type: { kind: 'date' } };
const nanos: LeafType = { physical: 'int64', type: { kind: 'timestamp', unit: 'ns' }, unit: 'ns' };
const zoned: LeafType = { physical: 'int64', type: { kind: 'timestamptz' }, unit: 'ns' };
const text: LeafType = { physical: 'bytes', type: { kind: 'string' } };
const decimal = (physical: LeafType['physical'], scale: number): LeafType => ({
  physical,
  type: { kind: 'decimal', precision: 38, scale },
});

test.each<[string, LeafType, Uint8Array, unknown]>([
  ['a negative byte', { physical: 'int32', type: { kind: 'int8' } }, int32(-128), -128],
  ['the largest uint32', { physical: 'int32', type: { kind: 'uint32' } }, int32(-1), 4_294_967_295],
  ['the largest uint64', { physical: 'int64', type: { kind: 'uint64' } }, int64(-1n), '18446744073709551615'],
  ['the least int64', { physical: 'int64', type: { kind: 'int64' } }, int64(-(2n ** 63n)), '-9223372036854775808'],
  ['a small negative decimal', decimal('int32', 3), int32(-5), '-0.005'],
  ['a decimal without scale', decimal('int64', 0), int64(120n), '120'],
  ['a decimal in three bytes', decimal('fixed', 2), Buffer.from([0xff, 0xff, 0x38]), '-2.00'],
  ['a decimal in bytes', decimal('bytes', 1), Buffer.from([0x7b]), '12.3'],
  ['no bytes', decimal('bytes', 1), Buffer.alloc(0), null],
  ['the day before 1970', date, int32(-1), '1969-12-31'],
  ['the year 1', date, int32(-719_162), '0001-01-01'],
  ['before the year 1', date, int32(-719_163), null],
  ['the last day of 9999', date, int32(2_932_896), '9999-12-31'],
  ['infinity', date, int32(2 ** 31 - 1), null],
  ['a nanosecond before 1970', nanos, int64(-1n), '1969-12-31 23:59:59.999999999'],
  ['a zoned timestamp is cut to microseconds', zoned, int64(-1n), '1969-12-31 23:59:59.999999'],
  [
    'infinity of microseconds',
    { physical: 'int64', type: { kind: 'timestamp', unit: 'us' }, unit: 'us' },
    int64(2n ** 63n - 1n),
    null,
  ],
  ['a time', { physical: 'int32', type: { kind: 'time' }, unit: 'ms' }, int32(86_399_999), '23:59:59.999'],
  ['a float', { physical: 'double', type: { kind: 'float64' } }, Buffer.alloc(8), null],
  ['a type that is not known', { physical: 'bytes', type: null }, Buffer.alloc(8), null],
  ['too few bytes', date, Buffer.alloc(3), null],
])('%s', (_, leaf, bytes, expected) => {
  expect(boundValue(leaf, bytes, 'min')).toBe(expected);
  expect(boundValue(leaf, bytes, 'max')).toBe(expected);
});

test('texts that were cut within a character', () => {
  const cut = Buffer.from('aé').subarray(0, 2);
  expect(boundValue(text, cut, 'min')).toBe('a');
  expect(boundValue(text, cut, 'max')).toBe('b');
  expect(boundValue(text, Buffer.from([0x61, 0xff, 0xff, 0xff, 0xff, 0x61]), 'min')).toBeNull();
});

test('long texts are cut, and their maximum raised', () => {
  const long = (character: string) => Buffer.from(character.repeat(100));
  expect(boundValue(text, long('a'), 'min')).toBe('a'.repeat(64));
  expect(boundValue(text, long('a'), 'max')).toBe(`${'a'.repeat(63)}b`);
  expect(boundValue(text, long('\u{10ffff}'), 'max')).toBeNull();
  expect(boundValue(text, Buffer.concat([Buffer.from('a'), long('\u{10ffff}')]), 'max')).toBe('b');
  expect(boundValue(text, long('\ud7ff'), 'max')).toBe(`${'\ud7ff'.repeat(20)}\ue000`);
  expect(boundValue({ physical: 'bytes', type: { kind: 'binary' } }, long('a'), 'max')).toBeNull();
  expect(boundValue({ physical: 'bytes', type: { kind: 'binary' } }, long('a'), 'min')).toBe(
    Buffer.from('a'.repeat(64)).toString('base64'),
  );
});

test('no text lies outside of its own bounds', () => {
  const anyText = fc.string({ unit: 'binary', maxLength: 80 });
  fc.assert(
    fc.property(anyText, fc.nat(300), (value, length) => {
      const form = comparable({ kind: 'string' }, value);
      // A writer may cut a minimum anywhere.
      const min = boundValue(text, Buffer.from(value).subarray(0, length), 'min');
      const max = boundValue(text, Buffer.from(value), 'max');
      const [low, high] = [min, max].map((bound) => comparable({ kind: 'string' }, bound));
      if (low && form) expect(compare(low, form)).toBeLessThanOrEqual(0);
      if (high && form) expect(compare(form, high)).toBeLessThanOrEqual(0);
      expect(form).toBeDefined();
    }),
    { numRuns: 1000 },
  );
});
