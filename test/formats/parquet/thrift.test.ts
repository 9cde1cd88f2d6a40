import fc from 'fast-check';
import { expect, test } from 'vitest';
import {
  changeFields,
  intField,
  structsField,
  type ThriftField,
  type ThriftStruct,
  type ThriftValue,
  textField,
  thriftTypes,
} from '../../../src/formats/parquet/thrift.ts';
import { readThrift } from '../../../src/formats/parquet/thrift-read.ts';
import { writeThrift } from '../../../src/formats/parquet/thrift-write.ts';
import { footerOf, zooPaths } from './zoo.ts';

const bytes = fc.uint8Array({ maxLength: 200 });
const integer = fc.oneof(
  fc.integer(),
  fc.maxSafeInteger(),
  fc
    .bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n })
    .map((value) => (Number.isSafeInteger(Number(value)) ? Number(value) : value)),
);

const { value, struct } = fc.letrec<{ value: readonly [type: number, value: ThriftValue]; struct: ThriftStruct }>(
  (tie) => ({
    value: fc.oneof(
      { depthSize: 'small' },
      fc.boolean().map((flag) => [flag ? thriftTypes.true : thriftTypes.false, flag] as const),
      fc.nat(255).map((byte) => [thriftTypes.byte, byte] as const),
      fc.tuple(fc.constantFrom(thriftTypes.i16, thriftTypes.i32, thriftTypes.i64), integer),
      fc.uint8Array({ minLength: 8, maxLength: 8 }).map((raw) => [thriftTypes.double, raw] as const),
      bytes.map((raw) => [thriftTypes.binary, raw] as const),
      tie('struct').map((inner) => [thriftTypes.struct, inner] as const),
      fc
        .array(integer, { maxLength: 40 })
        .map((items) => [thriftTypes.list, { itemType: thriftTypes.i64, items }] as const),
      fc
        .array(tie('struct'), { maxLength: 20 })
        .map((items) => [thriftTypes.set, { itemType: thriftTypes.struct, items }] as const),
      fc
        .array(fc.constantFrom(0, 1, 2), { maxLength: 20 })
        .map((items) => [thriftTypes.list, { itemType: thriftTypes.true, items }] as const),
    ),
    struct: fc
      .array(fc.tuple(fc.integer({ min: 1, max: 40 }), tie('value')), { maxLength: 8 })
      // Ids may leap, and may go back.
      .map(
        (fields): ThriftStruct => ({
          fields: fields.map(([id, [type, inner]]): ThriftField => ({ id, type, value: inner })),
        }),
      ),
  }),
);

/** Buffers and plain arrays of bytes compare as different. */
function plain(part: ThriftValue): unknown {
  if (part instanceof Uint8Array) return [...part];
  if (typeof part !== 'object') return part;
  return 'items' in part
    ? { ...part, items: part.items.map(plain) }
    : { fields: part.fields.map((field) => ({ ...field, value: plain(field.value) })) };
}

test('any struct comes back as it was written', () => {
  fc.assert(
    fc.property(struct, (original) => {
      const written = writeThrift(original);
      const read = readThrift(written);
      expect(plain(read.struct)).toEqual(plain(original));
      expect(read.endByte).toBe(written.length);
    }),
  );
  expect(value).toBeDefined();
});

test.each(zooPaths)('an untouched footer comes back byte for byte: %s', (path) => {
  const footer = footerOf(path);
  expect(Buffer.from(writeThrift(readThrift(footer).struct)).equals(footer)).toBe(true);
});

test('bytes that are cut off anywhere are an error, never a wrong struct', () => {
  const footer = footerOf(zooPaths[0] ?? '');
  for (let length = 0; length < footer.length; length++)
    expect(() => readThrift(footer.subarray(0, length))).toThrow(/byte|end/);
});

test('damaged bytes are an error or a struct, never a hang or a crash', () => {
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 300 }), (garbage) => {
      let outcome: string;
      try {
        outcome = typeof readThrift(garbage).endByte;
      } catch (error) {
        outcome = error instanceof RangeError ? 'RangeError' : 'error';
      }
      expect(['number', 'error']).toContain(outcome);
    }),
    { numRuns: 2000 },
  );
});

test('errors say where', () => {
  expect(() => readThrift(Buffer.from([0x19]))).toThrow('the bytes end at 1, within a struct');
  expect(() => readThrift(Buffer.from([0x18, 5, 1]))).toThrow('5 bytes at byte 2 pass the end (3)');
  expect(() => readThrift(Buffer.from([0x19, 0xf5, 0xff, 0x7f, 0]))).toThrow('a list of 16383 items at byte 4');
  expect(() => readThrift(Buffer.from([0x1b, 0]))).toThrow('unknown type 11 at byte 1');
  expect(() => readThrift(Buffer.alloc(1000, 0x1c))).toThrow('more than 64 levels of structs and lists at byte 65');
  expect(() => readThrift(Buffer.alloc(100_000, 0x19))).toThrow('more than 64 levels of structs and lists at byte 66');
  expect(() => readThrift(Buffer.from([0x16, ...Array(11).fill(0xff)]))).toThrow(
    'an integer of more than 10 bytes at byte 1',
  );
});

test('fields are read by their type, and changed by their id', () => {
  const name: ThriftField = { id: 1, type: thriftTypes.binary, value: Buffer.from('größe') };
  const count: ThriftField = { id: 2, type: thriftTypes.i32, value: -7 };
  const fields: ThriftStruct = { fields: [name, count] };
  expect([textField(fields, 1), intField(fields, 2), intField(fields, 3), structsField(fields, 3)]).toEqual([
    'größe',
    -7,
    undefined,
    [],
  ]);
  expect(() => intField(fields, 1)).toThrow('field 1 is bytes where an integer was expected');
  expect(() => textField(fields, 2)).toThrow('field 2 is the integer -7 where bytes were expected');
  expect(
    changeFields(fields, {
      drop: [1],
      set: new Map([
        [2, 8],
        [9, 1],
      ]),
    }),
  ).toEqual({ fields: [{ ...count, value: 8 }] });
});
