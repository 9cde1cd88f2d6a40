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
  /** Types of the scan's columns; a file in which a column's own type compares otherwise (integer for float) is not judged by it. */
  readonly types?: ReadonlyMap<string, DataType>;
  /** Ranges of columns that are not in the file: values of hive folders, and `allNull` for columns that it lacks. */
  readonly ranges?: ReadonlyMap<string, ValueRange>;
  /** Bloom filters: whether a row group's column may hold a value. */
  readonly mayContain?: (rowGroup: number) => RangeEvidence['mayContain'];
}

/** Keeps the row groups in which some row may pass all of the conditions. Pure; in doubt a row group stays. */
export function pruneRowGroups(
  footer: ParquetFooter,
  conditions: readonly Expr[],
  options: PruneOptions = {},
): PrunedRowGroups {
  const kept: number[] = [];
  const skipped: SkippedRowGroup[] = [];
  const judged = judgedColumns(footer, options);
  for (const rowGroup of footer.rowGroups) {
    const evidence = evidenceOf(rowGroup, judged, options);
    const reason = rowGroup.rows === 0 ? 'it has no rows' : reasonToSkip(conditions, evidence);
    if (reason === null) kept.push(rowGroup.index);
    else skipped.push({ rowGroup: rowGroup.index, reason });
  }
  return { kept, skipped };
}

/** A column without inner structure. */
interface JudgedColumn {
  readonly place: number;
  /** Type of its bounds; null when nothing but its nulls can be judged. */
  readonly type: DataType | null;
}

/** By folded name. */
function judgedColumns({ columns }: ParquetFooter, { types }: PruneOptions): ReadonlyMap<string, JudgedColumn> {
  return new Map(
    columns.flatMap(({ name, leaf }, place): [string, JudgedColumn][] => {
      if (!leaf) return [];
      const planned = types?.get(name);
      const type = leaf.type && (!planned || comparesAlike(planned, leaf.type)) ? leaf.type : null;
      return [[foldName(name), { place, type }]];
    }),
  );
}

function evidenceOf(
  rowGroup: RowGroup,
  judged: ReadonlyMap<string, JudgedColumn>,
  { ranges, mayContain }: PruneOptions,
): RangeEvidence {
  const asked = mayContain?.(rowGroup.index);
  return {
    rangeOf: (name) => {
      const column = judged.get(foldName(name));
      const chunk = column && rowGroup.chunks[column.place];
      if (ranges?.has(name) || !column || !chunk) return ranges?.get(name);
      const nulls = nullsOf(chunk, rowGroup.rows);
      if (!column.type) return { type: { kind: 'null' }, min: null, max: null, nulls };
      return { type: column.type, min: chunk.min ?? null, max: chunk.max ?? null, nulls };
    },
    mayContain: (name, value) => !asked || !judged.get(foldName(name))?.type || asked(name, value),
  };
}

function nullsOf({ nullCount }: ColumnChunk, rows: number): Nulls {
  if (nullCount === undefined) return 'unknown';
  return nullCount === 0 ? 'none' : nullCount === rows ? 'all' : 'some';
}

/** Whether values of the file's type, read as the planned type, keep their order and their distances from constants. */
function comparesAlike(planned: DataType, stored: DataType): boolean {
  if (isInteger(stored)) return isInteger(planned) || planned.kind === 'decimal';
  if (stored.kind === 'decimal') return planned.kind === 'decimal' && planned.scale >= stored.scale;
  return isTimestamp(stored) ? isTimestamp(planned) : planned.kind === stored.kind;
}

function isInteger({ kind }: DataType): boolean {
  return /^u?int\d+$/.test(kind);
}

function isTimestamp({ kind }: DataType): boolean {
  return kind === 'timestamp' || kind === 'timestamptz';
}
