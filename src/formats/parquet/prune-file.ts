import type { KeptRowGroup, PrunedFile } from '../../plan/inspection.ts';
import type { ScanRel } from '../../plan/relation.ts';
import type { ScanFile } from '../../plan/source.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { localPath } from '../../storage/uri.ts';
import { allNull, type ValueRange } from '../statistics/value-range.ts';
import { pruneByBloomFilters } from './fetch-footer.ts';
import type { ParquetFooter } from './footer.ts';
import { type PrunedRowGroups, pruneRowGroups } from './prune-row-groups.ts';
import { rowGroupBytes } from './sparse-file.ts';

/** A file's row groups that a scan reads, and why not the others, one reason for each. */
export interface FilePruning extends PrunedFile {
  readonly reasons: readonly string[];
}

/**
 * Which row groups of a file a scan reads: those that its statistics leave, and, of a file that is not on this machine, its
 * bloom filters, which are read where the conditions ask for single values. The page index is not looked at.
 *
 * @throws what the store throws
 */
export async function pruneFile(
  scan: ScanRel,
  file: ScanFile,
  footer: ParquetFooter,
  store: Pick<ObjectStore, 'read'>,
): Promise<FilePruning> {
  const columns = usedColumns(scan);
  const types = new Map(scan.source.schema.map((field) => [field.name, field.type]));
  const options = { types, ranges: missingColumns(scan, footer) };
  const bytesOf = (rowGroup: number) => rowGroupBytes(footer, rowGroup, columns);
  const byStatistics = pruneRowGroups(footer, scan.prune, options);
  const isElsewhere = localPath(file.uri) === null;
  const pruned: PrunedRowGroups = isElsewhere
    ? await pruneByBloomFilters(store, file, footer, byStatistics, scan.prune, bytesOf, options)
    : byStatistics;
  return {
    rowGroups: footer.rowGroups.length,
    kept: pruned.kept.flatMap((index): KeptRowGroup[] => {
      const rowGroup = footer.rowGroups[index];
      return rowGroup ? [{ index, bytes: bytesOf(index), firstRow: rowGroup.firstRow, rows: rowGroup.rows }] : [];
    }),
    reasons: pruned.skipped.map(({ reason }) => reason),
  };
}

/** Columns of a scan that lie in its files. */
export function usedColumns(scan: ScanRel): readonly string[] {
  return scan.columns.filter((name) => name !== scan.rowIdentity);
}

/** Columns that only other files have are null in this one; those of its folders have been judged already. */
function missingColumns(scan: ScanRel, footer: ParquetFooter): ReadonlyMap<string, ValueRange> {
  const own = new Set(footer.columns.map((column) => column.name));
  const folders = new Set(scan.source.partitionColumns.map((field) => field.name));
  return new Map(
    scan.source.schema.filter(({ name }) => !own.has(name) && !folders.has(name)).map(({ name }) => [name, allNull]),
  );
}

/** Counts by reason, in the order in which the reasons first came. */
export function countReasons(files: Iterable<Pick<FilePruning, 'reasons'>>): readonly (readonly [string, number])[] {
  const counts = new Map<string, number>();
  for (const { reasons } of files) for (const reason of reasons) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  return [...counts];
}
