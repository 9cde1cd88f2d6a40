import { PlanError } from '../../errors.ts';
import { formatType } from '../../plan/type-name.ts';
import type { DataType } from '../../plan/types.ts';

/** A column of JavaScript values, and where they stand. */
export interface RowValues {
  readonly name: string;
  readonly values: readonly unknown[];
  /** Row that holds the value at `index`. */
  readonly rowOf: (index: number) => number;
}

/** What a single value shows of its column's type; the parts of nested ones are looked at together. */
type Sort = 'boolean' | 'integer' | 'fraction' | 'bigint' | 'string' | 'date' | 'binary' | 'list' | 'map' | 'struct';

/** How errors call each sort. */
const sortNames: Readonly<Record<Sort, string>> = {
  boolean: 'a boolean',
  integer: 'a number',
  fraction: 'a number',
  bigint: 'a bigint',
  string: 'a string',
  date: 'a Date',
  binary: 'a Uint8Array',
  list: 'an array',
  map: 'a Map',
  struct: 'an object',
};

/**
 * The type of a column of JavaScript values: safe integers int64, any fraction (or integer beyond 2^53) float64, bigints
 * int64 or int128, `Date` timestamp, `Uint8Array` binary, arrays list, plain objects struct, `Map` map. Only nulls: null,
 * which the engine takes for any type.
 *
 * @throws {PlanError} INVALID_ROWS for values of different types, naming column, row and both types, or of no type at all
 */
export function inferType(column: RowValues): DataType {
  const sort = commonSort(column);
  switch (sort) {
    case null:
      return { kind: 'null' };
    case 'boolean':
    case 'string':
    case 'binary':
      return { kind: sort };
    case 'integer':
      return { kind: 'int64' };
    case 'fraction':
      return { kind: 'float64' };
    case 'bigint':
      return bigintType(column);
    case 'date':
      return { kind: 'timestamp', unit: 'us' };
    case 'list':
      return {
        kind: 'list',
        item: inferType(flatten(column, '[]', (value) => Array.from(value as Iterable<unknown>))),
      };
    case 'map':
      return {
        kind: 'map',
        key: inferType(flatten(column, '.key', (value) => [...(value as Map<unknown, unknown>).keys()])),
        value: inferType(flatten(column, '.value', (value) => [...(value as Map<unknown, unknown>).values()])),
      };
    case 'struct': {
      const fields = fieldNames(column.values).map((name) => ({ name, type: inferType(fieldValues(column, name)) }));
      if (fields.length > 0) return { kind: 'struct', fields };
      throw invalidRows(column, firstOf(column.values), 'is an object without keys, which no column can hold');
    }
  }
}

/** Items of all rows, end to end; nulls have none. */
export function flatten(column: RowValues, suffix: string, items: (value: unknown) => readonly unknown[]): RowValues {
  const values: unknown[] = [];
  const owners: number[] = [];
  column.values.forEach((value, index) => {
    if (value === null || value === undefined) return;
    for (const item of items(value)) {
      values.push(item);
      owners.push(index);
    }
  });
  return { name: column.name + suffix, values, rowOf: (index) => column.rowOf(owners[index] ?? 0) };
}

/** One field of all rows' objects; null where the object is missing or lacks it. */
export function fieldValues(column: RowValues, name: string): RowValues {
  const values = column.values.map((value) =>
    value && Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : null,
  );
  return { name: `${column.name}.${name}`, values, rowOf: column.rowOf };
}

/** Keys of all objects, in order of appearance. */
export function fieldNames(objects: readonly unknown[]): string[] {
  const names = new Set<string>();
  for (const object of objects)
    if (object !== null && object !== undefined) for (const name of Object.keys(object)) names.add(name);
  return [...names];
}

/** The error of a value that its column cannot hold. */
export function invalidRows(column: RowValues, index: number, problem: string): PlanError {
  const row = column.rowOf(index);
  return new PlanError(
    'INVALID_ROWS',
    `Row ${row}, column ${JSON.stringify(column.name)}: ${describeValue(column.values[index])} ${problem}.`,
    {
      details: { row, column: column.name },
    },
  );
}

/** A value as errors show it. */
export function describeValue(value: unknown): string {
  if (typeof value === 'string') return JSON.stringify(value.length > 60 ? `${value.slice(0, 60)}…` : value);
  if (typeof value === 'bigint') return `${value}n`;
  if (value instanceof Date)
    return Number.isNaN(value.getTime()) ? 'an invalid Date' : `the Date ${value.toISOString()}`;
  if (typeof value === 'function') return `the function ${value.name || '(anonymous)'}`;
  if (typeof value === 'object' && value !== null)
    return Array.isArray(value) ? 'an array' : `an object of class ${className(value)}`;
  return String(value);
}

function commonSort(column: RowValues): Sort | null {
  let common: Sort | null = null;
  let commonIndex = 0;
  for (const [index, value] of column.values.entries()) {
    if (value === null || value === undefined) continue;
    const sort = sortOf(value) ?? fail(column, index);
    if (common === null) commonIndex = index;
    const merged: Sort | null = common === null ? sort : mergeSorts(common, sort);
    if (merged === null && common !== null) {
      const first = `${sortNames[common]} in row ${column.rowOf(commonIndex)}`;
      throw invalidRows(
        column,
        index,
        `is ${sortNames[sort]}, but the column has ${first}. Make them one type, or give { schema }`,
      );
    }
    common = merged;
  }
  return common;
}

function fail(column: RowValues, index: number): never {
  const known = 'boolean, number, bigint, string, Date, Uint8Array, array, plain object, Map or null';
  throw invalidRows(column, index, `is no value that a column can hold: ${known}`);
}

function sortOf(value: unknown): Sort | null {
  switch (typeof value) {
    case 'boolean':
    case 'bigint':
    case 'string':
      return typeof value as Sort;
    case 'number':
      return Number.isSafeInteger(value) ? 'integer' : 'fraction';
    case 'object':
      return objectSort(value);
    default:
      return null;
  }
}

function objectSort(value: object | null): Sort | null {
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? null : 'date';
  if (value instanceof Uint8Array) return 'binary';
  if (Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView))) return 'list';
  if (value instanceof Map) return 'map';
  const prototype: unknown = value && Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype ? 'struct' : null;
}

function mergeSorts(a: Sort, b: Sort): Sort | null {
  if (a === b) return a;
  const sorts = new Set([a, b]);
  if (sorts.has('integer') && sorts.has('fraction')) return 'fraction';
  return sorts.has('integer') && sorts.has('bigint') ? 'bigint' : null;
}

function bigintType(column: RowValues): DataType {
  let wide = false;
  column.values.forEach((value, index) => {
    if (typeof value !== 'bigint') return;
    if (BigInt.asIntN(128, value) !== value)
      throw invalidRows(column, index, `does not fit ${formatType({ kind: 'int128' })}`);
    wide ||= BigInt.asIntN(64, value) !== value;
  });
  return { kind: wide ? 'int128' : 'int64' };
}

function firstOf(values: readonly unknown[]): number {
  return values.findIndex((value) => value !== null && value !== undefined);
}

function className(value: object): string {
  return (Object.getPrototypeOf(value) as object | null)?.constructor?.name ?? 'Object';
}
