import { randomUUID } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { ExchangePart } from '../plan/relation.ts';
import type { ObjectStore, StagedContent } from '../storage/store.ts';

/** A file of a partition's rows. */
export interface PartitionFile {
  readonly path: string;
  readonly partition: number;
  readonly rows: number;
  readonly sizeBytes: number;
}

/** Where an exchange's object goes. */
export interface ExchangeTarget {
  readonly prefix: string;
  readonly maxInlineBytes: number;
}

/** Bytes read from a file at a time. */
const chunkBytes = 4 << 20;

/**
 * Hands files on: together in one object `<prefix>-<attempt>`, one after another; or, when all of them are small, in the
 * task's own result, and no object is written.
 *
 * @param files in the order of their partitions
 * @returns for each of `count` partitions what its readers need: a range of the object for each file, or the file itself
 */
export async function layExchange(
  files: readonly PartitionFile[],
  count: number,
  { prefix, maxInlineBytes }: ExchangeTarget,
  { store, signal }: { readonly store: ObjectStore; readonly signal: AbortSignal },
): Promise<readonly (readonly ExchangePart[])[]> {
  const totalBytes = files.reduce((sum, file) => sum + file.sizeBytes, 0);
  const parts =
    totalBytes <= maxInlineBytes
      ? await Promise.all(files.map(inlinePart))
      : await rangeParts(files, `${prefix}-${randomUUID()}`, store, signal);
  const partitions = Array.from({ length: count }, (): ExchangePart[] => []);
  for (const [index, { partition }] of files.entries()) {
    const part = parts[index];
    if (part) partitions[partition]?.push(part);
  }
  return partitions;
}

async function inlinePart({ path, rows }: PartitionFile): Promise<ExchangePart> {
  return { kind: 'inline', base64: await readFile(path, 'base64'), rows };
}

async function rangeParts(
  files: readonly PartitionFile[],
  uri: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<readonly ExchangePart[]> {
  // No other attempt has this name: nothing can be replaced.
  const { version } = await store.write(uri, contentOf(files), 'replace', { signal });
  let startByte = 0;
  return files.map(({ rows, sizeBytes }): ExchangePart => {
    const endByte = startByte + sizeBytes;
    const part = { kind: 'range' as const, uri, version, startByte, endByte, rows };
    startByte = endByte;
    return part;
  });
}

/** A file that is alone the store may take as it is. */
function contentOf(files: readonly PartitionFile[]): StagedContent {
  const [first] = files;
  return first && files.length === 1 ? { kind: 'file', path: first.path } : { kind: 'chunks', chunks: chunksOf(files) };
}

async function* chunksOf(files: readonly PartitionFile[]): AsyncIterable<Uint8Array> {
  for (const { path } of files) yield* createReadStream(path, { highWaterMark: chunkBytes }) as AsyncIterable<Buffer>;
}
