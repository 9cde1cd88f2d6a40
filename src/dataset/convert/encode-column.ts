import { fixedLayout } from '../../engine/fixed-layout.ts';
import type { Column, ColumnData } from '../../plan/batch.ts';
import { formatType } from '../../plan/type-name.ts';
import type { DataType, Field } from '../../plan/types.ts';
import { encodeValue } from './encode-value.ts';
import { fieldNames, fieldValues, flatten, invalidRows, type RowValues } from './infer-type.ts';

/**
 * JavaScript values as a column of `type`; undefined is null.
 *
 * @throws {PlanError} INVALID_ROWS for a value that the type does not hold exactly, naming row, column, value and type
 */
export function encodeColumn(column: RowValues, type: DataType): Column {
  const { values } = column;
  const validity = packValidity(values);
  return { type, length: values.length, validity, data: encodeData(column, type) };
}

function encodeData(column: RowValues, type: DataType): ColumnData {
  switch (type.kind) {
    case 'list':
      return encodeLists(column, type, (value) => listItems(value), [['[]', type.item, (item) => item]]);
    case 'map': {
      const part = (index: number) => (entry: unknown) => (entry as readonly unknown[])[index];
      const entries = (value: unknown) => (value instanceof Map ? [...(value as Map<unknown, unknown>)] : null);
      return encodeLists(column, type, entries, [
        ['.key', type.key, part(0)],
        ['.value', type.value, part(1)],
      ]);
    }
    case 'array':
      return encodeArrays(column, type);
    case 'struct':
      return encodeStructs(column, type, type.fields);
    case 'null':
      return encodeNulls(column, type);
    default:
      return encodeLeaves(column, type);
  }
}

function encodeLeaves(column: RowValues, type: DataType): ColumnData {
  const { values } = column;
  const layout = fixedLayout(type);
  const data: unknown[] | Float64Array = layout
    ? (new layout.target(values.length) as Float64Array)
    : new Array(values.length);
  const filler = fillerOf(type);
  for (let index = 0; index < values.length; index++) {
    const value = values[index];
    if (value === null || value === undefined) {
      if (!layout) data[index] = filler as number;
      continue;
    }
    const encoded = encodeValue(value, type);
    if (encoded === undefined) throw misfit(column, index, type);
    data[index] = encoded as number;
  }
  return data as ColumnData;
}

type Part = readonly [suffix: string, type: DataType, of: (item: unknown) => unknown];

function encodeLists(
  column: RowValues,
  type: DataType,
  itemsOf: (value: unknown) => readonly unknown[] | null,
  parts: readonly Part[],
): ColumnData {
  const offsets = new Int32Array(column.values.length + 1);
  const items = column.values.map((value, index) => {
    const found = isNull(value) ? [] : (itemsOf(value) ?? fail(column, index, type));
    offsets[index + 1] = (offsets[index] ?? 0) + found.length;
    return found;
  });
  const children = parts.map(([suffix, childType, of]) =>
    encodeColumn(
      flatten({ ...column, values: items }, suffix, (list) => (list as readonly unknown[]).map(of)),
      childType,
    ),
  );
  return { offsets, children };
}

function encodeArrays(column: RowValues, type: DataType & { readonly kind: 'array' }): ColumnData {
  const items = column.values.map((value, index) => {
    if (isNull(value)) return new Array<null>(type.length).fill(null);
    const found = listItems(value);
    return found?.length === type.length ? found : fail(column, index, type);
  });
  return {
    offsets: null,
    children: [
      encodeColumn(
        flatten({ ...column, values: items }, '[]', (list) => list as unknown[]),
        type.item,
      ),
    ],
  };
}

function encodeStructs(column: RowValues, type: DataType, fields: readonly Field[]): ColumnData {
  const known = new Set(fields.map((field) => field.name));
  column.values.forEach((value, index) => {
    if (isNull(value)) return;
    if (typeof value !== 'object' || Array.isArray(value) || fieldNames([value]).some((name) => !known.has(name)))
      fail(column, index, type);
  });
  return { offsets: null, children: fields.map((field) => encodeColumn(fieldValues(column, field.name), field.type)) };
}

function encodeNulls(column: RowValues, type: DataType): ColumnData {
  const index = column.values.findIndex((value) => !isNull(value));
  if (index >= 0) fail(column, index, type);
  return new Array<null>(column.values.length).fill(null);
}

function listItems(value: unknown): readonly unknown[] | null {
  const list = Array.isArray(value) || (ArrayBuffer.isView(value) && !(value instanceof DataView));
  return list ? Array.from(value as Iterable<unknown>) : null;
}

function packValidity(values: readonly unknown[]): Uint8Array | null {
  if (!values.some(isNull)) return null;
  const bits = new Uint8Array(Math.ceil(values.length / 8));
  values.forEach((value, index) => {
    if (!isNull(value)) bits[index >> 3] = (bits[index >> 3] ?? 0) | (1 << (index & 7));
  });
  return bits;
}

/** What stands in the slots of nulls where the data is no typed array. */
function fillerOf(type: DataType): unknown {
  if (type.kind === 'binary') return new Uint8Array(0);
  if (type.kind === 'interval') return { months: 0, days: 0, micros: 0n };
  return type.kind === 'string' || type.kind === 'enum' || type.kind === 'uuid' ? '' : 0n;
}

function isNull(value: unknown): value is null | undefined {
  return value === null || value === undefined;
}

function misfit(column: RowValues, index: number, type: DataType): Error {
  return invalidRows(column, index, `does not fit ${formatType(type)}`);
}

function fail(column: RowValues, index: number, type: DataType): never {
  throw misfit(column, index, type);
}
