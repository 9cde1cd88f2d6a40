import type { DuckDBConnection } from '@duckdb/node-api';
import { renderNdjsonRejects } from '../engine/sql/ndjson.ts';
import type { RenderContext } from '../engine/sql/render-context.ts';
import { readRejects, type ScannedCsv } from '../formats/csv/reject.ts';
import { type NdjsonFormat, rejectedLine } from '../formats/ndjson/bad-record.ts';
import type { ScanFile } from '../plan/source.ts';
import type { RejectedRecord, TaskResult } from '../plan/task.ts';
import { bytesOf, type LocalInputs } from './localize.ts';

/** What a task tells of records that did not fit. */
export type Rejected = Pick<TaskResult, 'rejected' | 'rejectedCount'>;

/** Records told to the driver at most: more of them would be a result of their own. */
const maxCollected = 10_000;

/** Records that the query's tolerant scans left out; reads them on the connection that ran it, after its last row. */
export async function rejectedRecords(
  inputs: LocalInputs,
  connection: DuckDBConnection,
  context: RenderContext,
): Promise<Rejected> {
  const records: RejectedRecord[] = [];
  const collecting = new Set<string>();
  const tolerantCsv: ScannedCsv[] = [];
  for (const { source } of inputs.scans) {
    const { format } = source;
    if ((format.kind !== 'csv' && format.kind !== 'ndjson') || format.onBadRow === 'error') continue;
    for (const file of source.files) {
      if (format.onBadRow === 'collect') collecting.add(file.uri);
      const { path, span } = inputs.fileOf(file);
      if (format.kind === 'csv') tolerantCsv.push({ file, path, format, slice: span && bytesOf(span) });
      else records.push(...(await rejectedLines(file, format, inputs, connection, context)));
    }
  }
  if (tolerantCsv.length > 0) records.push(...(await readRejects(connection, tolerantCsv)));
  return {
    rejectedCount: records.length,
    rejected: records.filter((record) => collecting.has(record.uri)).slice(0, maxCollected),
  };
}

/** The engine keeps no list of bad JSON: the file is looked through once more. */
async function rejectedLines(
  file: ScanFile,
  format: NdjsonFormat,
  inputs: LocalInputs,
  connection: DuckDBConnection,
  context: RenderContext,
): Promise<readonly RejectedRecord[]> {
  if (format.array) return [];
  const reader = await connection.runAndReadAll(renderNdjsonRejects(format, file, context));
  const { slice } = inputs.fileOf(file);
  const isHead = slice?.kind !== 'records' || slice.isHead;
  return reader.getRows().map(([row, text]) => rejectedLine(file, format, isHead ? Number(row) : null, String(text)));
}
