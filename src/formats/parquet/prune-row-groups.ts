import type { Expr } from '../../plan/expr.ts';
import type { DataType } from '../../plan/types.ts';
import { reasonToSkip } from '../statistics/evaluate-condition.ts';
import type { Nulls, RangeEvidence, ValueRange } from '../statistics/value-range.ts';
import type { ColumnChunk, ParquetFooter, RowGroup } from './footer.ts';
import { foldName } from './footer-schema.ts';

/** Row groups that a scan reads, and why it doesn't read the others. */
export interface PrunedRowGroups {
  /** Indexes, ascending. */
  readonly kept: readonly number[];
  readonly skipped: readonly SkippedRowGroup[];
}

/** A row group of which no row passes, with the reason that `explain` prints. */
export interface SkippedRowGroup {
  readonly rowGroup: number;
  readonly reason: string;
}

/** What is known beside the footer. */
export interface PruneOptions {
  /** Types of the scan's columns; a file whose own type compares otherwise (float for integer) is not judged by that column. */
  readonly types?: ReadonlyMap<string, DataType>;
  /** Ranges of columns that are not in the file: values of hive folders, and `allNull` for columns that it lacks. */
  readonly ranges?: ReadonlyMap<string, ValueRange>;
  /** Bloom filters: whether a row group's column may hold a value. */
  readonly mayContain?: (rowGroup: number) => RangeEvidence['mayContain'];
}

/** Keeps the row groups in which some row may pass all of the conditions. Pure; in doubt a row group stays. */
export function pruneRowGroups(footer: ParquetFooter, conditions: readonly Expr[], options: PruneOptions = {}): PrunedRowGroups {
  const kept: number[] = [];
  const skipped: SkippedRowGroup[] = [];
  const rangesOf = rangesByRowGroup(footer, options);
  for (const rowGroup of footer.rowGroups) {
    const mayContain = options.mayContain?.(rowGroup.index);
    const evidence = { rangeOf: rangesOf(rowGroup), ...(mayContain ? { mayContain } : {}) };
    const reason = rowGroup.rows === 0 ? 'it has no rows' : reasonToSkip(conditions, evidence);
    if (reason === null) kept.push(rowGroup.index);
    else skipped.push({ rowGroup: rowGroup.index, reason });
  }
  return { kept, skipped };
}

function rangesByRowGroup(footer: ParquetFooter, { types, ranges }: PruneOptions): (rowGroup: RowGroup) => RangeEvidence['rangeOf'] {
  const places = new Map(footer.columns.map(({ name }, index) => [foldName(name), index]));
  return (rowGroup) => (name) => {
    const given = ranges?.get(name);
    if (given) return given;
    const place = places.get(foldName(name)) ?? -1;
    const [column, chunk] = [footer.columns[place], rowGroup.chunks[place]];
    if (!column?.leaf || !chunk) return undefined;
    const nulls = nullsOf(chunk, rowGroup.rows);
    const type = column.leaf.type;
    const planned = types?.get(name);
    if (!type || (planned && isFloat(planned) !== isFloat(type))) return { type: type ?? { kind: 'null' }, min: null, max: null, nulls };
    return { type, min: chunk.min ?? null, max: chunk.max ?? null, nulls };
  };
}

function nullsOf({ nullCount }: ColumnChunk, rows: number): Nulls {
  if (nullCount === undefined) return 'unknown';
  return nullCount === 0 ? 'none' : nullCount === rows ? 'all' : 'some';
}

function isFloat({ kind }: DataType): boolean {
  return kind === 'float32' || kind === 'float64';
}
