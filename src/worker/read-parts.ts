import { writeFile } from 'node:fs/promises';
import { StorageError } from '../errors.ts';
import { type OutputFile, outputFiles, type ProducerOutput } from '../plan/producer-output.ts';
import type { ReadRel } from '../plan/relation.ts';
import { checksumOf, formatChecksum } from '../storage/checksum.ts';
import { longestSliceBytes } from '../storage/cut-range.ts';
import type { Fetcher, PinnedObject } from './fetcher.ts';
import { checksumOfFile, type PartitionFile } from './lay-exchange.ts';
import type { Scratch } from './scratch.ts';

/**
 * Brings what a task reads of an exchange to this machine, all at once: neighbouring partitions of a producer in one ranged
 * request, each of their Parquet files into a file of its own. What is not as it was written is read once more.
 *
 * @returns the files, partition by partition, in each of them in the order of the producers
 * @throws {StorageError} STORAGE_FAILED, retryable, for bytes that are not those that were written
 */
export async function readParts(
  { parts }: ReadRel,
  fetcher: Fetcher,
  scratch: Scratch,
): Promise<readonly PartitionFile[]> {
  const requests = parts.outputs.flatMap((output) =>
    requestsOf(outputFiles(output, parts.fromPartition, parts.toPartition)).map((files) => ({ output, files })),
  );
  const read = await fetcher.all(requests.map(({ output, files }) => readFiles(output, files, fetcher, scratch)));
  return read.flat().sort((a, b) => a.partition - b.partition);
}

/** Files that are read together: they lie one after another. */
function requestsOf(files: readonly OutputFile[]): readonly (readonly OutputFile[])[] {
  const requests: OutputFile[][] = [];
  for (const file of files) {
    const last = requests.at(-1);
    if (last?.[0] && file.endByte - last[0].startByte <= longestSliceBytes) last.push(file);
    else requests.push([file]);
  }
  return requests;
}

async function readFiles(
  { place }: ProducerOutput,
  files: readonly OutputFile[],
  fetcher: Fetcher,
  scratch: Scratch,
): Promise<readonly PartitionFile[]> {
  const [first] = files;
  if (!first) return [];
  if (place.kind === 'inline') {
    const damage = damageOf(files, place.bytes, 0);
    if (damage) throw damaged('the result of a task', damage);
    return fetcher.inTurn(() => writeFiles(files, place.bytes, 0, scratch));
  }
  const { startByte } = first;
  const endByte = files.at(-1)?.endByte ?? startByte;
  if (endByte - startByte > longestSliceBytes) return [await readLongFile(place, first, fetcher, scratch)];
  const read = () =>
    fetcher.use(place, { startByte, endByte }, async (bytes) => {
      const damage = damageOf(files, bytes, startByte);
      return damage ?? { files: await writeFiles(files, bytes, startByte, scratch) };
    });
  const once = await read();
  const done = 'files' in once ? once : await read();
  if ('files' in done) return done.files;
  throw damaged(place.uri, done);
}

/** A file that is too long for memory, piece by piece. */
async function readLongFile(
  object: PinnedObject,
  file: OutputFile,
  fetcher: Fetcher,
  scratch: Scratch,
): Promise<PartitionFile> {
  const local = await localFile(file, scratch);
  let actual = 0;
  for (let reads = 0; reads < 2; reads++) {
    await writeFile(local.path, '');
    await fetcher.copy(object, [file], local.path, file.startByte);
    actual = await checksumOfFile(local.path);
    if (actual === file.checksum) return local;
  }
  throw damaged(object.uri, { file, actual: `checksum ${formatChecksum(actual)}` });
}

interface Damage {
  readonly file: OutputFile;
  /** What was read in its place. */
  readonly actual: string;
}

/** The first of the files that is not as it was written; null when all are. @param fromByte where `bytes` begins */
function damageOf(files: readonly OutputFile[], bytes: Uint8Array, fromByte: number): Damage | null {
  for (const file of files) {
    const content = contentOf(file, bytes, fromByte);
    const length = file.endByte - file.startByte;
    if (content.length !== length) return { file, actual: `${content.length} of ${length} bytes` };
    const actual = checksumOf(content);
    if (actual !== file.checksum) return { file, actual: `checksum ${formatChecksum(actual)}` };
  }
  return null;
}

function writeFiles(
  files: readonly OutputFile[],
  bytes: Uint8Array,
  fromByte: number,
  scratch: Scratch,
): Promise<readonly PartitionFile[]> {
  return Promise.all(
    files.map(async (file) => {
      const local = await localFile(file, scratch);
      await writeFile(local.path, contentOf(file, bytes, fromByte), { flag: 'wx' });
      return local;
    }),
  );
}

function contentOf({ startByte, endByte }: OutputFile, bytes: Uint8Array, fromByte: number): Uint8Array {
  return bytes.subarray(startByte - fromByte, endByte - fromByte);
}

async function localFile(file: OutputFile, scratch: Scratch): Promise<PartitionFile> {
  const { partition, startByte, endByte, checksum } = file;
  return { path: await scratch.newPath('.parquet'), partition, sizeBytes: endByte - startByte, checksum };
}

function damaged(uri: string, { file, actual }: Damage): StorageError {
  const { startByte, endByte } = file;
  const expected = `checksum ${formatChecksum(file.checksum)}`;
  return new StorageError(
    'STORAGE_FAILED',
    `Bytes ${startByte} to ${endByte} of ${uri} are not those that were written: expected ${expected}, got ${actual}. Run the query again; if it stays so, the store damages what it holds.`,
    { retryable: true, details: { uri, startByte, endByte, expected, actual } },
  );
}
