import { SourceError } from '../../errors.ts';
import type { ResolvedFormat, ScanFile } from '../../plan/source.ts';
import type { RejectedRecord } from '../../plan/task.ts';
import { formatType } from '../../plan/type-name.ts';
import type { Schema } from '../../plan/types.ts';
import type { ByteRange, ObjectStore } from '../../storage/store.ts';
import { invalidUtf8Offset, propertyName, shorten } from '../bad-text.ts';
import { fileChunks } from '../file-chunks.ts';
import { compressionOf } from '../samples.ts';
import { isArrayFile, type JsonRecord, readLines, readRecords } from './json-records.ts';
import { fieldTexts, type JsonShape } from './json-shape.ts';
import { misfitPath } from './json-type.ts';

/** NDJSON with nothing left to guess. */
export type NdjsonFormat = Extract<ResolvedFormat, { readonly kind: 'ndjson' }>;

/** A record that does not fit, with the sentence that says why and the one that says what mends it. */
export interface BadJsonRecord {
  readonly record: RejectedRecord;
  readonly mend: string;
}

/**
 * The records of a file that do not fit the format's columns without loss, in order. Every record is parsed in JavaScript:
 * slow and certain, where the engine's own messages name the wrong line and its conversions round `1.5` to 2.
 *
 * `row` is the line where the record begins; `byteOffset` of `text` counts from the file's first byte.
 *
 * @param slice the bytes to look at, from the beginning of a line on; null for the whole file
 * @returns null for zstd files, which Node 20 does not read
 */
export function badJsonRecords(
  file: ScanFile,
  format: NdjsonFormat,
  store: Pick<ObjectStore, 'read'>,
  slice: ByteRange | null = null,
): AsyncIterable<BadJsonRecord> | null {
  const chunks = fileChunks(file, store, slice);
  return chunks && walk(file, format, chunks, slice?.startByte ?? 0);
}

/**
 * Finds the first record that made a scan of a file fail.
 *
 * @param error what the engine threw; the cause of the result
 * @param slice see {@link badJsonRecords}
 * @returns null when every record is fine: the error came from somewhere else
 */
export async function explainNdjsonFailure(
  file: ScanFile,
  format: NdjsonFormat,
  store: Pick<ObjectStore, 'read'>,
  error: unknown,
  slice: ByteRange | null = null,
): Promise<SourceError | null> {
  for await (const { record, mend } of badJsonRecords(file, format, store, slice) ?? []) {
    const { uri, row, byteOffset, column, message } = record;
    const place =
      row === null
        ? `The line at byte ${byteOffset} of ${uri}`
        : `Line ${row} of ${uri}${byteOffset === null ? '' : ` (byte ${byteOffset})`}`;
    return new SourceError('BAD_RECORD', `${place} ${message.replace(/^This line /, '')} ${mend}`, {
      cause: error,
      details: {
        uri,
        ...(row === null ? {} : { row }),
        ...(byteOffset === null ? {} : { byteOffset }),
        ...(column === null ? {} : { column }),
      },
    });
  }
  return null;
}

/**
 * What a scan that leaves bad lines out tells of one of them.
 *
 * @param row 1-based line number, blank lines counted; null in a part that does not begin where the file does
 * @param text the line as the engine read it
 */
export function rejectedLine(file: ScanFile, format: NdjsonFormat, row: number | null, text: string): RejectedRecord {
  const latin1 = Buffer.from(text).toString('latin1');
  const [record] = readLines(latin1);
  const problem = record ? problemOf(record, latin1, format.columns) : null;
  const message = `This line ${problem?.message ?? 'has a value that does not convert to its column.'}`;
  return { uri: file.uri, byteOffset: null, row, column: problem?.column ?? null, message, text: shorten(text) };
}

async function* walk(
  file: ScanFile,
  format: NdjsonFormat,
  chunks: AsyncIterable<Uint8Array>,
  sliceStart: number,
): AsyncIterable<BadJsonRecord> {
  const compressed = compressionOf(file.uri) !== 'none';
  let lines = 0;
  for await (const { text, startByte, whole } of wholeLines(chunks, sliceStart)) {
    const array = startByte === 0 && isArrayFile({ text });
    for (const record of array ? readRecords({ text, startByte, atEnd: true }, true) : readLines(text)) {
      const problem = problemOf(record, text, format.columns);
      if (!problem) continue;
      yield {
        record: {
          uri: file.uri,
          byteOffset: compressed ? null : startByte + record.start,
          row: sliceStart > 0 ? null : lines + record.line,
          column: problem.column,
          message: `This line ${problem.message}`,
          text: shorten(Buffer.from(text.slice(record.start, record.end), 'latin1').toString('utf8')),
        },
        mend: problem.mend,
      };
    }
    if (array && !whole) return;
    for (let at = text.indexOf('\n'); at >= 0; at = text.indexOf('\n', at + 1)) lines++;
  }
}

interface Lines {
  readonly text: string;
  readonly startByte: number;
  readonly whole: boolean;
}

/** Bytes cut after the last newline of each chunk; an array file comes in one piece. */
async function* wholeLines(chunks: AsyncIterable<Uint8Array>, sliceStart: number): AsyncIterable<Lines> {
  let pending = '';
  let startByte = sliceStart;
  let array: boolean | null = null;
  for await (const chunk of chunks) {
    pending += Buffer.from(chunk).toString('latin1');
    array ??= sliceStart === 0 && isArrayFile({ text: pending });
    const end = array ? 0 : pending.lastIndexOf('\n') + 1;
    if (end === 0) continue;
    yield { text: pending.slice(0, end), startByte, whole: false };
    pending = pending.slice(end);
    startByte += end;
  }
  yield { text: pending, startByte, whole: true };
}

const leaveOut = "leave such lines out with { onBadRow: 'skip' } or { onBadRow: 'collect' }";

function problemOf(
  { start, end, reading }: JsonRecord,
  text: string,
  columns: Schema,
): { readonly column: string | null; readonly message: string; readonly mend: string } | null {
  const badByte = invalidUtf8Offset(text.slice(start, end));
  if (badByte !== null) {
    return {
      column: null,
      message: `is not UTF-8: its byte ${badByte} is invalid.`,
      mend: `Convert the file to UTF-8, or ${leaveOut}.`,
    };
  }
  if (text.startsWith('\xef\xbb\xbf', start)) {
    return {
      column: null,
      message: 'begins with a byte order mark, which is no part of JSON.',
      mend: 'Remove its three bytes.',
    };
  }
  if (reading.kind === 'problem') {
    const message = `is no JSON: expected ${reading.expected} at its byte ${reading.offset}.`;
    return { column: null, message, mend: `Mend the file, or ${leaveOut}.` };
  }
  const { shape } = reading;
  if (shape.kind !== 'struct') {
    return {
      column: null,
      message: `is no JSON object but ${shapeName(shape)}.`,
      mend: `Mend the file, or ${leaveOut}.`,
    };
  }
  for (const { name, type } of columns) {
    const path = misfitPath(shape.fields.get(name) ?? { kind: 'null' }, type);
    if (path === null) continue;
    const message = `has in ${JSON.stringify(`${name}${path}`)} what is no ${formatType(type)}: ${shorten(fieldTexts(text.slice(start, end)).get(name) ?? '')}.`;
    return {
      column: name,
      message,
      mend: `Read the column as text with { schema: { ${propertyName(name)}: 'string' } }, or ${leaveOut}.`,
    };
  }
  return null;
}

function shapeName(shape: JsonShape): string {
  const names = { list: 'an array', string: 'a string', boolean: 'a boolean', null: 'null' } as const;
  return names[shape.kind as keyof typeof names] ?? 'a number';
}
