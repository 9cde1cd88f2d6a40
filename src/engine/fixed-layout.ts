import type { DataType } from '../plan/types.ts';

/** An array of numbers or of 64-bit integers. */
export type FixedArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** Array constructors of a type whose values are plain numbers: as the engine stores them, and as a column does. */
export interface FixedLayout {
  readonly source: FixedArrayConstructor;
  readonly target: FixedArrayConstructor;
}

interface FixedArrayConstructor {
  readonly BYTES_PER_ELEMENT: number;
  new (length: number): FixedArray;
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): FixedArray;
}

/** How values of `type` are stored, or null when they are no plain numbers (strings, 128 bits, nested …). */
export function fixedLayout(type: DataType): FixedLayout | null {
  switch (type.kind) {
    case 'boolean':
    case 'uint8':
      return same(Uint8Array);
    case 'int8':
      return same(Int8Array);
    case 'int16':
      return same(Int16Array);
    case 'int32':
    case 'date':
      return same(Int32Array);
    case 'int64':
    case 'time':
    case 'timestamp':
    case 'timestamptz':
      return same(BigInt64Array);
    case 'uint16':
      return same(Uint16Array);
    case 'uint32':
      return same(Uint32Array);
    case 'uint64':
      return same(BigUint64Array);
    case 'float32':
      return same(Float32Array);
    case 'float64':
      return same(Float64Array);
    case 'decimal':
      // The engine's widths, by digits: 4 in 16 bits, 9 in 32, 18 in 64, 38 in 128.
      if (type.precision <= 4) return { source: Int16Array, target: Int32Array };
      if (type.precision <= 9) return same(Int32Array);
      return type.precision <= 18 ? same(BigInt64Array) : null;
    case 'int128':
    case 'uint128':
    case 'string':
    case 'binary':
    case 'interval':
    case 'uuid':
    case 'null':
    case 'enum':
    case 'list':
    case 'array':
    case 'struct':
    case 'map':
      return null;
  }
}

function same(array: FixedArrayConstructor): FixedLayout {
  return { source: array, target: array };
}
