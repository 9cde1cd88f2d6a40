import type { PlainValue } from './reference/plain-values.ts';

/** What is known of rows that are compared. */
export interface Comparison {
  /** Whether their order counts. */
  readonly ordered: boolean;
  /** How far the numbers of a column may differ, by its index; others must be the same. */
  readonly tolerances: ReadonlyMap<number, number>;
}

type Row = readonly PlainValue[];

/**
 * Compares rows as semantics.md says: NaN equals NaN, −0 equals 0, numbers of inexact columns within their tolerance, all
 * else exactly; as a multiset unless the order counts.
 *
 * @returns what differs, or null
 */
export function compareRows(expected: readonly Row[], actual: readonly Row[], comparison: Comparison): string | null {
  if (expected.length !== actual.length) {
    return `${expected.length} rows were expected, ${actual.length} came.\n${firstRows('expected', expected)}\n${firstRows('actual', actual)}`;
  }
  if (comparison.ordered) {
    const index = expected.findIndex((row, at) => !sameRow(row, actual[at] ?? [], comparison));
    return index < 0
      ? null
      : `Row ${index}: expected ${rowText(expected[index] ?? [])}, came ${rowText(actual[index] ?? [])}`;
  }
  const missing = unmatched(expected, actual, comparison);
  return (
    missing &&
    `No row came that is ${rowText(missing)}.\n${firstRows('expected', expected)}\n${firstRows('actual', actual)}`
  );
}

/** A row of `expected` that has no partner of its own in `actual`. */
function unmatched(expected: readonly Row[], actual: readonly Row[], comparison: Comparison): Row | null {
  const left = new Map<string, Row[]>();
  for (const row of actual) {
    const key = exactKey(row, comparison);
    left.set(key, [...(left.get(key) ?? []), row]);
  }
  for (const row of expected) {
    const candidates = left.get(exactKey(row, comparison)) ?? [];
    const partner = candidates.findIndex((candidate) => sameRow(row, candidate, comparison));
    if (partner < 0) return row;
    candidates.splice(partner, 1);
  }
  return null;
}

function sameRow(a: Row, b: Row, { tolerances }: Comparison): boolean {
  return a.every((value, column) => {
    const other = b[column] ?? null;
    const tolerance = tolerances.get(column);
    if (
      tolerance !== undefined &&
      typeof value === 'number' &&
      typeof other === 'number' &&
      Number.isFinite(value - other)
    ) {
      return Math.abs(value - other) <= tolerance;
    }
    return cellKey(value) === cellKey(other);
  });
}

function exactKey(row: Row, { tolerances }: Comparison): string {
  return row.map((value, column) => (tolerances.has(column) ? '' : cellKey(value))).join('\u0001');
}

/** Text that equal values share. */
function cellKey(value: PlainValue): string {
  if (value === null) return 'null';
  // `${-0}` is '0', `${NaN}` is 'NaN'.
  if (typeof value === 'number' || typeof value === 'boolean') return `${value}`;
  if (typeof value === 'bigint') return `${value}n`;
  if (typeof value === 'string') return JSON.stringify(value);
  return `[${value.map(cellKey).join(',')}]`;
}

function rowText(row: Row): string {
  return `(${row.map(cellKey).join(', ')})`;
}

function firstRows(label: string, rows: readonly Row[]): string {
  const more = rows.length > 12 ? [`… ${rows.length - 12} more`] : [];
  return [`${label}:`, ...rows.slice(0, 12).map(rowText), ...more].join('\n  ');
}
