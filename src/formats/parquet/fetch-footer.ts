import { ShoalError, SourceError } from '../../errors.ts';
import type { Expr } from '../../plan/expr.ts';
import type { ScanFile } from '../../plan/source.ts';
import type { ByteRange, ObjectStore } from '../../storage/store.ts';
import type { RangeEvidence } from '../statistics/value-range.ts';
import { type BloomFilterRequest, bloomFilterRequests, plainBytes } from './bloom-filter.ts';
import { parquetProblem } from './check-parquet.ts';
import { tailStart } from './fetch-plan.ts';
import { describeFooter, type ParquetFooter } from './footer.ts';
import { foldName } from './footer-schema.ts';
import { type PrunedRowGroups, type PruneOptions, pruneRowGroups } from './prune-row-groups.ts';

/** Footer length, 4 bytes little endian, and closing magic. */
const closingBytes = 8;

interface FetchOptions {
  readonly signal?: AbortSignal;
}

type Reader = Pick<ObjectStore, 'read'>;

/**
 * Reads a file's footer: one request of 64 KiB for its end, a second one only for a longer footer.
 *
 * @throws {SourceError} BAD_FORMAT, with the byte range, for a file that is no Parquet, cut off, damaged or encrypted;
 * OBJECT_CHANGED when it is not the version that was listed
 * @throws {StorageError} what the store throws
 */
export async function readFooter(store: Reader, file: ScanFile, options: FetchOptions = {}): Promise<ParquetFooter> {
  return footerOf(file, await readFooterBytes(store, file, options));
}

/** Reads the Thrift struct of a file's footer, from which `rewriteFooter` makes another; requests and errors of {@link readFooter}. */
export async function readFooterBytes(store: Reader, file: ScanFile, options: FetchOptions = {}): Promise<Uint8Array> {
  const { sizeBytes } = file;
  const tailByte = tailStart(sizeBytes);
  const tail =
    sizeBytes === 0
      ? Buffer.alloc(0)
      : await readRange(store, file, { startByte: tailByte, endByte: sizeBytes }, options);
  await refuseForeign(store, file, tail, options);
  const footerBytes = tail.readUInt32LE(tail.length - closingBytes);
  const footerStart = sizeBytes - closingBytes - footerBytes;
  if (footerStart >= tailByte) return tail.subarray(footerStart - tailByte, tail.length - closingBytes);
  const missing = await readRange(store, file, { startByte: footerStart, endByte: tailByte }, options);
  return Buffer.concat([missing, tail.subarray(0, tail.length - closingBytes)]);
}

/**
 * Asks bloom filters about the row groups that statistics left: at most one request for each, and none where it could not
 * pay.
 *
 * @param pruned what `pruneRowGroups` gave for the same conditions and options
 * @param chunkBytes what a row group costs to fetch
 * @returns the same with fewer row groups kept; the very same when no filter helps
 */
export async function pruneByBloomFilters(
  store: Reader,
  file: ScanFile,
  footer: ParquetFooter,
  pruned: PrunedRowGroups,
  conditions: readonly Expr[],
  chunkBytes: (rowGroup: number) => number,
  options: PruneOptions & FetchOptions = {},
): Promise<PrunedRowGroups> {
  const requests = bloomFilterRequests(footer, pruned.kept, conditions, chunkBytes);
  if (requests.length === 0) return pruned;
  const entries = await Promise.all(
    requests.map(
      async (request) => [request.rowGroup, await readFilters(store, file, footer, request, options)] as const,
    ),
  );
  const filters = new Map(entries);
  return pruneRowGroups(footer, conditions, { ...options, mayContain: (rowGroup) => filters.get(rowGroup) });
}

async function readFilters(
  store: Reader,
  file: ScanFile,
  footer: ParquetFooter,
  request: BloomFilterRequest,
  options: FetchOptions,
): Promise<NonNullable<RangeEvidence['mayContain']>> {
  const [bytes, { readBloomFilter, sbbfContains }, { xxhash64 }] = await Promise.all([
    readRange(store, file, request.range, options),
    import('hyparquet/src/bloom.js'),
    import('hyparquet/src/xxhash.js'),
  ]);
  const leaves = new Map(footer.columns.map(({ name, leaf }) => [foldName(name), leaf]));
  const filters = new Map<string, Uint32Array>();
  for (const [name, { startByte, endByte }] of request.filters) {
    const own = bytes.subarray(startByte - request.range.startByte, endByte - request.range.startByte);
    const blocks = orNothing(
      () => readBloomFilter({ view: new DataView(own.buffer, own.byteOffset, own.length), offset: 0 })?.blocks,
    );
    if (blocks) filters.set(name, blocks);
  }
  return (column, value) => {
    const blocks = filters.get(foldName(column));
    const leaf = leaves.get(foldName(column));
    const plain = leaf && plainBytes(leaf, value);
    return !blocks || !plain || sbbfContains(blocks, xxhash64(plain));
  };
}

/** A filter that cannot be read excludes nothing: the rows themselves decide. */
function orNothing<T>(read: () => T): T | undefined {
  try {
    return read();
  } catch {
    return undefined;
  }
}

/** The beginning is looked at only where the end tells of trouble, to say what the file is instead. */
async function refuseForeign(store: Reader, file: ScanFile, tail: Buffer, options: FetchOptions): Promise<void> {
  const { sizeBytes } = file;
  const whole = tail.length === sizeBytes;
  if (!parquetProblem(sizeBytes, whole ? tail : Buffer.from('PAR1'), tail)) return;
  const head = whole ? tail : await readRange(store, file, { startByte: 0, endByte: Math.min(16, sizeBytes) }, options);
  const problem = parquetProblem(sizeBytes, head, tail);
  if (problem) throw badFormat(file, problem.message, problem);
}

/**
 * What {@link readFooterBytes} read.
 *
 * @throws {SourceError} BAD_FORMAT, with the byte range, for a damaged or encrypted footer
 */
export function footerOf(file: ScanFile, bytes: Uint8Array): ParquetFooter {
  try {
    return describeFooter(bytes, file.sizeBytes);
  } catch (error) {
    if (error instanceof ShoalError || !(error instanceof Error)) throw error;
    const endByte = file.sizeBytes - closingBytes;
    const startByte = endByte - bytes.length;
    throw badFormat(
      file,
      `has a footer (bytes ${startByte} to ${endByte}) that cannot be read: ${error.message}.`,
      { startByte, endByte },
      error,
    );
  }
}

function badFormat(file: ScanFile, message: string, { startByte, endByte }: ByteRange, cause?: Error): SourceError {
  return new SourceError('BAD_FORMAT', `${file.uri} ${message}`, {
    details: { uri: file.uri, startByte, endByte },
    ...(cause ? { cause } : {}),
  });
}

async function readRange(store: Reader, file: ScanFile, range: ByteRange, { signal }: FetchOptions): Promise<Buffer> {
  const bytes = await store.read(file.uri, range, { version: file.version, ...(signal ? { signal } : {}) });
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
}
