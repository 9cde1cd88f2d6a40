import type { Interval } from '../plan/batch.ts';
import type { ReadObjects } from './column-builder.ts';
import type { Bindings } from './duckdb.ts';

/** Reads 128-bit integers: low half first, the high one signed or not. */
export function readInt128s(bindings: Bindings, signed: boolean): ReadObjects<bigint> {
  return (vector, size, _validity, start, count, out, at) => {
    const bytes = bindings.vector_get_data(vector, size * 16);
    const low = new BigUint64Array(bytes.buffer, bytes.byteOffset, size * 2);
    const high = signed ? new BigInt64Array(bytes.buffer, bytes.byteOffset, size * 2) : low;
    for (let index = 0; index < count; index++) {
      const upper = high[(start + index) * 2 + 1] ?? 0n;
      const lower = low[(start + index) * 2] ?? 0n;
      out[at + index] = upper === 0n ? lower : (upper << 64n) + lower;
    }
  };
}

/** Reads intervals: i32 months, i32 days, i64 microseconds. */
export function readIntervals(bindings: Bindings): ReadObjects<Interval> {
  return (vector, size, _validity, start, count, out, at) => {
    const bytes = bindings.vector_get_data(vector, size * 16);
    const words = new Int32Array(bytes.buffer, bytes.byteOffset, size * 4);
    const longs = new BigInt64Array(bytes.buffer, bytes.byteOffset, size * 2);
    for (let index = 0; index < count; index++) {
      const row = start + index;
      out[at + index] = {
        months: words[row * 4] ?? 0,
        days: words[row * 4 + 1] ?? 0,
        micros: longs[row * 2 + 1] ?? 0n,
      };
    }
  };
}

/** Reads enums: indexes into `values`, of the smallest width that holds `values.length`. */
export function readEnums(bindings: Bindings, values: readonly string[]): ReadObjects<string> {
  const Indexes = values.length <= 0xff ? Uint8Array : values.length <= 0xffff ? Uint16Array : Uint32Array;
  return (vector, size, _validity, start, count, out, at) => {
    const bytes = bindings.vector_get_data(vector, size * Indexes.BYTES_PER_ELEMENT);
    const indexes = new Indexes(bytes.buffer as ArrayBuffer, bytes.byteOffset, size);
    for (let index = 0; index < count; index++) out[at + index] = values[indexes[start + index] ?? 0] ?? '';
  };
}

const hexOfByte = Array.from({ length: 256 }, (_, byte) => byte.toString(16).padStart(2, '0'));

/** Reads UUIDs: 128 bits, low half first, the topmost bit flipped so that they sort as signed integers. */
export function readUuids(bindings: Bindings): ReadObjects<string> {
  return (vector, size, _validity, start, count, out, at) => {
    const bytes = bindings.vector_get_data(vector, size * 16);
    const hex = (index: number, flip = 0) => hexOfByte[(bytes[index] ?? 0) ^ flip] ?? '';
    for (let index = 0; index < count; index++) {
      const end = (start + index) * 16 + 15;
      out[at + index] =
        `${hex(end, 0x80)}${hex(end - 1)}${hex(end - 2)}${hex(end - 3)}-${hex(end - 4)}${hex(end - 5)}-${hex(end - 6)}${hex(end - 7)}-` +
        `${hex(end - 8)}${hex(end - 9)}-${hex(end - 10)}${hex(end - 11)}${hex(end - 12)}${hex(end - 13)}${hex(end - 14)}${hex(end - 15)}`;
    }
  };
}
