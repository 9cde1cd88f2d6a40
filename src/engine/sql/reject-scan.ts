import { InternalError } from '../../errors.ts';
import type { ScanRel } from '../../plan/relation.ts';
import type { ScanFile } from '../../plan/source.ts';
import { renderCsvRejects } from './csv.ts';
import { renderPaths } from './paths.ts';
import { csvFiles } from './reader.ts';
import type { RenderContext } from './render-context.ts';

/** Names of the tables in which a connection's tolerant scans leave the records that they reject. */
export const rejectTables = { errors: 'reject_errors', scans: 'reject_scans' } as const;

/**
 * Reads one CSV file of a scan, leaving what does not fit in {@link rejectTables}: the same columns and no other, or all of
 * them where records with a misfit in any column are left out.
 */
export function renderRejectScan(scan: ScanRel, file: ScanFile, context: Omit<RenderContext, 'rejects'>): string {
  const { format } = scan.source;
  if (format.kind !== 'csv') throw new InternalError('Rejects were asked of a scan that reads no CSV.');
  const files = csvFiles(scan, file, context);
  const all = files.columns.map((field) => field.name);
  const used = new Set(format.onBadRow === 'error' ? scan.columns : all);
  return renderCsvRejects(renderPaths([file], context), format, files, used, { ...context, rejects: rejectTables });
}
