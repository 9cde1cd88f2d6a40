import { hash32 } from './random.ts';

/**
 * A simulated row: `key · 2³² + id`. The key stands for all columns that rows are grouped, joined and dealt by; the id tells the
 * row from all others, and says what it was made of. A lost, doubled or stale row changes what comes out.
 */
export type Row = number;

const idBits = 2 ** 32;

/** How many different keys there are. */
const keys = 13;

/** A row with this id, and this key or one that follows from the id. */
export function row(id: number, key: number = hash32(id, 1) % keys): Row {
  return key * idBits + (id >>> 0);
}

export function keyOf(value: Row): number {
  return Math.floor(value / idBits);
}

export function idOf(value: Row): number {
  return value % idBits;
}

/** Bytes of a row where it is really written. */
export const rowBytes = 8;

/** Rows as bytes. */
export function encodeRows(rows: readonly Row[]): Uint8Array {
  return new Uint8Array(new Float64Array(rows).buffer);
}

/** The inverse of {@link encodeRows}. */
export function decodeRows(bytes: Uint8Array): readonly Row[] {
  // A copy of its own: the bytes may begin anywhere in theirs.
  return [...new Float64Array(new Uint8Array(bytes).buffer)];
}

/** The same rows in an order that does not hang on how they came. */
export function sortedRows(rows: readonly Row[]): readonly Row[] {
  return [...rows].sort((a, b) => a - b);
}
