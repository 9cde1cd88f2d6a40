import { writeFile } from 'node:fs/promises';
import type { LocalSlice } from '../engine/sql/render-context.ts';
import { InternalError } from '../errors.ts';
import type { FileEnds } from '../formats/parquet/file-ends.ts';
import { compressionOf } from '../formats/samples.ts';
import type { PartSpan } from '../plan/part-span.ts';
import { type ReadRel, type RelNode, relInputs, type ScanRel } from '../plan/relation.ts';
import type { ScanFile } from '../plan/source.ts';
import type { ByteRange } from '../storage/store.ts';
import { localPath } from '../storage/uri.ts';
import type { Fetcher } from './fetcher.ts';
import { localizeParquet } from './localize-parquet.ts';
import { localizeRecords } from './localize-records.ts';
import { readParts } from './read-parts.ts';
import type { Scratch } from './scratch.ts';

/** What brings a task's inputs to this machine. */
export interface LocalizeOptions {
  readonly fetcher: Fetcher;
  readonly scratch: Scratch;
  /** Files of this machine are fetched like objects elsewhere: for tests. */
  readonly alwaysFetch: boolean;
  /** What earlier tasks read of Parquet files. */
  readonly fileEnds?: FileEnds | undefined;
}

/** A file, or the part of it that a task reads, on this machine. */
export interface LocalFile {
  readonly path: string;
  /** The object itself, not a copy. */
  readonly inPlace: boolean;
  readonly slice: LocalSlice | null;
  /** The bytes that the slice holds, of a part of a file of records. */
  readonly span: PartSpan | null;
  /** Row groups that are read of it; null for a whole file in place, of which the engine chooses them. */
  readonly rowGroups: number | null;
}

/** A task's inputs on this machine. */
export interface LocalInputs {
  fileOf(file: ScanFile): LocalFile;
  pathsOf(read: ReadRel): readonly string[];
  readonly scans: readonly ScanRel[];
  readonly spans: readonly PartSpan[];
  /** Files that are read where they lie. */
  readonly inPlace: readonly ScanFile[];
  /** Row groups that are read of all files; null when the engine chooses those of some. */
  readonly rowGroups: number | null;
}

/**
 * Brings everything that a plan reads to this machine: what lies here stays where it is, all else is fetched into the task's
 * scratch folder, all of it at the same time.
 *
 * @throws {SourceError} OBJECT_CHANGED, BAD_FORMAT; {StorageError} what the store throws
 */
export async function localize(plan: RelNode, options: LocalizeOptions): Promise<LocalInputs> {
  const scans = nodesOf(plan).filter((node) => node.kind === 'scan');
  const reads = nodesOf(plan).filter((node) => node.kind === 'read');
  const files = new Map<ScanFile, LocalFile>();
  const parts = new Map<ReadRel, readonly string[]>();
  const { fetcher } = options;
  await fetcher.all([
    ...scans.flatMap((scan, index) =>
      scan.source.files.map(async (file) => void files.set(file, await localizeFile(scan, index, file, options))),
    ),
    ...reads.map(async (read) => {
      const files = await readParts(read, fetcher, options.scratch);
      parts.set(
        read,
        files.map(({ path }) => path),
      );
    }),
  ]);
  const known = <K, V>(map: ReadonlyMap<K, V>, key: K): V => {
    const found = map.get(key);
    if (found === undefined)
      throw new InternalError('A plan was rendered that is not the one whose inputs were fetched.');
    return found;
  };
  return {
    fileOf: (file) => known(files, file),
    pathsOf: (read) => known(parts, read),
    scans,
    // In the plan's order, whatever was there first.
    spans: scans.flatMap((scan) => scan.source.files.flatMap((file) => files.get(file)?.span ?? [])),
    inPlace: [...files].flatMap(([file, { inPlace }]) => (inPlace ? [file] : [])),
    rowGroups: sumOrNull([...files.values()].map((file) => file.rowGroups)),
  };
}

function sumOrNull(counts: readonly (number | null)[]): number | null {
  return counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0);
}

/** A plan's nodes, each before its inputs; the place of a scan among the scans is its number. */
function nodesOf(plan: RelNode): readonly RelNode[] {
  return [plan, ...relInputs(plan).flatMap(nodesOf)];
}

function localizeFile(
  scan: ScanRel,
  index: number,
  file: ScanFile,
  options: LocalizeOptions,
): Promise<LocalFile> | LocalFile {
  const path = options.alwaysFetch ? null : localPath(file.uri);
  const { part } = file;
  if (scan.source.format.kind === 'parquet') return localizeParquet(scan, file, path, options);
  if (part?.kind === 'bytes') return localizeRecords(scan, index, file, part, options);
  return path === null ? download(file, options) : { path, inPlace: true, slice: null, span: null, rowGroups: 0 };
}

/** The engine knows compressed files by the end of their names. */
async function download(file: ScanFile, { fetcher, scratch }: LocalizeOptions): Promise<LocalFile> {
  const path = await scratch.newPath({ none: '', gzip: '.gz', zstd: '.zst' }[compressionOf(file.uri)]);
  await writeFile(path, '', { flag: 'wx' });
  await fetcher.copy(file, [{ startByte: 0, endByte: file.sizeBytes }], path);
  return { path, inPlace: false, slice: null, span: null, rowGroups: 0 };
}

/** The bytes of the file that a slice of it holds. */
export function bytesOf({ startByte, firstRecordByte, recordsEndByte }: PartSpan): ByteRange {
  const first = firstRecordByte ?? startByte;
  return { startByte: first, endByte: recordsEndByte ?? first };
}
