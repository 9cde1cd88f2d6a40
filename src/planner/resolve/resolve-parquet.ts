import { TypeMismatchError, UnknownColumnError } from '../../errors.ts';
import { checkParquet } from '../../formats/parquet/check-parquet.ts';
import { emptyParquet } from '../../formats/parquet/empty-file.ts';
import { footerOf, readFooterBytes } from '../../formats/parquet/fetch-footer.ts';
import { asSourceError } from '../../formats/parquet/unreadable-footer.ts';
import type { ScanFile, SourceSpec } from '../../plan/source.ts';
import { formatType } from '../../plan/type-name.ts';
import { type Schema, sameType } from '../../plan/types.ts';
import { localPath } from '../../storage/uri.ts';
import { inParallel } from './in-parallel.ts';
import type { FileContents, ResolveIo } from './io.ts';
import { mergeSchemas } from './merge-schemas.ts';

/** Footers that the driver reads of one source at most, where there are workers to read them. */
export const mostDriverFooters = 256;

/**
 * Columns of Parquet files, which all must have the same. Every file is looked at: of one on this machine at 16 bytes to see
 * that it is whole and at its footer, by the engine; of one elsewhere the footer is fetched.
 *
 * Of more than 256 files elsewhere that workers are to read, only the first one is looked at: the workers compare the others'
 * columns with its own when they read their footers for splits (`worker/inspect-scan.ts`), but for files that are skipped by
 * their folders before. With `unionByName` the driver reads all footers, however many: no file can say which columns there are.
 *
 * @param folders names that hive folders give, which files need not agree on
 */
export async function resolveParquet(
  spec: SourceSpec,
  files: readonly ScanFile[],
  folders: ReadonlySet<string>,
  io: ResolveIo,
): Promise<FileContents> {
  const byWorkers = await areForWorkers(spec, files, io);
  const described = byWorkers ? files.slice(0, 1) : files;
  const schemas = await inParallel(described, (file) => io.cache.parquetSchemas.get(file, () => describe(file, io)));
  const own = schemas.map((schema) => schema.filter((field) => !folders.has(field.name)));
  const columns = mergeSchemas(
    described.map(({ uri }, index) => ({ uri, schema: own[index] ?? [] })),
    spec.unionByName,
  );
  const [first] = files;
  expectGivenTypes(spec, columns, folders, first?.uri ?? '');
  return { format: { kind: 'parquet' }, files, columns, ...(byWorkers && first ? { schemaFrom: first.uri } : {}) };
}

/** Whether workers are to read the files' footers. Nobody is asked about workers where there are few files. */
async function areForWorkers(spec: SourceSpec, files: readonly ScanFile[], io: ResolveIo): Promise<boolean> {
  const { footerWorkers } = io;
  if (!footerWorkers || spec.unionByName || files.length <= footerWorkers.mostDriverFooters) return false;
  return files.every(({ uri }) => localPath(uri) === null) && footerWorkers.areThere();
}

async function describe(file: ScanFile, io: ResolveIo): Promise<Schema> {
  const path = localPath(file.uri);
  if (path === null) return describeElsewhere(file, io);
  await checkParquet(file, io.store);
  return asSourceError(file, async () => (await io.describeParquet([path]))[0] ?? []);
}

/** The footer is fetched, and remembered: cutting the file into splits needs it too. */
async function describeElsewhere(file: ScanFile, io: ResolveIo): Promise<Schema> {
  const bytes = await readFooterBytes(io.store, file, io.signal ? { signal: io.signal } : {});
  await io.cache.footers.get(file, async () => footerOf(file, bytes));
  return asSourceError(file, () => io.describeEmptyParquet(emptyParquet(bytes)));
}

/** A Parquet file says its types itself; `schema` may repeat them, for the row type in the editor. */
function expectGivenTypes(spec: SourceSpec, columns: Schema, folders: ReadonlySet<string>, uri: string): void {
  for (const [name, type] of Object.entries(spec.schema)) {
    if (folders.has(name)) continue;
    const found = columns.find((field) => field.name === name);
    if (!found)
      throw new UnknownColumnError(
        name,
        columns.map((field) => field.name),
        `the schema given for ${uri}`,
      );
    if (sameType(found.type, type)) continue;
    throw new TypeMismatchError(
      'TYPE_MISMATCH',
      `Column ${JSON.stringify(name)} of ${uri} is ${formatType(found.type)}, and the given schema says ${formatType(type)}. ` +
        `A Parquet file has types of its own; leave the column out of the schema, and cast it: col(${JSON.stringify(name)}).cast('${formatType(type)}').`,
      { details: { uri, column: name } },
    );
  }
}
