import type { JsonValue } from '../../errors.ts';
import type { LiteralExpr } from '../../plan/expr.ts';
import type { DataType } from '../../plan/types.ts';
import type { Comparable } from './comparable.ts';

/** What is known of a column's values in some set of rows: a row group, or the files of a folder. */
export interface ValueRange {
  /** Type of the bounds, by which they are read. */
  readonly type: LiteralExpr['type'];
  /** A value that none lies below, as `LiteralExpr` writes values of the type; null when it is not known. */
  readonly min: JsonValue;
  /** A value that none lies above; null when it is not known. */
  readonly max: JsonValue;
  readonly nulls: Nulls;
}

/** How many of the values are null. */
export type Nulls = 'none' | 'some' | 'all' | 'unknown';

/** What conditions are judged by. */
export interface RangeEvidence {
  /** The range of a column; undefined when nothing is known of it. */
  readonly rangeOf: (column: string) => ValueRange | undefined;
  /** False when some index shows that no row has the value. */
  readonly mayContain?: (column: string, value: Comparable) => boolean;
}

/** The range of a column that is null in every row. */
export const allNull: ValueRange = { type: { kind: 'null' }, min: null, max: null, nulls: 'all' };

/**
 * The range of a column that comes from a hive folder: one value for all rows.
 *
 * @param text the value as it stands in the path, null for `__HIVE_DEFAULT_PARTITION__`
 */
export function folderRange(text: string | null, type: DataType): ValueRange {
  return text === null ? { ...allNull, type } : { type, min: text, max: text, nulls: 'none' };
}
