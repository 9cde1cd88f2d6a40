import type { DataType, Schema } from './types.ts';

/**
 * Values of one column. By type, `data` is
 * - boolean: `Uint8Array` of 0 and 1; int8…uint32, float32, float64: the typed array of that width;
 * - int64, time (µs), timestamp (in its unit), timestamptz (µs): `BigInt64Array`; uint64: `BigUint64Array`;
 * - int128, uint128: `bigint[]`;
 * - decimal: unscaled integers, `Int32Array` up to 9 digits, `BigInt64Array` up to 18, `bigint[]` beyond;
 * - date: `Int32Array` of days since 1970-01-01;
 * - string, enum, uuid: `string[]`; binary: `Uint8Array[]`; interval: `Interval[]`; null: `null[]`;
 * - list, map: `offsets` (`length + 1` of them, into the children), array: the child alone, `type.length` items a row;
 * - struct: one child a field. Map children are keys and values.
 * Slots of nulls hold anything.
 */
export interface Column {
  readonly type: DataType;
  readonly length: number;
  /** Bit i (least significant first) is 1 where row i is not null; `null` when no row is. */
  readonly validity: Uint8Array | null;
  readonly data: ColumnData;
}

/** Storage of a column; see {@link Column} for which type has which. */
export type ColumnData =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array
  | readonly bigint[]
  | readonly string[]
  | readonly Uint8Array[]
  | readonly Interval[]
  | readonly null[]
  | NestedData;

/** Children of a nested column; `offsets` is null for structs and fixed-size arrays. */
export interface NestedData {
  readonly offsets: Int32Array | null;
  readonly children: readonly Column[];
}

/** A span of time whose parts do not convert into each other. */
export interface Interval {
  readonly months: number;
  readonly days: number;
  readonly micros: bigint;
}

/** Some rows of a result, column by column. */
export interface Batch {
  readonly schema: Schema;
  readonly numRows: number;
  readonly columns: readonly Column[];
}

/** Whether row `index` of a column holds a value. */
export function isValid(column: Column, index: number): boolean {
  return column.validity === null || ((column.validity[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
}
