import type { Bindings } from './duckdb.ts';

/** One column of a chunk, or a child of one; its memory lives as long as the chunk. */
export type Vector = import('@duckdb/node-bindings').Vector;

/**
 * The vector's null bits, least significant first and 1 for a value, or null when it has no nulls.
 *
 * @param size rows of the vector
 */
export function readValidity(bindings: Bindings, vector: Vector, size: number): Uint8Array | null {
  // The engine keeps whole 64-bit words of them, and no words at all while every row is valid.
  return bindings.vector_get_validity(vector, Math.ceil(size / 64) * 8) ?? null;
}
