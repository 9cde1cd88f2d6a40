import type { Column } from '../plan/batch.ts';
import type { Vector } from './vector.ts';

/** Collects the values of one column from the engine's vectors. */
export interface ColumnBuilder {
  /** Appends rows `start … start + count` of a vector that has `size` rows; copies all it needs. */
  append(vector: Vector, size: number, start: number, count: number): void;
  /** The column so far; the builder starts anew. */
  finish(): Column;
}

/** Reads rows `start … start + count` of a vector into `out` from `at` on; anything goes into the slots of nulls. */
export type ReadObjects<T> = (
  vector: Vector,
  size: number,
  validity: Uint8Array | null,
  start: number,
  count: number,
  out: T[],
  at: number,
) => void;
