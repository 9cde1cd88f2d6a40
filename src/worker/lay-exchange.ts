import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { encodeOutput, type WireOutput } from '../plan/exchange-wire.ts';
import { packOutput } from '../plan/producer-output.ts';
import { Checksum, checksumOf } from '../storage/checksum.ts';
import type { ObjectStore, StagedContent } from '../storage/store.ts';

/** A file of a partition's rows. */
export interface PartitionFile {
  readonly path: string;
  readonly partition: number;
  readonly sizeBytes: number;
  /** Of its bytes, where that is known: the one that its first writer found goes with it. */
  readonly checksum: number | null;
}

/** Where an exchange's object goes, and the partitions that it is about. */
export interface ExchangeTarget {
  readonly prefix: string;
  readonly maxInlineBytes: number;
  readonly fromPartition: number;
  /** Exclusive. */
  readonly toPartition: number;
}

/** Bytes read from a file at a time. */
const chunkBytes = 4 << 20;

/**
 * Hands files on: together in one object `<prefix>-<attempt>`, one after another; or, when all of them are small, in the
 * task's own result, and no object is written.
 *
 * @param files in the order of their partitions
 * @returns what readers need to find them again; null for no files
 */
export async function layExchange(
  files: readonly PartitionFile[],
  target: ExchangeTarget,
  { store, signal }: { readonly store: ObjectStore; readonly signal: AbortSignal },
): Promise<WireOutput | null> {
  if (files.length === 0) return null;
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  if (totalBytes <= target.maxInlineBytes) {
    const contents = await Promise.all(files.map(({ path }) => readFile(path)));
    const place = { kind: 'inline', bytes: Buffer.concat(contents) } as const;
    return encodeOutput(packOutput(place, target, withChecksums(files, contents.map(checksumOf))));
  }
  const checksums: number[] = [];
  // No other attempt has this name: nothing can be replaced.
  const uri = `${target.prefix}-${randomUUID()}`;
  // A crash of the machine ends the job; only a journal outlives it.
  const durable = target.prefix.includes('/journal/');
  const { version } = await store.write(uri, await contentOf(files, checksums), 'replace', { signal, durable });
  return encodeOutput(packOutput({ kind: 'object', uri, version }, target, withChecksums(files, checksums)));
}

function withChecksums(files: readonly PartitionFile[], checksums: readonly number[]) {
  return files.map((file, index) => ({ ...file, checksum: file.checksum ?? checksums[index] ?? 0 }));
}

/** A file that is alone the store may take as it is. */
async function contentOf(files: readonly PartitionFile[], checksums: number[]): Promise<StagedContent> {
  const [first] = files;
  if (!first || files.length > 1) return { kind: 'chunks', chunks: chunksOf(files, checksums) };
  if (first.checksum === null) checksums.push(await checksumOfFile(first.path));
  return { kind: 'file', path: first.path };
}

async function* chunksOf(files: readonly PartitionFile[], checksums: number[]): AsyncIterable<Uint8Array> {
  for (const { path, checksum } of files) {
    const sum = checksum === null ? new Checksum() : null;
    for await (const chunk of chunksOfFile(path)) {
      sum?.add(chunk);
      yield chunk;
    }
    checksums.push(checksum ?? sum?.value() ?? 0);
  }
}

/** The checksum of a file's bytes. */
export async function checksumOfFile(path: string): Promise<number> {
  const checksum = new Checksum();
  for await (const chunk of chunksOfFile(path)) checksum.add(chunk);
  return checksum.value();
}

function chunksOfFile(path: string): AsyncIterable<Buffer> {
  return createReadStream(path, { highWaterMark: chunkBytes });
}
