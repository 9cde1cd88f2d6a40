import type { ResolvedFormat, ScanFile } from '../../plan/source.ts';
import type { Schema } from '../../plan/types.ts';
import { renderChecked } from './checked-table.ts';
import { looseType } from './checked-value.ts';
import { jsonFits, jsonValue, pointerOf } from './json-value.ts';
import type { TextRules } from './leaf-text.ts';
import { haveCaseClash, sqlNames } from './names.ts';
import { renderPaths } from './paths.ts';
import { quoteIdentifier, quoteString } from './quote.ts';
import { rejectOptions } from './reject-options.ts';
import type { RenderContext } from './render-context.ts';
import { renderLines } from './text-lines.ts';
import { renderType } from './type.ts';

type NdjsonFormat = Extract<ResolvedFormat, { kind: 'ndjson' }>;

/** Longest JSON record, bytes. */
const maxRecordBytes = 16 * 1024 * 1024;

const rules: TextRules = { dateFormat: null, timestampFormat: null, json: true, everyType: false };

/**
 * The FROM item of an NDJSON scan: a missing key is null, keys that the schema doesn't name are skipped. A record that does
 * not fit is an error, in columns that the query uses; with another `onBadRow` it is left out, whichever column does not
 * fit ({@link renderNdjsonRejects} finds it again).
 */
export function renderNdjson(
  paths: string,
  format: NdjsonFormat,
  used: ReadonlySet<string>,
  context: RenderContext,
): string {
  if (format.onBadRow !== 'error') return renderTolerant(paths, format, context);
  if (haveCaseClash(format.columns.map((field) => field.name))) return renderParsed(paths, format);
  const columns = format.columns.map(
    ({ name, type }) => `${quoteIdentifier(name)}: ${quoteString(renderType(looseType(type, rules)))}`,
  );
  const sql = `read_json(${paths}, ${jsonOptions(format)}, columns = {${columns.join(', ')}})`;
  return renderChecked({ sql, columns: format.columns, used, rules });
}

/**
 * The query that lists a file's lines which don't fit: `row` (1-based number of the line among those that are UTF-8, BIGINT)
 * and `text`, in order. The engine keeps no list of its own of bad JSON.
 */
export function renderNdjsonRejects(format: NdjsonFormat, file: ScanFile, context: RenderContext): string {
  const lines = renderLines(renderPaths([file], context), 'line', ['ignore_errors = TRUE']);
  const numbered = `SELECT line, row_number() OVER () AS "row" FROM ${lines}`;
  const records = `SELECT "row", line, ${recordOf(format.columns, 'NULL')} AS record FROM (${numbered}) WHERE ${isRecord}`;
  return `SELECT "row", line AS "text" FROM (${records}) WHERE (${fitsAll(format.columns)}) IS NOT TRUE`;
}

/** An array is no lines: they are many elements, or one is several of them. */
function jsonOptions({ array }: NdjsonFormat): string {
  const layout = array ? 'auto' : 'newline_delimited';
  return `format = '${layout}', hive_partitioning = FALSE, maximum_object_size = ${maxRecordBytes}`;
}

/** Blank lines are no records. */
const isRecord = `trim(line, ' \t') <> ''`;

function renderTolerant(paths: string, { columns }: NdjsonFormat, context: RenderContext): string {
  const lines = renderLines(paths, 'line', rejectOptions(context));
  const records = `SELECT ${recordOf(columns, 'NULL')} AS record, file_index FROM ${lines} WHERE ${isRecord}`;
  return `(SELECT ${valuesOf(columns).join(', ')}, file_index FROM (${records}) WHERE ${fitsAll(columns)})`;
}

/** Columns by position: in what the engine itself makes of the records, names that differ in case only would clash. */
function renderParsed(paths: string, format: NdjsonFormat): string {
  const { columns } = format;
  const lines = format.array
    ? `(SELECT CAST(json AS VARCHAR) AS line, file_index FROM read_json_objects(${paths}, ${jsonOptions(format)}))`
    : renderLines(paths, 'line');
  const record = recordOf(columns, `error('A line is no JSON object: ' || line)`);
  const records = `SELECT ${record} AS record, file_index FROM ${lines} WHERE ${isRecord}`;
  const fits = `CASE WHEN ${fitsAll(columns)} THEN TRUE ELSE error('A value does not fit its column.') END`;
  return `(SELECT ${valuesOf(columns).join(', ')}, file_index FROM (${records}) WHERE ${fits})`;
}

/** A line's values as a list of texts, in the order of the columns. */
function recordOf(columns: Schema, otherwise: string): string {
  const pointers = columns.map(({ name }) => quoteString(pointerOf(name)));
  const texts = `json_extract_string(line, [${pointers.join(', ')}])`;
  return `CASE WHEN json_valid(line) THEN CASE WHEN json_type(line) = 'OBJECT' THEN ${texts} ELSE ${otherwise} END ELSE ${otherwise} END`;
}

function valuesOf(columns: Schema): string[] {
  const names = [...sqlNames(columns.map((field) => field.name)).values()];
  return columns.map(({ type }, index) => `${jsonValue(`record[${index + 1}]`, type)} AS ${names[index]}`);
}

function fitsAll(columns: Schema): string {
  const fit = columns.map(({ type }, index) => `(${jsonFits(`record[${index + 1}]`, type)})`);
  return ['record IS NOT NULL', ...fit].join(' AND ');
}
