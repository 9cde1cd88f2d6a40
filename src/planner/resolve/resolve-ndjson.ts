import { PlanError } from '../../errors.ts';
import { inferNdjson } from '../../formats/ndjson/infer.ts';
import { isArrayFile } from '../../formats/ndjson/json-records.ts';
import { chooseFiles, type FileSamples, readHead, readSamples, sampleBytes } from '../../formats/samples.ts';
import type { FormatSpec, ScanFile, SourceSpec } from '../../plan/source.ts';
import { inParallel } from './in-parallel.ts';
import type { FileContents, ResolveIo } from './io.ts';
import { expectSameKeys } from './same-keys.ts';

/** Most bytes of an array file that are looked at: its middle cannot be sampled, since elements begin anywhere. */
const arrayBytes = 2 << 20;

/**
 * Columns and types of NDJSON files from samples of up to 32 of them. A key that an object lacks is null, one that no sample
 * had is not read.
 *
 * @param folders names that hive folders give, which files need not agree on
 * @throws {SourceError} SCHEMA_MISMATCH for files of different keys, unless `unionByName`; see {@link expectSameKeys}
 */
export async function resolveNdjson(
  spec: SourceSpec,
  format: Extract<FormatSpec, { readonly kind: 'ndjson' }>,
  files: readonly ScanFile[],
  folders: ReadonlySet<string>,
  io: ResolveIo,
): Promise<FileContents> {
  const schema = Object.fromEntries(Object.entries(spec.schema).filter(([name]) => !folders.has(name)));
  const chosen = chooseFiles(files);
  const bytes = sampleBytes(chosen.length);
  const samples = await inParallel(chosen, (file) =>
    io.cache.samples.get(file, () => readRecordsOf(file, bytes, io), `json ${bytes}`),
  );
  const { columns, namesByFile, array } = inferNdjson(samples, schema);
  if (!spec.unionByName) expectSameKeys(samples, namesByFile, new Set([...Object.keys(schema), ...folders]));
  if (array && format.onBadRow !== 'error') throw noBadRows(samples);
  const resolved = { kind: 'ndjson', columns, onBadRow: format.onBadRow, ...(array ? { array } : {}) } as const;
  return { format: resolved, files, columns };
}

async function readRecordsOf(file: ScanFile, bytes: number, io: ResolveIo): Promise<FileSamples> {
  const isEnough = (text: string) => text.includes('\n') || isArrayFile({ text });
  const samples = await readSamples(file, bytes, io, isEnough);
  if (!isArrayFile(samples.head) || samples.head.atEnd) return samples;
  return { uri: file.uri, head: await readHead(file, arrayBytes, io, () => true), others: [] };
}

function noBadRows(samples: readonly FileSamples[]): PlanError {
  const uri = samples.find((file) => isArrayFile(file.head))?.uri;
  return new PlanError(
    'INVALID_ARGUMENT',
    `${uri} is one JSON array, of which no single element can be left out: onBadRow works for one object a line only. Convert it (jq -c '.[]'), or leave onBadRow out.`,
    { details: { uri: uri ?? '' } },
  );
}
