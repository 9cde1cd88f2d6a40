import { type InferredCsv, inferCsv, namesInFile } from '../../formats/csv/infer.ts';
import { chooseFiles, readHead, readSamples, sampleBytes } from '../../formats/samples.ts';
import type { FormatSpec, ScanFile, SourceSpec } from '../../plan/source.ts';
import type { DataType } from '../../plan/types.ts';
import { inParallel } from './in-parallel.ts';
import type { FileContents, ResolveIo } from './io.ts';
import { mergeSchemas } from './merge-schemas.ts';

/** Bytes of a file's beginning that hold most headers; more are read of those that don't. */
const headerBytes = 4 << 10;

/**
 * Dialect, columns and types of CSV files: the types from samples of up to 32 of them, the header of every one, since columns
 * go by name and a file with others must not be read by position.
 */
export async function resolveCsv(
  spec: SourceSpec,
  format: Extract<FormatSpec, { readonly kind: 'csv' }>,
  files: readonly ScanFile[],
  schema: Readonly<Record<string, DataType>>,
  io: ResolveIo,
): Promise<FileContents> {
  const chosen = chooseFiles(files);
  const bytes = sampleBytes(chosen.length);
  const samples = await inParallel(chosen, (file) =>
    io.cache.samples.get(file, () => readSamples(file, bytes, io), String(bytes)),
  );
  const inferred = inferCsv(samples, { dialect: format.dialect, schema });
  const names = await namesOfAll(files, inferred, io);
  const typed = new Map(inferred.columns.map((field) => [field.name, field.type]));
  const withRecords = files.filter((file) => (names.get(file.uri)?.length ?? 0) > 0);
  // Types are one for all files; here only the names can differ. A file that was not sampled may have columns without a type.
  const columns = mergeSchemas(
    withRecords.map(({ uri }) => ({
      uri,
      schema: (names.get(uri) ?? []).map((name) => ({ name, type: typed.get(name) ?? { kind: 'string' as const } })),
    })),
    spec.unionByName,
  );
  const all = columns.length > 0 ? columns : inferred.columns;
  const order = all.map((field) => field.name);
  return {
    format: { kind: 'csv', dialect: inferred.dialect, columns: all, onBadRow: format.onBadRow },
    files: files.map((file) => withOwnColumns(file, names.get(file.uri) ?? [], order)),
    columns: all,
  };
}

async function namesOfAll(
  files: readonly ScanFile[],
  inferred: InferredCsv,
  io: ResolveIo,
): Promise<ReadonlyMap<string, readonly string[]>> {
  const unknown = files.filter((file) => !inferred.namesByFile.has(file.uri));
  const found = await inParallel(unknown, async (file): Promise<[string, readonly string[]]> => {
    const head = await io.cache.heads.get(file, () => readHead(file, headerBytes, io));
    return [file.uri, namesInFile(file.uri, head, inferred.dialect)];
  });
  return new Map([...inferred.namesByFile, ...found]);
}

function withOwnColumns(file: ScanFile, own: readonly string[], order: readonly string[]): ScanFile {
  const same = own.length === order.length && own.every((name, index) => name === order[index]);
  // A file without a record has no fields that could go wrong.
  return same || own.length === 0 ? file : { ...file, columns: own };
}
