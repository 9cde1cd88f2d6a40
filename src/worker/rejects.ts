import type { DuckDBConnection } from '@duckdb/node-api';
import { misfitSequence, renderMisfitCount, renderMisfitSequence } from '../engine/sql/misfits.ts';
import { renderNdjsonRejects } from '../engine/sql/ndjson.ts';
import { rejectTables } from '../engine/sql/reject-scan.ts';
import type { RenderContext } from '../engine/sql/render-context.ts';
import { shorten } from '../formats/bad-text.ts';
import { findRejects, type RejectedText, readRejects, rejectedTexts, type ScannedCsv } from '../formats/csv/reject.ts';
import { type NdjsonFormat, rejectedLine } from '../formats/ndjson/bad-record.ts';
import type { ScanRel } from '../plan/relation.ts';
import type { ScanFile } from '../plan/source.ts';
import type { RejectedRecord, TaskResult } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';
import { bytesOf, type LocalInputs } from './localize.ts';

/** What a task tells of records that did not fit. */
export type Rejected = Pick<TaskResult, 'rejected' | 'rejectedCount'>;

/** A query that ran. */
export interface RanQuery {
  readonly inputs: LocalInputs;
  readonly connection: DuckDBConnection;
  readonly context: RenderContext;
  readonly store: Pick<ObjectStore, 'read'>;
}

/** Records told to the driver at most: more of them would be a result of their own. */
const maxCollected = 10_000;

/** Where the query of a task leaves what its tolerant scans reject. */
export function rejectsOf(scans: readonly ScanRel[]): NonNullable<RenderContext['rejects']> {
  return { ...rejectTables, misfits: (scan) => misfitSequence(scans.indexOf(scan)) };
}

/** Makes what {@link rejectsOf} names, where the engine does not do it itself; before the query. */
export async function prepareRejects(scans: readonly ScanRel[], connection: DuckDBConnection): Promise<void> {
  for (const [index, scan] of scans.entries())
    if (tolerantFormat(scan)?.kind === 'csv') await connection.run(renderMisfitSequence(misfitSequence(index)));
}

/** Records that the query's tolerant scans left out; reads them on the connection that ran it, after its last row. */
export async function rejectedRecords(query: RanQuery): Promise<Rejected> {
  const records: RejectedRecord[] = [];
  let rejectedCount = 0;
  for (const [index, scan] of query.inputs.scans.entries()) {
    const format = tolerantFormat(scan);
    if (!format) continue;
    const room = format.onBadRow === 'collect' ? maxCollected - records.length : 0;
    const found =
      format.kind === 'csv' ? await rejectedRows(index, scan, room, query) : await rejectedLines(scan, query);
    rejectedCount += found.rejectedCount;
    records.push(...found.rejected.slice(0, room));
  }
  return { rejectedCount, rejected: records };
}

/** The format of a scan that leaves records out. */
function tolerantFormat({ source: { format } }: ScanRel) {
  const tolerant = (format.kind === 'csv' || format.kind === 'ndjson') && format.onBadRow !== 'error';
  return tolerant ? format : null;
}

/** The engine lists what its reader rejects. Of values that a condition leaves out the number is known: who wants them reads the files once more. */
async function rejectedRows(
  index: number,
  scan: ScanRel,
  room: number,
  { inputs, connection, store }: RanQuery,
): Promise<Rejected> {
  const scanned = scan.source.files.flatMap((file): readonly ScannedCsv[] => {
    const { path, span } = inputs.fileOf(file);
    const { format } = scan.source;
    return format.kind === 'csv' ? [{ file, path, format, slice: span && bytesOf(span) }] : [];
  });
  const listed = await readRejects(connection, scanned);
  const reader = await connection.runAndReadAll(renderMisfitCount(misfitSequence(index)));
  const misfits = Number(reader.getRows()[0]?.[0] ?? 0);
  const rejectedCount = listed.length + misfits;
  if (misfits === 0) return { rejectedCount, rejected: listed };
  const found: RejectedRecord[] = [];
  for (const file of scanned)
    found.push(...(await findRejects(file, store, Math.min(room, rejectedCount) - found.length)));
  return { rejectedCount, rejected: found.length > 0 ? found : listed };
}

/** The engine keeps no list of bad JSON: the file is looked through once more. */
async function rejectedLines(scan: ScanRel, query: RanQuery): Promise<Rejected> {
  const { format, files } = scan.source;
  const rejected: RejectedRecord[] = [];
  if (format.kind === 'ndjson' && !format.array)
    for (const file of files) rejected.push(...(await rejectedLinesOf(file, format, query)));
  return { rejectedCount: rejected.length, rejected };
}

async function rejectedLinesOf(
  file: ScanFile,
  format: NdjsonFormat,
  { inputs, connection, context }: RanQuery,
): Promise<readonly RejectedRecord[]> {
  const reader = await connection.runAndReadAll(renderNdjsonRejects(format, file, context));
  const { path, slice } = inputs.fileOf(file);
  const unread = await rejectedTexts(connection, path);
  const numbered = reader.getRows().map(([row, text]) => ({ line: lineOf(Number(row), unread), text: String(text) }));
  const isHead = slice?.kind !== 'records' || slice.isHead;
  return [
    ...unread.map(({ line, text }) => ({ line, record: notUtf8(file, isHead ? line : null, text) })),
    ...numbered.map(({ line, text }) => ({ line, record: rejectedLine(file, format, isHead ? line : null, text) })),
  ]
    .sort((a, b) => a.line - b.line)
    .map(({ record }) => record);
}

/** The line of the file, by its number among those that were read. */
function lineOf(row: number, unread: readonly RejectedText[]): number {
  return unread.reduce((line, before) => (before.line <= line ? line + 1 : line), row);
}

function notUtf8(file: ScanFile, row: number | null, text: string): RejectedRecord {
  return {
    uri: file.uri,
    byteOffset: null,
    row,
    column: null,
    message: 'This line is not UTF-8.',
    text: shorten(text),
  };
}
