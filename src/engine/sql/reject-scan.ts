import type { ScanRel } from '../../plan/relation.ts';
import type { ScanFile } from '../../plan/source.ts';
import { renderQuery } from './relation.ts';
import type { RenderContext } from './render-context.ts';

/** Names of the tables in which a connection's tolerant CSV scans leave the records that they reject. */
export const rejectTables = { errors: 'reject_errors', scans: 'reject_scans' } as const;

/**
 * Reads one CSV file of a scan, the same columns and no other, leaving what does not fit in {@link rejectTables}. Counting
 * every column reads every value, and holds none.
 */
export function renderRejectScan(scan: ScanRel, file: ScanFile, context: Omit<RenderContext, 'rejects'>): string {
  const { source } = scan;
  const format = source.format.kind === 'csv' ? { ...source.format, onBadRow: 'collect' as const } : source.format;
  const tolerant: ScanRel = { ...scan, source: { ...source, format, files: [file] } };
  return `SELECT count(COLUMNS(*)) FROM (${renderQuery(tolerant, { ...context, rejects: rejectTables })})`;
}
