import { promisify } from 'node:util';
import { SourceError } from '../errors.ts';
import type { ObjectInfo, ObjectStore } from '../storage/store.ts';

/** Some bytes out of a file. */
export interface Sample {
  /** Where the bytes stand in the file; after decompression, for compressed ones. */
  readonly startByte: number;
  /** Latin1 text of the bytes: one character a byte. */
  readonly text: string;
  /** Whether the file ends where the sample does. */
  readonly atEnd: boolean;
}

/** What was looked at of one file. */
export interface FileSamples {
  readonly uri: string;
  /** From the first byte (after a byte order mark); whole records of it are known to begin where they seem to. */
  readonly head: Sample;
  /** From the middle and the end; they begin and end anywhere. */
  readonly others: readonly Sample[];
}

/** Where samples come from. */
export interface SampleIo {
  readonly store: Pick<ObjectStore, 'read'>;
  /** First bytes of a zstd file, decompressed; Node has zstd itself only from 22.15 on. */
  readonly zstdHead: (
    file: ObjectInfo,
    maxBytes: number,
  ) => Promise<{ readonly bytes: Uint8Array; readonly atEnd: boolean }>;
  readonly signal?: AbortSignal;
}

/** How a file's bytes are packed, by the end of its name, as the engine sees it too. */
export type Compression = 'none' | 'gzip' | 'zstd';

/** Most files that are sampled, spread evenly over the list, the first and last among them. */
const mostFiles = 32;
/** Bytes of all samples together, and the least and most of one. */
const budgetBytes = 1 << 20;
const leastBytes = 8 << 10;
const mostBytes = 64 << 10;
/** Where to give up growing a head that holds no two lines. */
const longestHead = 32 << 20;

/** The compression that a name tells. */
export function compressionOf(uri: string): Compression {
  return /\.gz$/i.test(uri) ? 'gzip' : /\.zst$/i.test(uri) ? 'zstd' : 'none';
}

/** The files that {@link readSamples} is worth calling for. */
export function chooseFiles<T>(files: readonly T[]): readonly T[] {
  if (files.length <= mostFiles) return files;
  const step = (files.length - 1) / (mostFiles - 1);
  return Array.from({ length: mostFiles }, (_, index) => files[Math.round(index * step)]).filter(
    (file) => file !== undefined,
  );
}

/** Bytes of one sample, when there are so many files. */
export function sampleBytes(fileCount: number): number {
  return Math.max(leastBytes, Math.min(mostBytes, Math.floor(budgetBytes / (3 * fileCount))));
}

/**
 * Reads the beginning, middle and end of a file (of compressed ones the beginning only). The beginning grows until it
 * `isEnough`: until it holds two lines, so that a first record of megabytes is seen whole.
 *
 * @param bytes of the beginning; the others have half of it
 * @throws {SourceError} BAD_FORMAT for UTF-16 text and broken compression; OBJECT_CHANGED
 */
export async function readSamples(
  file: ObjectInfo,
  bytes: number,
  io: SampleIo,
  isEnough = holdsTwoLines,
): Promise<FileSamples> {
  const head = await readHead(file, bytes, io, isEnough);
  if (head.atEnd || compressionOf(file.uri) !== 'none') return { uri: file.uri, head, others: [] };
  // The beginning alone tells dialect and header; half as much of the others does.
  const half = bytes >> 1;
  const middle = Math.max(head.startByte + head.text.length, Math.floor((file.sizeBytes - half) / 2));
  const end = Math.max(middle + half, file.sizeBytes - half);
  const starts = [middle, end].filter((start) => start < file.sizeBytes);
  const others = await Promise.all(starts.map((start) => readSample(file, start, half, io)));
  return { uri: file.uri, head, others };
}

/** The beginning of a file alone; see {@link readSamples}. */
export async function readHead(
  file: ObjectInfo,
  bytes: number,
  io: SampleIo,
  isEnough = holdsTwoLines,
): Promise<Sample> {
  for (let wanted = bytes; ; wanted *= 4) {
    const head = withoutMark(file.uri, await firstBytes(file, wanted, io));
    if (head.atEnd || wanted >= longestHead || isEnough(head.text)) return head;
  }
}

/** Whether a text holds two lines. */
function holdsTwoLines(text: string): boolean {
  const first = text.search(/[\r\n]/);
  return first >= 0 && /[^\r\n][\r\n]/.test(text.slice(first));
}

async function firstBytes(file: ObjectInfo, bytes: number, io: SampleIo): Promise<Sample> {
  switch (compressionOf(file.uri)) {
    case 'none':
      return readSample(file, 0, bytes, io);
    case 'gzip':
      return gzipHead(file, bytes, io);
    case 'zstd': {
      const head = await io.zstdHead(file, bytes);
      return { startByte: 0, text: Buffer.from(head.bytes).toString('latin1'), atEnd: head.atEnd };
    }
  }
}

async function readSample(file: ObjectInfo, startByte: number, bytes: number, io: SampleIo): Promise<Sample> {
  const endByte = Math.min(startByte + bytes, file.sizeBytes);
  const read = await io.store.read(file.uri, { startByte, endByte }, readOptions(file, io));
  return { startByte, text: Buffer.from(read).toString('latin1'), atEnd: endByte === file.sizeBytes };
}

async function gzipHead(file: ObjectInfo, bytes: number, io: SampleIo): Promise<Sample> {
  const endByte = Math.min(bytes, file.sizeBytes);
  const packed = await io.store.read(file.uri, { startByte: 0, endByte }, readOptions(file, io));
  const { constants, gunzip } = await import('node:zlib');
  try {
    // Whatever the cut-off input holds is given out, instead of an error about its end.
    const options = endByte < file.sizeBytes ? { finishFlush: constants.Z_SYNC_FLUSH } : {};
    const text = packed.length === 0 ? '' : (await promisify(gunzip)(packed, options)).toString('latin1');
    return { startByte: 0, text, atEnd: endByte === file.sizeBytes };
  } catch (error) {
    throw new SourceError(
      'BAD_FORMAT',
      `${file.uri} cannot be decompressed: its name says gzip, its first ${endByte} bytes are none (${(error as Error).message}).`,
      { cause: error, details: { uri: file.uri, startByte: 0, endByte } },
    );
  }
}

function readOptions(file: ObjectInfo, io: SampleIo): { readonly version: string; readonly signal?: AbortSignal } {
  return { version: file.version, ...(io.signal ? { signal: io.signal } : {}) };
}

function withoutMark(uri: string, head: Sample): Sample {
  if (/^(\xff\xfe|\xfe\xff)/.test(head.text)) {
    throw new SourceError(
      'BAD_FORMAT',
      `${uri} is UTF-16 text (its first bytes are a UTF-16 byte order mark). Convert it to UTF-8: iconv -f UTF-16 -t UTF-8.`,
      { details: { uri, byteOffset: 0 } },
    );
  }
  return head.text.startsWith('\xef\xbb\xbf') ? { ...head, startByte: 3, text: head.text.slice(3) } : head;
}
