import { ResultError } from '../../errors.ts';
import type { Column } from '../../plan/batch.ts';
import type { ConvertOptions } from './options.ts';

/** JavaScript values of a column, one a row; a typed array only where all are numbers (or bigints) and none is null. */
export type Values =
  | readonly unknown[]
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** Where converted values stand, for errors, and how they are converted. */
export interface Place {
  /** Column name; parts of nested ones as `column.field` and `column[]`. */
  readonly name: string;
  readonly options: ConvertOptions;
  /** Row of the whole result that holds the column's value at `index`. */
  readonly rowOf: (index: number) => number;
  /** Whether the values go into objects, so that their array's class does not matter: small integers take no memory of their own there. */
  readonly forRows?: boolean;
}

/**
 * The values of `data`, with null where the column has one; `data` itself when it has none.
 *
 * @param convert makes one value; left out, values stay as they are
 */
export function mapValid<T, V>(
  column: Column,
  data: ArrayLike<T>,
  convert: (value: T, index: number) => V,
): (V | null)[] {
  const { length, validity } = column;
  const out = new Array<V | null>(length);
  for (let index = 0; index < length; index++) {
    const valid = validity === null || ((validity[index >> 3] ?? 0) & (1 << (index & 7))) !== 0;
    out[index] = valid ? convert(data[index] as T, index) : null;
  }
  return out;
}

/** The error of a value whose default form would be another value. */
export function unsafeValue(place: Place, index: number, value: string, problem: string, remedy: string): ResultError {
  const row = place.rowOf(index);
  return new ResultError(
    'UNSAFE_VALUE',
    `Column ${JSON.stringify(place.name)}, row ${row}: ${value} ${problem}. ${remedy}`,
    {
      details: { column: place.name, row, value },
    },
  );
}
