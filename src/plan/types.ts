/** Unit of a zone-less timestamp: seconds, milliseconds, microseconds or nanoseconds since 1970-01-01. */
export type TimestampUnit = 's' | 'ms' | 'us' | 'ns';

/** Types without parameters. `string` is UTF-8; `time` and `timestamptz` count microseconds. */
export type SimpleTypeKind =
  | 'boolean'
  | 'int8'
  | 'int16'
  | 'int32'
  | 'int64'
  | 'int128'
  | 'uint8'
  | 'uint16'
  | 'uint32'
  | 'uint64'
  | 'uint128'
  | 'float32'
  | 'float64'
  | 'string'
  | 'binary'
  | 'date'
  | 'time'
  | 'timestamptz'
  | 'interval'
  | 'uuid'
  | 'null';

/** The type of a column or expression, as plain data; `formatType` gives its text form. */
export type DataType =
  | { readonly kind: SimpleTypeKind }
  | { readonly kind: 'decimal'; readonly precision: number; readonly scale: number }
  | { readonly kind: 'timestamp'; readonly unit: TimestampUnit }
  | { readonly kind: 'enum'; readonly values: readonly string[] }
  | { readonly kind: 'list'; readonly item: DataType }
  | { readonly kind: 'array'; readonly item: DataType; readonly length: number }
  | { readonly kind: 'struct'; readonly fields: readonly Field[] }
  | { readonly kind: 'map'; readonly key: DataType; readonly value: DataType };

/** A named, typed column. Every column may hold nulls. */
export interface Field {
  readonly name: string;
  readonly type: DataType;
}

/** Columns in order; names are unique. */
export type Schema = readonly Field[];

/** Whether two types are the same, parameters and nested names included. */
export function sameType(a: DataType, b: DataType): boolean {
  return a === b || JSON.stringify(a) === JSON.stringify(b);
}

/** Whether values of the type are numbers: integers, decimals or floats. */
export function isNumeric(type: DataType): boolean {
  return /^(u?int\d+|float\d+|decimal)$/.test(type.kind);
}
