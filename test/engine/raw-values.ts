import { type Batch, type Column, isValid, type NestedData } from '../../src/plan/batch.ts';

/** Values of a column as they are stored, null for nulls; lists and arrays as arrays, structs as arrays by field, maps as pairs. */
export function rawValues(column: Column): unknown[] {
  return Array.from({ length: column.length }, (_, row) => rawValue(column, row));
}

/** All batches' rows, each an array of {@link rawValues}. */
export function rawRows(batches: readonly Batch[]): unknown[][] {
  return batches.flatMap((batch) =>
    Array.from({ length: batch.numRows }, (_, row) => batch.columns.map((column) => rawValue(column, row))),
  );
}

function rawValue(column: Column, row: number): unknown {
  if (!isValid(column, row)) return null;
  const { type, data } = column;
  if (!('children' in data)) return data[row];
  const children = data.children.map((child) => (index: number) => rawValue(child, index));
  const items = (from: number, to: number) =>
    Array.from({ length: to - from }, (_, index) => children.map((child) => child(from + index)));
  if (type.kind === 'struct') return children.map((child) => child(row));
  if (type.kind === 'array') return items(row * type.length, (row + 1) * type.length).map(([item]) => item);
  const [from, to] = range(data, row);
  return type.kind === 'list' ? items(from, to).map(([item]) => item) : items(from, to);
}

function range({ offsets }: NestedData, row: number): [number, number] {
  return [offsets?.[row] ?? 0, offsets?.[row + 1] ?? 0];
}
