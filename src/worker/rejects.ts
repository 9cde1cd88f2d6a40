import type { DuckDBConnection } from '@duckdb/node-api';
import { readRejects, type ScannedCsv } from '../formats/csv/reject.ts';
import type { ScanRel } from '../plan/relation.ts';
import type { ScanFile } from '../plan/source.ts';
import type { TaskResult } from '../plan/task.ts';

/** What a task tells of records that did not fit. */
export type Rejected = Pick<TaskResult, 'rejected' | 'rejectedCount'>;

/** Records told to the driver at most: more of them would be a result of their own. */
const maxCollected = 10_000;

/** Records that the query's tolerant CSV scans left out; reads them on the connection that ran it. */
export async function rejectedRecords(
  scans: readonly ScanRel[],
  connection: DuckDBConnection,
  pathOf: (file: ScanFile) => string,
): Promise<Rejected> {
  const tolerant = scans.flatMap(({ source }) => {
    const { format } = source;
    return format.kind === 'csv' && format.onBadRow !== 'error'
      ? source.files.map((file): ScannedCsv => ({ file, path: pathOf(file), format }))
      : [];
  });
  if (tolerant.length === 0) return { rejected: [], rejectedCount: 0 };
  const records = await readRejects(connection, tolerant);
  const collecting = new Set(tolerant.flatMap(({ file, format }) => (format.onBadRow === 'collect' ? [file.uri] : [])));
  return {
    rejectedCount: records.length,
    rejected: records.filter((record) => collecting.has(record.uri)).slice(0, maxCollected),
  };
}
