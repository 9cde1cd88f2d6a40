import { writeFile } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { describeParquet } from '../engine/describe-parquet.ts';
import { InternalError } from '../errors.ts';
import { emptyParquet } from '../formats/parquet/empty-file.ts';
import { footerOf, readFooterBytes } from '../formats/parquet/fetch-footer.ts';
import { planFetch } from '../formats/parquet/fetch-plan.ts';
import type { ParquetFooter } from '../formats/parquet/footer.ts';
import { countReasons, type FilePruning, pruneFile, usedColumns } from '../formats/parquet/prune-file.ts';
import { asSourceError } from '../formats/parquet/unreadable-footer.ts';
import { encodeInspection, type InspectedFile, type OtherColumns } from '../plan/inspection.ts';
import type { ScanRel } from '../plan/relation.ts';
import type { ScanFile } from '../plan/source.ts';
import type { Task, TaskResult } from '../plan/task.ts';
import { type Schema, sameType } from '../plan/types.ts';
import type { ByteRange, ObjectStore } from '../storage/store.ts';
import type { Fetcher } from './fetcher.ts';
import type { Scratch } from './scratch.ts';

/** What an inspection uses of the worker. */
export interface InspectHost {
  readonly fetcher: Fetcher;
  readonly scratch: Scratch;
  /** A connection to a sandbox that holds the folders of these files. */
  readonly connect: (paths: readonly string[]) => Promise<DuckDBConnection>;
}

/**
 * Reads the footers of a scan's Parquet files, and tells which row groups the scan reads and what fetching them takes: planning a
 * query over very many files.
 *
 * @throws {SourceError} BAD_FORMAT for a footer that cannot be read, with uri and byte range
 */
export async function inspectScan(
  { plan, schema }: Pick<Task, 'plan' | 'schema'>,
  host: InspectHost,
): Promise<Required<Pick<TaskResult, 'inspected'>>> {
  if (plan.kind !== 'scan')
    throw new InternalError(`An inspection was given a plan of kind ${plan.kind}; it looks at the files of a scan.`);
  const store = readerOf(host.fetcher);
  const describe = describer(host);
  const looked = await host.fetcher.all(plan.source.files.map((file) => inspectFile(plan, file, store, describe)));
  return {
    inspected: encodeInspection({
      files: looked.map(({ file }) => file),
      skipped: countReasons(looked.map(({ pruning }) => pruning)),
      differs: firstDifference(
        looked.map((each) => each.schema),
        schema,
        plan,
      ),
    }),
  };
}

interface LookedAt {
  readonly pruning: FilePruning;
  readonly file: InspectedFile;
  readonly schema: Schema;
}

type Describe = (file: ScanFile, footer: Uint8Array) => Promise<Schema>;
type Reader = Pick<ObjectStore, 'read'>;

async function inspectFile(scan: ScanRel, file: ScanFile, store: Reader, describe: Describe): Promise<LookedAt> {
  const bytes = await readFooterBytes(store, file);
  const footer = footerOf(file, bytes);
  const [schema, pruning] = await Promise.all([describe(file, bytes), pruneFile(scan, file, footer, store)]);
  return { pruning, schema, file: withFetch(pruning, footer, usedColumns(scan)) };
}

/** What a task fetches that reads all kept row groups of a file. Pure. */
export function withFetch(
  { rowGroups, kept }: FilePruning,
  footer: ParquetFooter,
  columns: readonly string[],
): InspectedFile {
  const indexes = kept.map(({ index }) => index);
  const fetch = planFetch(footer, indexes, columns);
  return {
    rowGroups,
    kept,
    ranges: fetch.ranges.length,
    fetched: transferOf(fetch.pieces),
    footer: transferOf(fetch.footer),
  };
}

function transferOf(requests: readonly ByteRange[]) {
  const bytes = requests.reduce((sum, { startByte, endByte }) => sum + endByte - startByte, 0);
  return { requests: requests.length, bytes };
}

/** Reads as all of the worker's do: a few at once, a late one a second time. */
function readerOf(fetcher: Fetcher): Reader {
  return {
    read: (uri, range, options) => {
      if (!range || options?.version === undefined) throw new InternalError(`${uri} was to be read as a whole.`);
      return fetcher.use({ uri, version: options.version }, range, (bytes) => bytes);
    },
  };
}

/** The engine is asked once for each sort of footer: files of one table have one and the same. */
function describer({ scratch, connect }: InspectHost): Describe {
  const known = new Map<string, Promise<Schema>>();
  return (file, footer) =>
    asSourceError(file, () => {
      const empty = emptyParquet(footer);
      const key = Buffer.from(empty.buffer, empty.byteOffset, empty.length).toString('latin1');
      const found = known.get(key) ?? describeEmpty(empty);
      known.set(key, found);
      return found;
    });

  async function describeEmpty(empty: Uint8Array): Promise<Schema> {
    const path = await scratch.newPath('.parquet');
    await writeFile(path, empty, { flag: 'wx' });
    const connection = await connect([path]);
    try {
      return await describeParquet(connection, path);
    } finally {
      connection.closeSync();
    }
  }
}

/** Columns go by name, in any order; those that a folder gives need not be in the files. */
function firstDifference(schemas: readonly Schema[], expected: Schema, { source }: ScanRel): OtherColumns | null {
  const folders = new Set(source.partitionColumns.map(({ name }) => name));
  const types = new Map(expected.map(({ name, type }) => [name, type]));
  for (const [file, described] of schemas.entries()) {
    const schema = described.filter(({ name }) => !folders.has(name));
    const isSame = schema.every(({ name, type }) => {
      const wanted = types.get(name);
      return wanted && sameType(wanted, type);
    });
    if (!isSame || schema.length !== expected.length) return { file, schema };
  }
  return null;
}
