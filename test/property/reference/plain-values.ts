import {
  DuckDBDateValue,
  DuckDBDecimalValue,
  DuckDBListValue,
  DuckDBStructValue,
  DuckDBTimestampValue,
  type DuckDBValue,
} from '@duckdb/node-api';

/**
 * A value in the one form in which results are compared: decimals as digits, dates as days and timestamps as microseconds
 * since 1970 (a `bigint`), lists as arrays, structs as arrays of their fields' values.
 */
export type PlainValue = null | boolean | number | bigint | string | readonly PlainValue[];

/** The engine's value in the form in which results are compared. */
export function plainValue(value: DuckDBValue): PlainValue {
  if (value === null || typeof value !== 'object') return value;
  if (value instanceof DuckDBDecimalValue) return value.toString();
  if (value instanceof DuckDBDateValue) return BigInt(value.days);
  if (value instanceof DuckDBTimestampValue) return value.micros;
  if (value instanceof DuckDBListValue) return value.items.map(plainValue);
  if (value instanceof DuckDBStructValue) return Object.values(value.entries).map(plainValue);
  throw new TypeError(`A result holds a value of class ${value.constructor.name}.`);
}
