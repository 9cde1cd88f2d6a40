import { PlanError } from '../../errors.ts';
import { inferNdjson } from '../../formats/ndjson/infer.ts';
import { isArrayFile } from '../../formats/ndjson/json-records.ts';
import { chooseFiles, type FileSamples, readHead, readSamples, sampleBytes } from '../../formats/samples.ts';
import type { FormatSpec, ScanFile } from '../../plan/source.ts';
import type { DataType } from '../../plan/types.ts';
import { inParallel } from './in-parallel.ts';
import type { FileContents, ResolveIo } from './io.ts';

/** Most bytes of an array file that are looked at: its middle cannot be sampled, since elements begin anywhere. */
const arrayBytes = 2 << 20;

/**
 * Columns and types of NDJSON files from samples of up to 32 of them. Objects need not have all columns, so files cannot
 * differ in them either: a key that an object lacks is null, one that no sample had is not read.
 */
export async function resolveNdjson(
  format: Extract<FormatSpec, { readonly kind: 'ndjson' }>,
  files: readonly ScanFile[],
  schema: Readonly<Record<string, DataType>>,
  io: ResolveIo,
): Promise<FileContents> {
  const chosen = chooseFiles(files);
  const bytes = sampleBytes(chosen.length);
  const samples = await inParallel(chosen, (file) =>
    io.cache.samples.get(file, () => readRecordsOf(file, bytes, io), `json ${bytes}`),
  );
  const { columns, array } = inferNdjson(samples, schema);
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
