import { splitRowGroups } from '../../formats/parquet/split-row-groups.ts';
import type { InspectedFile, PrunedFile } from '../../plan/inspection.ts';
import type { FileRead } from '../../plan/run-report.ts';
import type { FilePart, ScanFile } from '../../plan/source.ts';
import type { FooterInspection, ScanSplit, SplitScan } from '../../plan/stage.ts';
import type { Transfer } from '../../plan/transfer.ts';
import { localPath } from '../../storage/uri.ts';

/** About how many bytes a split should have of a scan of `scanBytes`, which is read where it lies or fetched. */
export type SplitSize = (scanBytes: number, inPlace: boolean) => number;

/** What is known of a scan's Parquet files before they are cut. */
export interface PrunedScan {
  /** In source order. */
  readonly files: readonly {
    readonly file: ScanFile;
    readonly pruned: PrunedFile;
    /** What a worker told of it, where one read its footer. */
    readonly inspected: InspectedFile | null;
  }[];
  /** Row groups that are not read, by the reason. */
  readonly skipped: readonly (readonly [reason: string, rowGroups: number])[];
  /** Tasks that read the footers; 0 when the driver did. */
  readonly tasks: number;
}

/** Cuts the files of a scan into splits of row groups of about `splitSize`. Pure. */
export function cutParquet({ files, skipped, tasks }: PrunedScan, splitSize: SplitSize): SplitScan {
  let scanBytes = 0;
  let rowGroups = 0;
  for (const { pruned } of files) {
    rowGroups += pruned.rowGroups;
    for (const { bytes } of pruned.kept) scanBytes += bytes;
  }
  const inPlace = files.every(({ file }) => localPath(file.uri) !== null);
  const read = files.filter(({ pruned }) => pruned.kept.length > 0);
  const reads = new Map<ScanFile, FileRead>();
  const splits = splitRowGroups(
    read.map((each) => ({ file: each, rowGroups: each.pruned.kept })),
    splitSize(scanBytes, inPlace),
  ).map(({ parts, bytes }): ScanSplit => {
    const own = parts.map(({ file: { file, pruned, inspected }, rowGroups: indexes }) => {
      const part = partOf(file, pruned, indexes);
      if (inspected) reads.set(part, readOfPart(inspected, indexes));
      return part;
    });
    return { bytes, files: own };
  });
  const inspection: FooterInspection | null = tasks > 0 ? { footers: files.length, tasks, reads } : null;
  return {
    splits,
    rowGroups,
    skipped: skipped.map(([reason, count]) => ({ reason, rowGroups: count })),
    ...(inspection ? { inspection } : {}),
  };
}

/** The file itself where all of its row groups are read. */
function partOf(file: ScanFile, { rowGroups, kept }: PrunedFile, indexes: readonly number[]): ScanFile {
  if (indexes.length === rowGroups) return file;
  const wanted = new Set(indexes);
  const own = kept.filter(({ index }) => wanted.has(index));
  const [first, last] = [own[0], own.at(-1)];
  if (!first || !last) return file;
  const part: FilePart = {
    kind: 'row-groups',
    rowGroups: indexes,
    startRow: first.firstRow,
    endRow: last.index === rowGroups - 1 ? null : last.firstRow + last.rows,
    contiguous: own.length === last.index - first.index + 1,
  };
  return { ...file, part };
}

/** What a task fetches of a file: as the worker counted, or, of a part of what it counted, a share of it. */
function readOfPart({ kept, ranges, fetched, footer }: InspectedFile, indexes: readonly number[]): FileRead {
  const wanted = new Set(indexes);
  const own = kept.filter(({ index }) => wanted.has(index));
  const sum = (groups: InspectedFile['kept'], of: 'rows' | 'bytes') =>
    groups.reduce((total, group) => total + group[of], 0);
  const bytes = sum(own, 'bytes');
  const groupShare = own.length / kept.length;
  const byteShare = bytes / (sum(kept, 'bytes') || 1);
  const whole = own.length === kept.length;
  const part: Transfer = {
    requests: Math.ceil(fetched.requests * groupShare),
    bytes: Math.round(fetched.bytes * byteShare),
  };
  return {
    rows: sum(own, 'rows'),
    bytes,
    inPlace: false,
    ranges: Math.ceil(ranges * groupShare),
    fetched: whole ? fetched : part,
    footer,
    compressed: false,
  };
}
