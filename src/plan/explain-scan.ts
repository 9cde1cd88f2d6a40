import { formatBytes, formatCount } from './format-size.ts';
import type { ScanRel } from './relation.ts';
import type { FileRead } from './run-report.ts';
import type { ScanFile } from './source.ts';
import type { SplitScan } from './stage.ts';

/** Reasons that are printed; with many row groups each may have its own. */
const mostReasons = 2;

/**
 * How a scan is cut, which row groups it reads, and why not the others; empty when there is nothing to say.
 *
 * @param split how the scan is cut; undefined when nobody looked at its files
 * @param reads what reading each file of the splits takes
 * @param engineChooses whether the engine skips row groups by itself while it reads
 */
export function explainSplits(
  scan: ScanRel,
  split: SplitScan | undefined,
  reads: ReadonlyMap<ScanFile, FileRead>,
  engineChooses: boolean,
): string {
  const isParquet = scan.source.format.kind === 'parquet';
  if (!split) return isParquet && scan.prune.length > 0 ? 'the engine skips row groups by their statistics' : '';
  const own = split.splits.flatMap(({ files }) => files.flatMap((file) => reads.get(file) ?? []));
  const parts = [
    ...(split.splits.length > 1 ? [describeSplits(split, isParquet)] : []),
    ...(isParquet ? describeRowGroups(split, own, engineChooses) : []),
    ...describeCompressed(own, engineChooses),
    ...describeInspection(split),
  ];
  return parts.join('; ');
}

function describeSplits({ splits }: SplitScan, isParquet: boolean): string {
  const sizes = splits.map((split) => split.bytes);
  const [least, most] = [formatBytes(Math.min(...sizes)), formatBytes(Math.max(...sizes))];
  const cut = !isParquet && splits.some(({ files }) => files.some((file) => file.part)) ? ', cut at bytes' : '';
  return `${splits.length} splits of ${least === most ? least : `${least} to ${most}`}${cut}`;
}

function describeRowGroups(
  { rowGroups, skipped }: SplitScan,
  reads: readonly FileRead[],
  engineChooses: boolean,
): readonly string[] {
  const skippedCount = skipped.reduce((sum, each) => sum + each.rowGroups, 0);
  const ranges = reads.reduce((sum, read) => sum + read.ranges, 0);
  const of = skippedCount > 0 ? `${rowGroups - skippedCount} of ` : '';
  const kept = `${of}${formatCount(rowGroups, 'row group')}${ranges > 0 ? ` in ${formatCount(ranges, 'range')}` : ''}`;
  if (skippedCount === 0) return [kept];
  return [kept, `${engineChooses ? 'the engine skips ' : 'skipped '}${skippedCount}: ${describeReasons(skipped)}`];
}

function describeReasons(skipped: SplitScan['skipped']): string {
  const sorted = [...skipped].sort((a, b) => b.rowGroups - a.rowGroups);
  const shown = sorted
    .slice(0, mostReasons)
    .map(({ reason, rowGroups }) => `${reason}${rowGroups > 1 ? ` (${rowGroups})` : ''}`);
  const others = sorted.slice(mostReasons).reduce((sum, { rowGroups }) => sum + rowGroups, 0);
  return [...shown, ...(others > 0 ? [`and the like (${others})`] : [])].join(', ');
}

function describeInspection({ inspection }: SplitScan): readonly string[] {
  if (!inspection) return [];
  const { footers, tasks } = inspection;
  return [`${formatCount(footers, 'footer')} read by ${formatCount(tasks, 'task')}`];
}

/** Workers can share out everything but these. */
function describeCompressed(reads: readonly FileRead[], inOneTask: boolean): readonly string[] {
  const count = reads.filter((read) => read.compressed).length;
  return count > 0 && !inOneTask ? [`${formatCount(count, 'compressed file')} not cut`] : [];
}
