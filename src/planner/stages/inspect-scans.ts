import { readFooter } from '../../formats/parquet/fetch-footer.ts';
import { footerRequests, planFetch } from '../../formats/parquet/fetch-plan.ts';
import type { ParquetFooter } from '../../formats/parquet/footer.ts';
import { rowGroupBytes } from '../../formats/parquet/sparse-file.ts';
import { compressionOf } from '../../formats/samples.ts';
import type { ScanRel } from '../../plan/relation.ts';
import type { FileRead } from '../../plan/run-report.ts';
import type { ScanFile } from '../../plan/source.ts';
import type { PhysicalPlan, SplitEvidence } from '../../plan/stage.ts';
import { noTransfer } from '../../plan/transfer.ts';
import { cutRange } from '../../storage/cut-range.ts';
import type { ByteRange } from '../../storage/store.ts';
import { localPath } from '../../storage/uri.ts';
import { inParallel } from '../resolve/in-parallel.ts';
import { cutScans, pruneScans, type SplitIo, scansOf } from './split-scans.ts';

/** What is known of a plan's scans, for `explain`. */
export interface ScanInspection {
  /** Splits of every scan; also where the plan itself has none. */
  readonly splits: SplitEvidence;
  /** What reading each file, or part of one, of those splits takes. */
  readonly reads: ReadonlyMap<ScanFile, FileRead>;
}

/** Footers that are read for nothing but `explain`, at most. */
const mostFooters = 256;

/** First read behind a part of a file of records, bytes: its last record goes on there. */
const overreadBytes = 64 << 10;

/**
 * Looks at what the scans of a plan read, as closely as the workers will: by the files' footers, which are known already or
 * read now, or by what workers told who read them. Nothing is known of scans whose footers would be too many or cannot be read; the query itself tells of those.
 */
export async function inspectScans(plan: PhysicalPlan, io: SplitIo): Promise<ScanInspection> {
  const scans = [...new Set(plan.stages.flatMap((stage) => scansOf(stage.plan)))];
  const splits = plan.splits.size > 0 ? plan.splits : await splitsOfOneTask(plan, scans, io);
  const inspected = await inParallel(scans, async (scan) => {
    const known = splits.get(scan)?.inspection?.reads;
    if (known) return [[...known]];
    const files = splits.get(scan)?.splits.flatMap((split) => split.files) ?? [];
    return inParallel(files, (file) =>
      readOf(scan, file, io).then(
        (read): [ScanFile, FileRead][] => [[file, read]],
        // It may be gone since the query ran.
        () => [],
      ),
    );
  });
  return { splits, reads: new Map(inspected.flat(2)) };
}

/** A plan of one task on this machine has no splits: the engine skips row groups by itself, for the same reasons. */
async function splitsOfOneTask(plan: PhysicalPlan, scans: readonly ScanRel[], io: SplitIo): Promise<SplitEvidence> {
  const footers = scans.filter(isParquet).reduce((sum, scan) => sum + scan.source.files.length, 0);
  if (footers > mostFooters) return new Map();
  const found = await inParallel([...plan.stages], ({ plan: rel }) =>
    // A footer that cannot be read is for the query to tell.
    pruneScans(rel, io).then(
      (found) => cutScans(found, () => Number.POSITIVE_INFINITY),
      (): SplitEvidence => new Map(),
    ),
  );
  return new Map(found.flatMap((splits) => [...splits]));
}

function isParquet({ source }: ScanRel): boolean {
  return source.format.kind === 'parquet';
}

async function readOf(scan: ScanRel, file: ScanFile, io: SplitIo): Promise<FileRead> {
  if (isParquet(scan)) return readOfParquet(scan, file, await io.footer(file, () => readFooter(io.store, file)));
  const compressed = compressionOf(file.uri) !== 'none';
  if (file.part?.kind === 'bytes') return fetchOf(recordRequests(file, file.part), null, compressed);
  if (localPath(file.uri) === null) return fetchOf([{ startByte: 0, endByte: file.sizeBytes }], null, compressed);
  return {
    rows: null,
    bytes: file.sizeBytes,
    inPlace: true,
    ranges: 0,
    fetched: noTransfer,
    footer: noTransfer,
    compressed,
  };
}

function readOfParquet(scan: ScanRel, file: ScanFile, footer: ParquetFooter): FileRead {
  const part = file.part?.kind === 'row-groups' ? file.part : null;
  const rowGroups = part?.rowGroups ?? footer.rowGroups.map(({ index }) => index);
  const columns = scan.columns.filter((name) => name !== scan.rowIdentity);
  const wanted = new Set(rowGroups);
  const common = {
    rows: footer.rowGroups.reduce((sum, { index, rows }) => sum + (wanted.has(index) ? rows : 0), 0),
    bytes: rowGroups.reduce((sum, index) => sum + rowGroupBytes(footer, index, columns), 0),
    compressed: false,
  };
  if (localPath(file.uri) !== null) {
    // Which rows row groups with gaps between them hold, the worker reads in the footer.
    const footers = part && !part.contiguous ? footerRequests(footer) : [];
    return { ...common, inPlace: true, ranges: 0, fetched: noTransfer, footer: transferOf(footers) };
  }
  const { footer: footers, ranges, pieces } = planFetch(footer, rowGroups, columns);
  return {
    ...common,
    inPlace: false,
    ranges: ranges.length,
    fetched: transferOf(pieces),
    footer: transferOf(footers),
  };
}

/** One byte before the part, to see whether a record begins in it, and what its last record has behind it. */
function recordRequests({ sizeBytes }: ScanFile, { startByte, endByte }: ByteRange): readonly ByteRange[] {
  const behind = { startByte: endByte, endByte: Math.min(sizeBytes, endByte + overreadBytes) };
  return [{ startByte: Math.max(0, startByte - 1), endByte }, behind];
}

function fetchOf(wanted: readonly ByteRange[], rows: number | null, compressed: boolean): FileRead {
  const fetched = transferOf(wanted.flatMap((range) => [...cutRange(range)]));
  return { rows, bytes: fetched.bytes, inPlace: false, ranges: 1, fetched, footer: noTransfer, compressed };
}

function transferOf(requests: readonly ByteRange[]) {
  const bytes = requests.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0);
  return { requests: requests.length, bytes };
}
