import type { Newline, ResolvedCsvDialect, ResolvedFormat } from '../../plan/source.ts';
import type { Field, Schema } from '../../plan/types.ts';
import { renderChecked, renderFitting } from './checked-table.ts';
import { looseType } from './checked-value.ts';
import type { TextRules } from './leaf-text.ts';
import { sqlNames } from './names.ts';
import { quoteString } from './quote.ts';
import { rejectOptions } from './reject-options.ts';
import type { RenderContext } from './render-context.ts';
import { renderType } from './type.ts';

type CsvFormat = Extract<ResolvedFormat, { kind: 'csv' }>;

/** Longest CSV record, bytes; the engine's own limit of 2 MB is too little for a field of 5 MB. */
const maxRecordBytes = 8 * 1024 * 1024;

/** Bytes that the CSV reader takes at once, as many as cost nothing (measured on 90 MB, two threads). */
const bufferBytes = 2 * maxRecordBytes;

/** What is the same in all files that one table function reads. */
export interface CsvFiles {
  readonly header: boolean;
  /** How records end; '' where that is not known: then it is the first newline of a file. */
  readonly newline: Newline | '';
  /** Columns in the files' own order. */
  readonly columns: Schema;
}

/** Who wants what of a CSV scan. */
export interface CsvReading {
  /** Names of the columns that the query uses. */
  readonly used: ReadonlySet<string>;
  /** The sequence that counts the records left out for a value that does not fit; null to leave them out uncounted. */
  readonly misfits: string | null;
}

/**
 * The FROM item of a CSV scan, with nothing left to the engine's guess. Columns go by position.
 *
 * The engine rounds `1.5` to 2 in a column of integers, and drops a date's time of day and a timestamp's zone. Such columns
 * are read as text and converted with a check. A value that does not fit is an error, in columns that the query uses; with
 * another `onBadRow` the record is left out, whichever column has it: so all columns are read.
 */
export function renderCsv(
  paths: string,
  format: CsvFormat,
  files: CsvFiles,
  { used, misfits }: CsvReading,
  context: RenderContext,
): string {
  const rules: TextRules = { ...format.dialect, json: false, everyType: false };
  const loose = files.columns.map(({ name, type }): Field => ({ name, type: looseType(type, rules) }));
  const tolerant = format.onBadRow !== 'error';
  const dialect = { ...format.dialect, dateFormat: null, timestampFormat: null };
  const sql = readCsv(paths, dialect, files, loose, tolerant ? rejectOptions(context) : []);
  const table = { sql, columns: files.columns, used, rules };
  return tolerant ? renderFitting(table, misfits) : renderChecked(table);
}

/**
 * The query that reads the columns of `used` as their types by the engine's own reader, leaving what it cannot read in the
 * tables that the context names. What it rounds or cuts goes unnoticed. Counting every column reads every value, and holds
 * none.
 */
export function renderCsvRejects(
  paths: string,
  format: CsvFormat,
  files: CsvFiles,
  used: ReadonlySet<string>,
  context: RenderContext,
): string {
  const table = readCsv(paths, format.dialect, files, files.columns, rejectOptions(context));
  const names = sqlNames(files.columns.map((field) => field.name));
  const counts = [...names].flatMap(([name, sql]) => (used.has(name) ? [`count(${sql})`] : []));
  return `SELECT ${counts.join(', ') || 'count(*)'} FROM ${table}`;
}

function readCsv(
  paths: string,
  dialect: ResolvedCsvDialect,
  files: CsvFiles,
  columns: Schema,
  rejects: readonly string[],
): string {
  const options = [
    'auto_detect = FALSE',
    'hive_partitioning = FALSE',
    `header = ${files.header ? 'TRUE' : 'FALSE'}`,
    ...dialectOptions(dialect),
    // The first newline may be a quoted one of another kind, by which the engine would go.
    ...(files.newline === '' ? [] : [`new_line = ${quoteString(JSON.stringify(files.newline).slice(1, -1))}`]),
    `columns = ${renderColumns(columns)}`,
    `max_line_size = ${maxRecordBytes}`,
    `buffer_size = ${bufferBytes}`,
    ...rejects,
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

/** Since columns go by position, names that differ in case only may be changed. */
function renderColumns(columns: Schema): string {
  const names = [...sqlNames(columns.map((field) => field.name)).values()];
  return `{${columns.map(({ type }, index) => `${names[index]}: ${quoteString(renderType(type))}`).join(', ')}}`;
}
