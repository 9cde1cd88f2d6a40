import type { ResolvedSource, ScanFile, SourceSpec } from '../plan/source.ts';
import type { Field } from '../plan/types.ts';
import { expandPaths } from '../storage/glob.ts';
import { hiveColumns } from './resolve/hive-columns.ts';
import type { FileContents, ResolveIo } from './resolve/io.ts';
import { resolveCsv } from './resolve/resolve-csv.ts';
import { resolveNdjson } from './resolve/resolve-ndjson.ts';
import { resolveParquet } from './resolve/resolve-parquet.ts';

/**
 * Finds out what a `read.*` call reads: its files with size, version and hive values, and their columns. The only I/O of
 * planning; what was read of a file once is not read again while its version stays.
 *
 * A column that stands in the files and in a folder's name is the folder's, as in Hive.
 *
 * @throws {StorageError} NOT_FOUND, with a near name
 * @throws {SourceError} NO_FILES, BAD_FORMAT, DUPLICATE_COLUMN, SCHEMA_MISMATCH naming both files and the columns that differ
 * @throws {UnknownColumnError} for a column of `schema` that is nowhere
 * @throws {TypeMismatchError} for a type of `schema` that is not the one in a Parquet file
 */
export async function resolveSource(spec: SourceSpec, io: ResolveIo): Promise<ResolvedSource> {
  const files = await expandPaths(spec.paths, io.store, {
    hive: spec.hive,
    ...(io.signal ? { signal: io.signal } : {}),
  });
  const partitionColumns = hiveColumns(files, spec);
  const contents = await resolveContents(spec, files, partitionColumns, io);
  const folders = new Set(partitionColumns.map((field) => field.name));
  return {
    format: contents.format,
    files: contents.files,
    filesBeforePruning: contents.files.length,
    schema: [...contents.columns.filter((field) => !folders.has(field.name)), ...partitionColumns],
    partitionColumns,
    ...(contents.schemaFrom === undefined ? {} : { schemaFrom: contents.schemaFrom }),
    unionByName: spec.unionByName,
  };
}

function resolveContents(
  spec: SourceSpec,
  files: readonly ScanFile[],
  partitionColumns: readonly Field[],
  io: ResolveIo,
): Promise<FileContents> {
  const folders = new Set(partitionColumns.map((field) => field.name));
  const fileTypes = () => Object.fromEntries(Object.entries(spec.schema).filter(([name]) => !folders.has(name)));
  switch (spec.format.kind) {
    case 'parquet':
      return resolveParquet(spec, files, folders, io);
    case 'csv':
      return resolveCsv(spec, spec.format, files, fileTypes(), io);
    case 'ndjson':
      return resolveNdjson(spec, spec.format, files, folders, io);
    case 'text':
      return Promise.resolve({ format: spec.format, files, columns: [{ name: 'line', type: { kind: 'string' } }] });
  }
}
