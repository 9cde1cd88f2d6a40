import { InternalError } from '../../errors.ts';
import { readFooter } from '../../formats/parquet/fetch-footer.ts';
import type { ParquetFooter } from '../../formats/parquet/footer.ts';
import { countReasons, pruneFile } from '../../formats/parquet/prune-file.ts';
import { compressionOf } from '../../formats/samples.ts';
import { type RelNode, relInputs, type ScanRel } from '../../plan/relation.ts';
import type { ScanFile } from '../../plan/source.ts';
import type { ScanSplit, SplitEvidence, SplitScan } from '../../plan/stage.ts';
import type { ObjectStore } from '../../storage/store.ts';
import { localPath } from '../../storage/uri.ts';
import { inParallel } from '../resolve/in-parallel.ts';
import type { InspectedScan } from './inspect-footers.ts';
import { cutParquet, type PrunedScan, type SplitSize } from './split-parquet.ts';

/** What cutting scans uses of the outside world. */
export interface SplitIo {
  readonly store: ObjectStore;
  /** A file's footer, read when it is not known. */
  footer(file: ScanFile, read: () => Promise<ParquetFooter>): Promise<ParquetFooter>;
  /** Lets workers read the footers of a scan's files; left out where there are no workers. */
  inspect?(scan: ScanRel, signal?: AbortSignal): Promise<InspectedScan>;
  readonly signal?: AbortSignal;
}

/** What is known of every scan of a plan before it is cut; null for those of other formats than Parquet. */
export type ScanEvidence = ReadonlyMap<ScanRel, PrunedScan | null>;

/** Finds out which row groups the scans of a plan read: by the footers of Parquet files, nothing else is read. */
export async function pruneScans(plan: RelNode, io: SplitIo): Promise<ScanEvidence> {
  const scans = [...new Set(scansOf(plan))];
  return new Map(
    await inParallel(scans, async (scan): Promise<[ScanRel, PrunedScan | null]> => {
      return [scan, scan.source.format.kind === 'parquet' ? await pruneParquet(scan, io) : null];
    }),
  );
}

/** Cuts every scan into splits of about `splitSize`. Pure. */
export function cutScans(scans: ScanEvidence, splitSize: SplitSize): SplitEvidence {
  return new Map(
    [...scans].map(([scan, pruned]): [ScanRel, SplitScan] => [
      scan,
      pruned ? cutParquet(pruned, splitSize) : { splits: splitBytes(scan, splitSize), rowGroups: 0, skipped: [] },
    ]),
  );
}

/**
 * What one task reads of the scans of a plan: of Parquet files elsewhere only row groups that can hold wanted rows, since all
 * that it reads of them is fetched; of others all, without a look at their footers. Nothing when all files are on this machine.
 */
export async function narrowScans(plan: RelNode, io: SplitIo): Promise<SplitEvidence> {
  const scans = [...new Set(scansOf(plan))];
  if (!scans.some(isParquetElsewhere)) return new Map();
  return new Map(
    await inParallel(scans, async (scan): Promise<[ScanRel, SplitScan]> => {
      if (!isParquetElsewhere(scan)) return [scan, wholeScan(scan)];
      return [scan, cutParquet(await pruneParquet(scan, io), () => Number.POSITIVE_INFINITY)];
    }),
  );
}

function isParquetElsewhere({ source: { format, files } }: ScanRel): boolean {
  return format.kind === 'parquet' && files.some((file) => localPath(file.uri) === null);
}

function wholeScan({ source: { files } }: ScanRel): SplitScan {
  const bytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  return { splits: [{ files, bytes }], rowGroups: 0, skipped: [] };
}

/** The scans of a plan, in its order. */
export function scansOf(plan: RelNode): readonly ScanRel[] {
  return plan.kind === 'scan' ? [plan] : relInputs(plan).flatMap(scansOf);
}

/** Files whose columns nobody has looked at are looked at by workers, however few of them their folders left. */
async function pruneParquet(scan: ScanRel, io: SplitIo): Promise<PrunedScan> {
  const { files, schemaFrom } = scan.source;
  if (schemaFrom !== undefined) {
    if (!io.inspect) throw new InternalError('There are no workers to read the footers that they were to read.');
    const { files: inspected, skipped, tasks } = await io.inspect(scan, io.signal);
    const told = files.flatMap((file, index) => {
      const own = inspected[index];
      return own ? [{ file, pruned: own, inspected: own }] : [];
    });
    return { files: told, skipped, tasks };
  }
  const pruned = await inParallel(files, async (file) => {
    const footer = await io.footer(file, () => readFooter(io.store, file));
    return { file, pruned: await pruneFile(scan, file, footer, io.store), inspected: null };
  });
  return { files: pruned, skipped: countReasons(pruned.map((each) => each.pruned)), tasks: 0 };
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
