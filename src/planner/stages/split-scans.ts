import { readFooter } from '../../formats/parquet/fetch-footer.ts';
import type { ParquetFooter } from '../../formats/parquet/footer.ts';
import { pruneRowGroups } from '../../formats/parquet/prune-row-groups.ts';
import { rowGroupBytes } from '../../formats/parquet/sparse-file.ts';
import { splitRowGroups } from '../../formats/parquet/split-row-groups.ts';
import { compressionOf } from '../../formats/samples.ts';
import { allNull, type ValueRange } from '../../formats/statistics/value-range.ts';
import { type RelNode, relInputs, type ScanRel } from '../../plan/relation.ts';
import type { FilePart, ScanFile } from '../../plan/source.ts';
import type { ScanSplit, SplitEvidence, SplitScan } from '../../plan/stage.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { localPath } from '../../storage/uri.ts';
import { inParallel } from '../resolve/in-parallel.ts';

/** What cutting scans uses of the outside world. */
export interface SplitIo {
  readonly store: ObjectStore;
  /** A file's footer, read when it is not known. */
  footer(file: ScanFile, read: () => Promise<ParquetFooter>): Promise<ParquetFooter>;
}

/** About how many bytes a split should have of a scan of `scanBytes`, which is read where it lies or fetched. */
export type SplitSize = (scanBytes: number, inPlace: boolean) => number;

/** Cuts every scan of a plan into splits of about `splitSize`; footers of Parquet files are read, nothing else. */
export function splitScans(plan: RelNode, splitSize: SplitSize, io: SplitIo): Promise<SplitEvidence> {
  return splitEach(plan, (scan) => splitScan(scan, splitSize, io));
}

/**
 * What one task reads of the scans of a plan: of Parquet files elsewhere only row groups that can hold wanted rows, since all
 * that it reads of them is fetched; of others all, without a look at their footers. Nothing when all files are on this machine.
 */
export async function narrowScans(plan: RelNode, io: SplitIo): Promise<SplitEvidence> {
  if (!scansOf(plan).some(isParquetElsewhere)) return new Map();
  return splitEach(plan, (scan) =>
    isParquetElsewhere(scan) ? splitParquet(scan, () => Number.POSITIVE_INFINITY, io) : wholeScan(scan),
  );
}

function isParquetElsewhere({ source: { format, files } }: ScanRel): boolean {
  return format.kind === 'parquet' && files.some((file) => localPath(file.uri) === null);
}

function wholeScan({ source: { files } }: ScanRel): SplitScan {
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { splits: [{ files, bytes }], rowGroups: 0, skipped: [] };
}

async function splitEach(
  plan: RelNode,
  split: (scan: ScanRel) => Promise<SplitScan> | SplitScan,
): Promise<SplitEvidence> {
  const scans = [...new Set(scansOf(plan))];
  return new Map(await inParallel(scans, async (scan): Promise<[ScanRel, SplitScan]> => [scan, await split(scan)]));
}

function scansOf(plan: RelNode): readonly ScanRel[] {
  return plan.kind === 'scan' ? [plan] : relInputs(plan).flatMap(scansOf);
}

function splitScan(scan: ScanRel, splitSize: SplitSize, io: SplitIo): Promise<SplitScan> | SplitScan {
  switch (scan.source.format.kind) {
    case 'parquet':
      return splitParquet(scan, splitSize, io);
    case 'csv':
    case 'ndjson':
    case 'text':
      return { splits: splitBytes(scan, splitSize), rowGroups: 0, skipped: [] };
  }
}

async function splitParquet(scan: ScanRel, splitSize: SplitSize, io: SplitIo): Promise<SplitScan> {
  const { files, schema } = scan.source;
  const types = new Map(schema.map((field) => [field.name, field.type]));
  const columns = scan.columns.filter((name) => name !== scan.rowIdentity);
  const reasons = new Map<string, number>();
  const kept = await inParallel(files, async (file) => {
    const footer = await io.footer(file, () => readFooter(io.store, file));
    const pruned = pruneRowGroups(footer, scan.prune, { types, ranges: knownRanges(scan, footer) });
    for (const { reason } of pruned.skipped) reasons.set(reason, (reasons.get(reason) ?? 0) + 1);
    const rowGroups = pruned.kept.map((index) => ({ index, bytes: rowGroupBytes(footer, index, columns) }));
    return { file: { file, footer }, rowGroups };
  });
  const scanBytes = kept.flatMap((file) => file.rowGroups).reduce((sum, rowGroup) => sum + rowGroup.bytes, 0);
  const splits = splitRowGroups(
    kept.filter(({ rowGroups }) => rowGroups.length > 0),
    splitSize(
      scanBytes,
      files.every((file) => localPath(file.uri) !== null),
    ),
  ).map(
    ({ parts, bytes }): ScanSplit => ({
      bytes,
      files: parts.map((part) => partOf(part.file.file, part.file.footer, part.rowGroups)),
    }),
  );
  const rowGroups = kept.reduce((sum, { file }) => sum + file.footer.rowGroups.length, 0);
  return { splits, rowGroups, skipped: [...reasons].map(([reason, count]) => ({ reason, rowGroups: count })) };
}

/** Values that the file itself does not hold: those of its folders, and nulls for columns that only others have. */
function knownRanges(scan: ScanRel, footer: ParquetFooter): ReadonlyMap<string, ValueRange> {
  const own = new Set(footer.columns.map((column) => column.name));
  const folders = new Set(scan.source.partitionColumns.map((field) => field.name));
  return new Map(
    scan.source.schema.filter(({ name }) => !own.has(name) && !folders.has(name)).map(({ name }) => [name, allNull]),
  );
}

function partOf(file: ScanFile, footer: ParquetFooter, rowGroups: readonly number[]): ScanFile {
  if (rowGroups.length === footer.rowGroups.length) return file;
  const wanted = new Set(rowGroups);
  const first = Math.min(...rowGroups);
  const last = Math.max(...rowGroups);
  const rowsBefore = (index: number) =>
    footer.rowGroups.slice(0, index).reduce((sum, rowGroup) => sum + rowGroup.rows, 0);
  const part: FilePart = {
    kind: 'row-groups',
    rowGroups,
    startRow: rowsBefore(first),
    endRow: last === footer.rowGroups.length - 1 ? null : rowsBefore(last + 1),
    contiguous: wanted.size === last - first + 1,
  };
  return { ...file, part };
}

/** Files of records: large ones are cut at any byte (a record belongs to the split of its first), small ones share a split. */
function splitBytes(scan: ScanRel, splitSize: SplitSize): readonly ScanSplit[] {
  const targetBytes = splitSize(
    scan.source.files.reduce((sum, file) => sum + file.sizeBytes, 0),
    // A part of a file of records is copied, wherever the file lies.
    false,
  );
  const pieces = scan.source.files.flatMap((file) =>
    isSplittable(scan, file) ? cutFile(file, targetBytes) : [{ file, bytes: file.sizeBytes }],
  );
  const splits: { files: ScanFile[]; bytes: number }[] = [];
  for (const { file, bytes } of pieces) {
    const last = splits.at(-1);
    if (last && last.bytes + bytes <= targetBytes) {
      last.files.push(file);
      last.bytes += bytes;
    } else splits.push({ files: [file], bytes });
  }
  return splits;
}

function isSplittable(scan: ScanRel, file: ScanFile): boolean {
  const { format } = scan.source;
  const records = format.kind === 'csv' || (format.kind === 'ndjson' && !format.array);
  return records && compressionOf(file.uri) === 'none';
}

function cutFile(file: ScanFile, targetBytes: number): readonly { readonly file: ScanFile; readonly bytes: number }[] {
  const count = Math.max(1, Math.round(file.sizeBytes / targetBytes));
  if (count === 1) return [{ file, bytes: file.sizeBytes }];
  return Array.from({ length: count }, (_, index) => {
    const startByte = Math.floor((file.sizeBytes * index) / count);
    const endByte = Math.floor((file.sizeBytes * (index + 1)) / count);
    return { file: { ...file, part: { kind: 'bytes', startByte, endByte } as const }, bytes: endByte - startByte };
  });
}
