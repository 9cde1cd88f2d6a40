import { SourceError } from '../../errors.ts';
import type { ObjectInfo, ObjectStore } from '../../storage/store.ts';

/**
 * A Parquet file is: magic `PAR1` | data | footer (Thrift) | footer length, 4 bytes little endian | magic `PAR1`.
 *
 * @see https://parquet.apache.org/docs/file-format/
 */
const magic = 'PAR1';
const encryptedMagic = 'PARE';
const magicBytes = 4;
const tailBytes = 8;
const leastBytes = magicBytes + tailBytes;

/** Texts that other formats begin with, for saying what a file is instead. */
const otherFormats: readonly (readonly [beginning: string, name: string])[] = [
  ['\x1f\x8b', 'gzip'],
  ['\x28\xb5\x2f\xfd', 'zstd'],
  ['PK\x03\x04', 'a zip archive (or a spreadsheet)'],
  ['ARROW1', 'an Arrow (Feather) file'],
  ['ORC', 'an ORC file'],
  ['Obj\x01', 'an Avro file'],
  ['SQLite format 3', 'an SQLite database'],
  ['<', 'XML or HTML'],
  ['{', 'JSON'],
  ['[', 'JSON'],
];

/**
 * Looks whether a file is Parquet from its first 4 and last 8 bytes, before the engine opens it.
 *
 * @throws {SourceError} BAD_FORMAT for an empty, foreign, truncated or encrypted file, with the byte range that was looked at
 */
export async function checkParquet(file: ObjectInfo, store: Pick<ObjectStore, 'read'>): Promise<void> {
  const read = async (startByte: number, endByte: number) => {
    const range = { startByte, endByte: Math.min(endByte, file.sizeBytes) };
    return Buffer.from(await store.read(file.uri, range, { version: file.version }));
  };
  const head = await read(0, 16);
  const tailStart = Math.max(0, file.sizeBytes - tailBytes);
  const tail = await read(tailStart, file.sizeBytes);
  const problem = parquetProblem(file.sizeBytes, head, tail);
  if (!problem) return;
  const { startByte, endByte, message } = problem;
  throw new SourceError('BAD_FORMAT', `${file.uri} ${message}`, { details: { uri: file.uri, startByte, endByte } });
}

interface ParquetProblem {
  readonly startByte: number;
  /** Exclusive. */
  readonly endByte: number;
  readonly message: string;
}

/**
 * What is wrong with a file, or null.
 *
 * @param head at least its first 4 bytes, more of them to say what it is instead
 * @param tail its last 8 bytes
 */
export function parquetProblem(sizeBytes: number, head: Buffer, tail: Buffer): ParquetProblem | null {
  const at = (startByte: number, endByte: number, message: string) => ({ startByte, endByte, message });
  if (sizeBytes === 0) return at(0, 0, 'is empty (0 bytes), no Parquet file.');
  const begins = head.toString('latin1', 0, magicBytes);
  if (begins !== magic && begins !== encryptedMagic) {
    const other = otherFormats.find(([beginning]) => head.toString('latin1').startsWith(beginning));
    const guess = other ? ` It looks like ${other[1]}.` : '';
    return at(
      0,
      magicBytes,
      `is no Parquet file: bytes 0 to 4 are ${show(head.subarray(0, magicBytes))}, expected "PAR1".${guess}`,
    );
  }
  if (sizeBytes < leastBytes) {
    return at(0, sizeBytes, `is cut off: it has ${sizeBytes} bytes, and no Parquet file has fewer than ${leastBytes}.`);
  }
  const end = [sizeBytes - magicBytes, sizeBytes] as const;
  const ends = tail.toString('latin1', tail.length - magicBytes);
  if (ends === encryptedMagic)
    return at(...end, 'is encrypted (its last bytes are "PARE"), which shoal does not read.');
  if (ends !== magic) {
    return at(
      ...end,
      `is cut off: its last bytes (${end[0]} to ${end[1]}) are ${show(tail.subarray(-magicBytes))}, expected "PAR1". Was it copied or written to its end?`,
    );
  }
  const footerBytes = tail.readUInt32LE(tail.length - tailBytes);
  if (footerBytes + leastBytes <= sizeBytes) return null;
  return at(
    sizeBytes - tailBytes,
    sizeBytes - magicBytes,
    `is damaged: its last bytes tell of a footer of ${footerBytes} bytes, but it has only ${sizeBytes} bytes in all.`,
  );
}

function show(bytes: Buffer): string {
  const text = bytes.toString('latin1');
  return /^[\x20-\x7e]*$/.test(text) ? JSON.stringify(text) : `0x${bytes.toString('hex')}`;
}
