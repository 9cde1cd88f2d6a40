import type { Column, NestedData } from '../../plan/batch.ts';
import type { Field } from '../../plan/types.ts';
import { convertDecimals } from './decimals.ts';
import { convertIntegers } from './integers.ts';
import { rowBuilder } from './row-builder.ts';
import { convertDates, convertIntervals, convertTimes, convertTimestamps } from './times.ts';
import { mapValid, type Place, type Values } from './values.ts';

/**
 * A column's values as JavaScript has them: numbers, bigints, strings, booleans, `Date`, `Uint8Array`, arrays (list,
 * array), plain objects (struct), `Map`, null. Typed arrays may be the column's own memory.
 *
 * @throws {ResultError} UNSAFE_VALUE for a value that would come out as another one, naming the option that keeps it
 */
export function convertColumn(column: Column, place: Place): Values {
  const { type } = column;
  switch (type.kind) {
    case 'boolean':
      return mapValid<number, boolean>(column, column.data as Uint8Array, (value) => value !== 0);
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'float32':
    case 'float64':
    case 'string':
    case 'enum':
    case 'uuid':
    case 'binary':
      return asIs(column);
    case 'int64':
    case 'uint64':
    case 'int128':
    case 'uint128':
      return convertIntegers(column, place);
    case 'decimal':
      return convertDecimals(column, type.scale, place);
    case 'date':
      return convertDates(column, place);
    case 'time':
      return convertTimes(column);
    case 'timestamp':
      return convertTimestamps(column, type.unit, false, place);
    case 'timestamptz':
      return convertTimestamps(column, 'us', true, place);
    case 'interval':
      return convertIntervals(column, place);
    case 'null':
      return new Array<null>(column.length).fill(null);
    case 'list':
      return convertLists(column, (row) => offsetOf(column, row), place);
    case 'array':
      return convertLists(column, (row) => row * type.length, place);
    case 'struct':
      return convertStructs(column, type.fields, place);
    case 'map':
      return convertMaps(column, place);
  }
}

function asIs(column: Column): Values {
  const data = column.data as Exclude<Values, readonly unknown[]> | readonly string[] | readonly Uint8Array[];
  return column.validity === null ? data : mapValid<unknown, unknown>(column, data, (value) => value);
}

function convertLists(column: Column, start: (row: number) => number, place: Place): Values {
  const [items] = convertChildren(column, ['[]'], start, place);
  // A row's items are a plain array, also where all items make a typed one.
  return mapValid<unknown, unknown[]>(column, [], (_, row) =>
    Array.from(items?.slice(start(row), start(row + 1)) ?? []),
  );
}

function convertMaps(column: Column, place: Place): Values {
  const start = (row: number) => offsetOf(column, row);
  const [keys, values] = convertChildren(column, ['.key', '.value'], start, place);
  return mapValid<unknown, Map<unknown, unknown>>(column, [], (_, row) => {
    const map = new Map<unknown, unknown>();
    for (let index = start(row); index < start(row + 1); index++) map.set(keys?.[index], values?.[index]);
    return map;
  });
}

function convertStructs(column: Column, fields: readonly Field[], place: Place): Values {
  const { children } = column.data as NestedData;
  const values = children.map((child, index) => {
    const name = `${place.name}.${fields[index]?.name}`;
    return convertColumn(hideUnder(child, column), { ...place, name });
  });
  const rows: object[] = new Array<object>(column.length);
  rowBuilder(fields.map((field) => field.name))(column.length, rows, 0, values);
  return column.validity === null ? rows : mapValid<object, object>(column, rows, (value) => value);
}

function convertChildren(
  column: Column,
  suffixes: readonly string[],
  start: (row: number) => number,
  place: Place,
): Values[] {
  const rowOf = (index: number) => place.rowOf(lastRowFrom(index, column.length, start));
  const { children } = column.data as NestedData;
  return children.map((child, index) =>
    convertColumn(child, { ...place, name: place.name + (suffixes[index] ?? ''), rowOf }),
  );
}

/** A field of a null struct holds anything, so it may not raise an error: the field is null there too. */
function hideUnder(child: Column, struct: Column): Column {
  if (struct.validity === null) return child;
  const validity = struct.validity.slice();
  if (child.validity !== null)
    for (let byte = 0; byte < validity.length; byte++)
      validity[byte] = (validity[byte] ?? 0) & (child.validity[byte] ?? 0);
  return { ...child, validity };
}

function offsetOf(column: Column, row: number): number {
  return (column.data as NestedData).offsets?.[row] ?? 0;
}

/** The row whose items `index` is one of: the last that starts at or before it. */
function lastRowFrom(index: number, rows: number, start: (row: number) => number): number {
  let low = 0;
  let high = rows;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (start(middle) <= index) low = middle;
    else high = middle;
  }
  return low;
}
