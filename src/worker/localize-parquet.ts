import { fileSchema } from '../engine/sql/reader.ts';
import type { LocalSlice } from '../engine/sql/render-context.ts';
import { readFooter, readFooterBytes } from '../formats/parquet/fetch-footer.ts';
import { rangesBefore } from '../formats/parquet/fetch-plan.ts';
import type { ParquetFooter } from '../formats/parquet/footer.ts';
import { pruneRowGroups } from '../formats/parquet/prune-row-groups.ts';
import { rewriteFooter } from '../formats/parquet/rewrite-footer.ts';
import { planSparseFile } from '../formats/parquet/sparse-file.ts';
import { type FetchedBytes, materialize } from '../formats/parquet/write-sparse-file.ts';
import type { ScanRel } from '../plan/relation.ts';
import type { FilePart, ScanFile } from '../plan/source.ts';
import type { ObjectStore } from '../storage/store.ts';
import type { LocalFile, LocalizeOptions } from './localize.ts';

type RowGroupsPart = Extract<FilePart, { kind: 'row-groups' }>;

/**
 * A Parquet file of this machine is read where it lies, a part of it by its row numbers. Of any other one the wanted column
 * chunks are fetched into a sparse file.
 *
 * @param path where the file lies on this machine; null for one that is to be fetched
 */
export async function localizeParquet(
  scan: ScanRel,
  file: ScanFile,
  path: string | null,
  options: LocalizeOptions,
): Promise<LocalFile> {
  const part = file.part?.kind === 'row-groups' ? file.part : null;
  if (path === null || (part && hidesRowNumber(scan))) return fetchRowGroups(scan, file, part, options);
  if (!part) return { path, inPlace: true, slice: null, span: null, rowGroups: null };
  const ranges = part.contiguous
    ? [{ startRow: part.startRow, endRow: part.endRow }]
    : rowRanges(await readFooter(readerOf(file, options), file), part.rowGroups);
  return { path, inPlace: true, slice: { kind: 'rows', ranges }, span: null, rowGroups: part.rowGroups.length };
}

/** A column of this name hides the engine's own, by which rows are told apart. */
export function hidesRowNumber(scan: ScanRel): boolean {
  return fileSchema(scan).some(({ name }) => name.toLowerCase() === 'file_row_number');
}

async function fetchRowGroups(
  scan: ScanRel,
  file: ScanFile,
  part: RowGroupsPart | null,
  options: LocalizeOptions,
): Promise<LocalFile> {
  const { fetcher, scratch } = options;
  const reader = readerOf(file, options);
  const footer = await readFooter(reader, file);
  const columns = wantedColumns(scan);
  const rowGroups = keptRowGroups(scan, footer, part);
  const plan = planSparseFile(footer, rowGroups, columns);
  // Read already: the reader keeps what it read.
  const newFooter = rewriteFooter(await readFooterBytes(reader, file), { rowGroups, columns });
  const path = await scratch.newPath('.parquet');
  const held = reader.held();
  await materialize(path, plan, held ? [held] : [], newFooter);
  await fetcher.copy(file, rangesBefore(plan.ranges, held?.startByte ?? Number.POSITIVE_INFINITY), path);
  return { path, inPlace: false, slice: sliceOf(footer, rowGroups), span: null, rowGroups: rowGroups.length };
}

/** Columns that the file is to have, as the engine shows them. */
function wantedColumns(scan: ScanRel): readonly string[] {
  const own = new Set(fileSchema(scan).map((field) => field.name));
  return scan.columns.filter((name) => own.has(name));
}

/** The planner has looked at statistics before it made parts; for a whole file nobody has. */
function keptRowGroups(scan: ScanRel, footer: ParquetFooter, part: RowGroupsPart | null): readonly number[] {
  if (part) return part.rowGroups;
  const types = new Map(scan.source.schema.map((field) => [field.name, field.type]));
  return pruneRowGroups(footer, scan.prune, { types }).kept;
}

function rowRanges(footer: ParquetFooter, rowGroups: readonly number[]) {
  const starts = rowStarts(footer);
  return rowGroups.map((index) => ({ startRow: starts[index] ?? 0, endRow: starts[index + 1] ?? 0 }));
}

function sliceOf(footer: ParquetFooter, rowGroups: readonly number[]): LocalSlice {
  const starts = rowStarts(footer);
  let localRow = 0;
  const groups = rowGroups.map((index) => {
    const group = { localRow, row: starts[index] ?? 0 };
    localRow += footer.rowGroups[index]?.rows ?? 0;
    return group;
  });
  return { kind: 'row-groups', groups };
}

/** The first row of each row group, and the number of all rows. */
function rowStarts(footer: ParquetFooter): readonly number[] {
  const starts = [0];
  for (const { rows } of footer.rowGroups) starts.push((starts.at(-1) ?? 0) + rows);
  return starts;
}

/** Reads of one file's footer, none of them twice, nor one that the worker did for an earlier task. */
interface FooterReader extends Pick<ObjectStore, 'read'> {
  /** The longest bytes at the file's end that were read. */
  held(): FetchedBytes | null;
}

function readerOf(file: ScanFile, { fetcher, fileEnds }: LocalizeOptions): FooterReader {
  const known: FetchedBytes[] = [...(fileEnds?.of(file) ?? [])];
  const endOf = ({ startByte, bytes }: FetchedBytes) => startByte + bytes.length;
  return {
    async read(_uri, range) {
      const { startByte, endByte } = range ?? { startByte: 0, endByte: file.sizeBytes };
      const found = known.find((each) => each.startByte <= startByte && endByte <= endOf(each));
      if (found) return found.bytes.subarray(startByte - found.startByte, endByte - found.startByte);
      const bytes = await fetcher.use(file, { startByte, endByte }, (read) => read);
      known.push({ startByte, bytes });
      fileEnds?.add(file, { startByte, endByte }, bytes);
      return bytes;
    },
    held: () =>
      known.filter((each) => endOf(each) === file.sizeBytes).sort((a, b) => a.startByte - b.startByte)[0] ?? null,
  };
}
