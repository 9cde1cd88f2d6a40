import type { ResolvedCsvDialect, ResolvedFormat } from '../../plan/source.ts';
import type { Field, Schema } from '../../plan/types.ts';
import { checkedValue, isLoose, looseFits, looseType, looseValue } from './checked-value.ts';
import type { TextRules } from './leaf-text.ts';
import { foldCase, sqlNames } from './names.ts';
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
  /** '' where the first newline of a file is that of all its records. */
  readonly newline: '' | '\n' | '\r\n' | '\r';
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
  const rules: TextRules = { ...format.dialect, strictBooleans: false, everyType: false };
  const loose = files.columns.map(({ name, type }): Field => ({ name, type: looseType(type, rules) }));
  const tolerant = format.onBadRow !== 'error';
  const dialect = { ...format.dialect, dateFormat: null, timestampFormat: null };
  const table = readCsv(paths, dialect, files, loose, tolerant ? rejectOptions(context) : []);
  const names = sqlNames(files.columns.map((field) => field.name));
  const sqlOf = (field: Field) => names.get(field.name) ?? '';
  const wanted = files.columns.filter((field) => used.has(field.name));
  if (tolerant) {
    const fit = files.columns.map((field) => fitsOrIsRead(sqlOf(field), field, used, rules)).filter(Boolean);
    const values = wanted.map((field) => `${looseValue(sqlOf(field), field.type, rules)} AS ${sqlOf(field)}`);
    return selectFrom(values, files, `${table}${whereAll(fit, misfits)}`);
  }
  if (!wanted.some((field) => isLoose(field.type, rules))) return table;
  const values = wanted.map((field) => {
    const subject = `Column ${JSON.stringify(field.name)}`;
    return `${checkedValue(sqlOf(field), field.type, rules, subject)} AS ${sqlOf(field)}`;
  });
  return selectFrom(values, files, table);
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

function selectFrom(values: readonly string[], files: CsvFiles, from: string): string {
  const hidden = files.columns.some((field) => foldCase(field.name) === 'file_index');
  const columns = [...values, ...(hidden ? [] : ['file_index'])];
  return `(SELECT ${columns.join(', ') || 'NULL AS "none"'} FROM ${from})`;
}

/** What nobody uses is read only if something is asked of it. */
function fitsOrIsRead(sql: string, field: Field, used: ReadonlySet<string>, rules: TextRules): string {
  if (isLoose(field.type, rules)) return `(${looseFits(sql, field.type, rules)})`;
  return used.has(field.name) ? '' : `hash(${sql}) IS NOT NULL`;
}

function whereAll(conditions: readonly string[], misfits: string | null): string {
  if (conditions.length === 0) return '';
  const all = conditions.join(' AND ');
  // A sequence is what the engine has of a counter: it counts a record and lets none pass.
  return ` WHERE ${misfits === null ? all : `CASE WHEN ${all} THEN TRUE ELSE nextval(${quoteString(misfits)}) < 0 END`}`;
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
    // A slice may begin with a quoted newline of another kind, by which the engine would go.
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
