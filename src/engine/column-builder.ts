import type { Column } from '../plan/batch.ts';
import type { Vector } from './vector.ts';

/** Collects the values of one column from the engine's vectors. */
export interface ColumnBuilder {
  /** Appends rows `start … start + count` of a vector that has `size` rows; copies all it needs. */
  append(vector: Vector, size: number, start: number, count: number): void;
  /** The column so far; the builder starts anew. */
  finish(): Column;
}

/** Reads values that are JavaScript objects or strings out of vectors. */
export interface ReadObjects<T> {
  /** Reads rows `start … start + count` into `out` from `at` on; anything goes into the slots of nulls. */
  (vector: Vector, size: number, validity: Uint8Array | null, start: number, count: number, out: T[], at: number): void;
  /** Fills the slots of `out` that were left open until more is read; all before must be of the same array, or of a longer copy. */
  readonly flush?: (out: T[]) => void;
}
