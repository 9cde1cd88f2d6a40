import type { ByteRange } from '../../storage/store.ts';
import { coalesceRanges, totalBytes } from './coalesce-ranges.ts';
import type { ParquetFooter, RowGroup } from './footer.ts';
import { selectColumns } from './select-columns.ts';

/** What to fetch of a Parquet file so that the engine can read some of its row groups and columns in place of the whole. */
export interface SparseFilePlan {
  /** Indexes of the row groups, ascending. */
  readonly rowGroups: readonly number[];
  /** Names of the columns that the new footer names: those wanted, and any that must come along. */
  readonly columns: readonly string[];
  /** Which rows of the object the rows of the stand-in are, piece by piece; ascending. */
  readonly rowShifts: readonly RowShift[];
  /** Ascending, each one request. */
  readonly ranges: readonly ByteRange[];
  /** Bytes of the column chunks. */
  readonly usefulBytes: number;
  /** Bytes of `ranges`: at most 1.1 times the useful ones. */
  readonly fetchedBytes: number;
  /** The old footer, from which the new one is made. */
  readonly footer: ByteRange;
  /** Size of the object, and of the local file in its place. */
  readonly sizeBytes: number;
}

/** From row `startRow` of the stand-in on, row `n` of it is row `n + shift` of the object. */
export interface RowShift {
  readonly startRow: number;
  readonly shift: number;
}

/**
 * Plans the local stand-in of a file: the same size, chunks at their own offsets, a new footer at the end, holes for the
 * rest. Pure.
 *
 * @param rowGroups indexes in the file, ascending; the footer must tell of each
 * @param columns names as the engine shows them; null for all
 */
export function planSparseFile(
  footer: ParquetFooter,
  rowGroups: readonly number[],
  columns: readonly string[] | null,
): SparseFilePlan {
  const selected = selectColumns(footer.columns, columns);
  const wanted = new Set(rowGroups);
  const kept = footer.rowGroups.filter(({ index }) => wanted.has(index));
  const chunks = kept.flatMap((rowGroup) => selected.flatMap((column) => rowGroup.chunks[column]?.ranges ?? []));
  const ranges = coalesceRanges(chunks);
  return {
    rowGroups,
    columns: selected.flatMap((index) => footer.columns[index]?.name ?? []),
    rowShifts: rowShifts(kept),
    ranges,
    usefulBytes: totalBytes(chunks),
    fetchedBytes: totalBytes(ranges),
    footer: footer.footer,
    sizeBytes: footer.sizeBytes,
  };
}

function rowShifts(kept: readonly RowGroup[]): readonly RowShift[] {
  const shifts: RowShift[] = [];
  let startRow = 0;
  for (const { firstRow, rows } of kept) {
    const shift = firstRow - startRow;
    if (shifts.at(-1)?.shift !== shift) shifts.push({ startRow, shift });
    startRow += rows;
  }
  return shifts;
}

/** Bytes that a row group costs: its chunks of these columns. */
export function rowGroupBytes(footer: ParquetFooter, rowGroup: number, columns: readonly string[] | null): number {
  const chunks = footer.rowGroups.find(({ index }) => index === rowGroup)?.chunks ?? [];
  return totalBytes(selectColumns(footer.columns, columns).flatMap((column) => chunks[column]?.ranges ?? []));
}
