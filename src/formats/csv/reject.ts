import type { DuckDBConnection } from '@duckdb/node-api';
import type { SourceError } from '../../errors.ts';
import type { ScanFile } from '../../plan/source.ts';
import type { RejectedRecord } from '../../plan/task.ts';
import type { ByteRange, ObjectStore } from '../../storage/store.ts';
import { invalidUtf8Offset, shorten } from '../bad-text.ts';
import { fileChunks } from '../file-chunks.ts';
import { compressionOf } from '../samples.ts';
import { isBlank } from './aligned-records.ts';
import {
  badRecordError,
  type CsvFormat,
  describeProblem,
  type RecordPlace,
  type RecordProblem,
  recordProblem,
} from './bad-record.ts';
import { parseRecords } from './records.ts';
import { walkRecords } from './walk-records.ts';

/** A row of the engine's reject tables. */
interface Reject {
  readonly path: string;
  /** 1-based record number, header and blank lines counted. */
  readonly line: number;
  /** 1-based position where the engine's record begins; of CRLF files that is often the `\n` before it. */
  readonly position: number;
  /** 1-based. */
  readonly columnIndex: number;
  readonly errorType: string;
  readonly text: string;
  readonly message: string;
}

/** A file that a scan read. */
export interface ScannedCsv {
  readonly file: ScanFile;
  /** Where the engine found it. */
  readonly path: string;
  readonly format: CsvFormat;
  /** The bytes that `path` holds, when these are not the whole file: records, from the first byte on. */
  readonly slice?: ByteRange | null;
  /** Names of the columns whose values the scan looked at; without it, all. */
  readonly used?: ReadonlySet<string> | null;
}

/**
 * The records that the scans of this connection left out (`store_rejects = true`), file by file and in order, each once,
 * with the first thing that is wrong with it.
 *
 * Call it on the connection that ran the query, after its last row: the reject tables belong to the connection, and hold
 * the records of all its scans.
 *
 * @returns no records when no scan of the connection stored rejects
 */
export async function readRejects(
  connection: DuckDBConnection,
  files: readonly ScannedCsv[],
): Promise<RejectedRecord[]> {
  const byPath = new Map(files.map((file) => [file.path, file]));
  const rejected: RejectedRecord[] = [];
  let last = '';
  for (const reject of await storedRejects(connection)) {
    const scanned = byPath.get(reject.path);
    const key = `${reject.path}\n${reject.line}`;
    if (!scanned || key === last) continue;
    last = key;
    const { place, problem, text } = interpret(reject, scanned);
    const column = problem.kind === 'value' ? problem.column : null;
    const message = describeProblem(place, problem, namesOf(scanned));
    rejected.push({ ...place, column, message: `This row ${message}`, text });
  }
  return rejected;
}

/**
 * Finds the record that made the scan of one file fail, and says what is wrong with it.
 *
 * The file is scanned again with rejects stored; when the engine rejects nothing (it rounds, cuts and drops where the plan
 * does not let it), the file is read record by record and held against the columns' types.
 *
 * @param rejectScan SQL that scans all columns of that one file with `store_rejects = true`
 * @param error what the engine threw; the cause of the result
 * @returns null when every record is fine: the error came from somewhere else
 */
export async function explainCsvFailure(
  connection: DuckDBConnection,
  scanned: ScannedCsv,
  rejectScan: string,
  store: Pick<ObjectStore, 'read'>,
  error: unknown,
): Promise<SourceError | null> {
  // Some failures (mixed newlines) are none of a record, and come again.
  await connection.run(rejectScan).catch(() => undefined);
  const first = (await storedRejects(connection)).find((reject) => reject.path === scanned.path);
  if (!first) return findMisfit(scanned, store, error);
  const { place, problem, bytes } = interpret(first, scanned);
  const exact = problem.kind === 'encoding' ? await exactEncoding(scanned.file, place, bytes, store) : problem;
  return badRecordError(place, exact, namesOf(scanned), error);
}

/** The engine tells the record only, with a mark in place of each bad byte: the first one is looked up in the file. */
async function exactEncoding(
  file: ScanFile,
  { byteOffset }: RecordPlace,
  bytes: number,
  store: Pick<ObjectStore, 'read'>,
): Promise<RecordProblem> {
  if (byteOffset === null) return { kind: 'encoding', offset: null };
  const range = { startByte: byteOffset, endByte: Math.min(byteOffset + bytes, file.sizeBytes) };
  const record = await store.read(file.uri, range, { version: file.version });
  return { kind: 'encoding', offset: invalidUtf8Offset(Buffer.from(record).toString('latin1')) };
}

async function findMisfit(
  scanned: ScannedCsv,
  store: Pick<ObjectStore, 'read'>,
  error: unknown,
): Promise<SourceError | null> {
  for await (const { place, problem } of problemsOf(scanned, store))
    return badRecordError(place, problem, namesOf(scanned), error);
  return null;
}

/**
 * The first `limit` records of a file that do not fit, found by reading it record by record: also those that the engine's
 * reader takes and a condition of the query leaves out, of which it keeps no list.
 *
 * @returns none for a zstd file, which cannot be read here
 */
export async function findRejects(
  scanned: ScannedCsv,
  store: Pick<ObjectStore, 'read'>,
  limit: number,
): Promise<RejectedRecord[]> {
  const rejected: RejectedRecord[] = [];
  if (limit <= 0) return rejected;
  for await (const { place, problem, text } of problemsOf(scanned, store)) {
    const column = problem.kind === 'value' ? problem.column : null;
    const message = `This row ${describeProblem(place, problem, namesOf(scanned))}`;
    rejected.push({ ...place, column, message, text });
    if (rejected.length === limit) break;
  }
  return rejected;
}

/** Every record of a file that does not fit, and why. */
async function* problemsOf(
  scanned: ScannedCsv,
  store: Pick<ObjectStore, 'read'>,
): AsyncIterable<{ readonly place: RecordPlace; readonly problem: RecordProblem; readonly text: string }> {
  const chunks = fileChunks(scanned.file, store, scanned.slice);
  if (!chunks) return;
  const names = namesOf(scanned);
  const startByte = scanned.slice?.startByte ?? 0;
  const compressed = compressionOf(scanned.file.uri) !== 'none';
  let newline: string | null = null;
  for await (const { record, text, byteOffset, row } of walkRecords(chunks, scanned.format.dialect, startByte)) {
    const place = { uri: scanned.file.uri, byteOffset: compressed ? null : byteOffset, row: rowOf(row, scanned) };
    const ending = /\r?\n?$/.exec(text)?.[0] ?? '';
    newline ??= ending;
    const shown = shorten(Buffer.from(text.slice(0, text.length - ending.length), 'latin1').toString('utf8'));
    if (ending !== newline && ending !== '') {
      yield { place, problem: { kind: 'newline', found: ending, expected: newline }, text: shown };
      continue;
    }
    if ((place.row === 1 && scanned.format.dialect.header) || (isBlank(record) && names.length > 1)) continue;
    const badByte = invalidUtf8Offset(text);
    const problem =
      badByte === null
        ? recordProblem(record, scanned.format, names, scanned.used ?? null)
        : { kind: 'encoding' as const, offset: badByte };
    if (problem) yield { place, problem, text: shown };
  }
}

/** A line that the engine's reader left out: one that is not UTF-8, each bad byte replaced by a mark. */
export interface RejectedText {
  /** 1-based. */
  readonly line: number;
  readonly text: string;
}

/** Lines of a file that a scan of lines on this connection left out (`store_rejects = true`), in order. */
export async function rejectedTexts(connection: DuckDBConnection, path: string): Promise<readonly RejectedText[]> {
  const texts = new Map<number, string>();
  for (const reject of await storedRejects(connection))
    if (reject.path === path) texts.set(reject.line, reject.text.replace(/^[\r\n]+/, ''));
  return [...texts].map(([line, text]) => ({ line, text })).sort((a, b) => a.line - b.line);
}

async function storedRejects(connection: DuckDBConnection): Promise<Reject[]> {
  const tables = await connection.runAndReadAll(
    "SELECT count(*)::INTEGER FROM duckdb_tables() WHERE temporary AND table_name IN ('reject_errors', 'reject_scans')",
  );
  if (tables.getRows()[0]?.[0] !== 2) return [];
  // One record may have several errors, and one file several scans.
  const reader = await connection.runAndReadAll(
    'SELECT DISTINCT s.file_path, e.line::DOUBLE, e.line_byte_position::DOUBLE, e.column_idx::DOUBLE, e.error_type::VARCHAR, ' +
      'e.csv_line, e.error_message FROM reject_errors e JOIN reject_scans s USING (scan_id, file_id) ' +
      'ORDER BY ALL',
  );
  return reader.getRows().map(([path, line, position, columnIndex, errorType, text, message]) => ({
    path: String(path),
    line: Number(line),
    position: Number(position),
    columnIndex: Number(columnIndex),
    errorType: String(errorType),
    text: String(text ?? ''),
    message: String(message ?? ''),
  }));
}

interface Interpreted {
  readonly place: RecordPlace;
  readonly problem: RecordProblem;
  /** The record, shortened, and its length in the file without its newline. */
  readonly text: string;
  readonly bytes: number;
}

function interpret(reject: Reject, scanned: ScannedCsv): Interpreted {
  const leading = /^[\r\n]*/.exec(reject.text)?.[0].length ?? 0;
  const compressed = compressionOf(scanned.file.uri) !== 'none';
  const byteOffset = compressed ? null : (scanned.slice?.startByte ?? 0) + reject.position - 1 + leading;
  const place = { uri: scanned.file.uri, byteOffset, row: rowOf(reject.line, scanned) };
  const text = reject.text.slice(leading);
  return { place, problem: problemOf(reject, text, scanned), text: shorten(text), bytes: Buffer.byteLength(text) };
}

function problemOf(reject: Reject, text: string, scanned: ScannedCsv): RecordProblem {
  const [record] = parseRecords(text, scanned.format.dialect, { atEnd: true });
  switch (reject.errorType) {
    case 'CAST': {
      const column = namesOf(scanned)[reject.columnIndex - 1] ?? '';
      const expected = scanned.format.columns.find((field) => field.name === column)?.type ?? { kind: 'string' };
      const value = record?.fields[reject.columnIndex - 1]?.text ?? '';
      return { kind: 'value', column, value, expected };
    }
    case 'MISSING COLUMNS':
    case 'TOO MANY COLUMNS':
      return {
        kind: 'field-count',
        found: Number(/Found: (\d+)/.exec(reject.message)?.[1] ?? record?.fields.length ?? 0),
      };
    case 'INVALID ENCODING':
      return { kind: 'encoding', offset: null };
    case 'UNQUOTED VALUE':
      return { kind: 'quote', problem: record?.problem ?? 'unterminated quote' };
    default:
      return { kind: 'other', message: reject.message };
  }
}

/** The row in the file of a row in what was scanned of it; null where nobody knows how many come before. */
function rowOf(row: number, { slice }: ScannedCsv): number | null {
  return slice && slice.startByte > 0 ? null : row;
}

function namesOf(scanned: ScannedCsv): readonly string[] {
  return scanned.file.columns ?? scanned.format.columns.map((field) => field.name);
}
