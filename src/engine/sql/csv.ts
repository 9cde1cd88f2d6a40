import type { ResolvedCsvDialect, ResolvedFormat } from '../../plan/source.ts';
import type { Schema } from '../../plan/types.ts';
import { sqlNames } from './names.ts';
import { quoteString } from './quote.ts';
import type { RenderContext } from './render-context.ts';
import { renderType } from './type.ts';

/** Longest CSV record, bytes; the engine's own limit of 2 MB is too little for a field of 5 MB. */
const maxRecordBytes = 8 * 1024 * 1024;

/** Bytes that the CSV reader takes at once, as many as cost nothing (measured on 90 MB, two threads). */
const bufferBytes = 2 * maxRecordBytes;

/** What is the same in all files that one table function reads. */
export interface CsvFiles {
  readonly header: boolean;
  /** '' where the first newline of a file is that of all its records. */
  readonly newline: '' | '\n' | '\r\n' | '\r';
  /** Columns in the files' own order. */
  readonly columns: Schema;
}

/** The table function of a CSV scan, with nothing left to the engine's guess. Columns go by position. */
export function renderCsv(
  paths: string,
  format: Extract<ResolvedFormat, { kind: 'csv' }>,
  files: CsvFiles,
  context: RenderContext,
): string {
  const options = [
    'auto_detect = FALSE',
    'hive_partitioning = FALSE',
    `header = ${files.header ? 'TRUE' : 'FALSE'}`,
    ...dialectOptions(format.dialect),
    // A slice may begin with a quoted newline of another kind, by which the engine would go.
    ...(files.newline === '' ? [] : [`new_line = ${quoteString(JSON.stringify(files.newline).slice(1, -1))}`]),
    `columns = ${renderColumns(files.columns)}`,
    `max_line_size = ${maxRecordBytes}`,
    `buffer_size = ${bufferBytes}`,
    ...rejectOptions(format.onBadRow !== 'error', context),
  ];
  return `read_csv(${paths}, ${options.join(', ')})`;
}

function dialectOptions(dialect: ResolvedCsvDialect): string[] {
  const nulls = [...new Set(['', ...dialect.nullValues])];
  return [
    `delim = ${quoteString(dialect.delimiter)}`,
    `quote = ${quoteString(dialect.quote)}`,
    `escape = ${quoteString(dialect.quote === '' ? '' : dialect.escape)}`,
    `nullstr = [${nulls.map(quoteString).join(', ')}]`,
    // "" is an empty text, nothing at all is null.
    'allow_quoted_nulls = FALSE',
    ...(dialect.dateFormat === null ? [] : [`dateformat = ${quoteString(dialect.dateFormat)}`]),
    ...(dialect.timestampFormat === null ? [] : [`timestampformat = ${quoteString(dialect.timestampFormat)}`]),
  ];
}

function rejectOptions(tolerant: boolean, context: RenderContext): string[] {
  if (!tolerant) return [];
  if (!context.rejects) return ['ignore_errors = TRUE'];
  const { errors, scans } = context.rejects;
  return [
    'store_rejects = TRUE',
    `rejects_table = ${quoteString(errors)}`,
    `rejects_scan = ${quoteString(scans)}`,
    'rejects_limit = 0',
  ];
}

/** Since columns go by position, names that differ in case only may be changed. */
function renderColumns(columns: Schema): string {
  const names = [...sqlNames(columns.map((field) => field.name)).values()];
  return `{${columns.map(({ type }, index) => `${names[index]}: ${quoteString(renderType(type))}`).join(', ')}}`;
}
