import { type CsvHead, headOfFile, type InferredCsv, inferCsv } from '../../formats/csv/infer.ts';
import { chooseFiles, readHead, readSamples, sampleBytes } from '../../formats/samples.ts';
import type { FormatSpec, Newline, ScanFile, SourceSpec } from '../../plan/source.ts';
import type { DataType } from '../../plan/types.ts';
import { inParallel } from './in-parallel.ts';
import type { FileContents, ResolveIo } from './io.ts';
import { mergeSchemas } from './merge-schemas.ts';

/** Bytes of a file's beginning that hold most headers; more are read of those that don't. */
const headerBytes = 4 << 10;

/**
 * Dialect, columns, types and newlines of CSV files: the types from samples of up to 32 of them, the header and the newline of
 * every one, since columns go by name and a file with others must not be read by position.
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
  const heads = await headsOfAll(files, inferred, io);
  const namesOf = ({ uri }: ScanFile) => heads.get(uri)?.names ?? [];
  const typed = new Map(inferred.columns.map((field) => [field.name, field.type]));
  const withRecords = files.filter((file) => namesOf(file).length > 0);
  // Types are one for all files; here only the names can differ. A file that was not sampled may have columns without a type.
  const columns = mergeSchemas(
    withRecords.map((file) => ({
      uri: file.uri,
      schema: namesOf(file).map((name) => ({ name, type: typed.get(name) ?? { kind: 'string' as const } })),
    })),
    spec.unionByName,
  );
  const all = columns.length > 0 ? columns : inferred.columns;
  const order = all.map((field) => field.name);
  const newlines = files.map(({ uri }) => heads.get(uri)?.newline ?? null);
  const newline = newlines.find((found) => found !== null && found !== '') || null;
  return {
    format: {
      kind: 'csv',
      dialect: inferred.dialect,
      columns: all,
      onBadRow: format.onBadRow,
      ...(newline === null ? {} : { newline }),
    },
    files: files.map((file, index) =>
      withOwnNewline(withOwnColumns(file, namesOf(file), order), newlines[index] ?? null, newline),
    ),
    columns: all,
  };
}

async function headsOfAll(
  files: readonly ScanFile[],
  inferred: InferredCsv,
  io: ResolveIo,
): Promise<ReadonlyMap<string, CsvHead>> {
  const unknown = files.filter((file) => !inferred.heads.has(file.uri));
  const found = await inParallel(unknown, async (file): Promise<[string, CsvHead]> => {
    const head = await io.cache.heads.get(file, () => readHead(file, headerBytes, io));
    return [file.uri, headOfFile(file.uri, head, inferred.dialect)];
  });
  return new Map([...inferred.heads, ...found]);
}

function withOwnColumns(file: ScanFile, own: readonly string[], order: readonly string[]): ScanFile {
  const same = own.length === order.length && own.every((name, index) => name === order[index]);
  // A file without a record has no fields that could go wrong.
  return same || own.length === 0 ? file : { ...file, columns: own };
}

/** A file that holds no newline is read together with any others. */
function withOwnNewline(file: ScanFile, own: CsvHead['newline'], common: Newline | null): ScanFile {
  return own === null || own === (common ?? '') ? file : { ...file, newline: own };
}
