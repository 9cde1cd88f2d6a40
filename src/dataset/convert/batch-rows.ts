import type { Batch } from '../../plan/batch.ts';
import { convertColumn } from './convert-column.ts';
import type { ConvertOptions } from './options.ts';
import { rowBuilder } from './row-builder.ts';
import type { Values } from './values.ts';

/** How a batch's values become JavaScript's, and where the batch stands in its result. */
export interface BatchPlace {
  readonly options: ConvertOptions;
  /** Number of its first row in the whole result, for errors. */
  readonly firstRow: number;
}

/**
 * A batch's columns as JavaScript values.
 *
 * @param forRows see `Place.forRows`
 * @throws {ResultError} UNSAFE_VALUE, see `convertColumn`
 */
export function batchValues({ schema, columns }: Batch, { options, firstRow }: BatchPlace, forRows = false): Values[] {
  const rowOf = (index: number) => firstRow + index;
  return columns.map((column, index) =>
    convertColumn(column, { name: schema[index]?.name ?? '', options, rowOf, forRows }),
  );
}

/**
 * Puts a batch's rows as plain objects into `out`, from `at` on.
 *
 * @throws {ResultError} UNSAFE_VALUE, see `convertColumn`
 */
export function batchRows(batch: Batch, place: BatchPlace, out: object[], at: number): void {
  const names = batch.schema.map((field) => field.name);
  rowBuilder(names)(batch.numRows, out, at, batchValues(batch, place, true));
}
