import type { ResolvedFormat, ScanFile } from '../../plan/source.ts';
import { formatType } from '../../plan/type-name.ts';
import type { Schema } from '../../plan/types.ts';
import { renderChecked } from './checked-table.ts';
import { looseType } from './checked-value.ts';
import { hasLongNumber, holdsDecimal, quoteNumbers } from './json-numbers.ts';
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
 *
 * The engine's reader knows no decimals but those that floats are, so that columns of them come from the lines' own text.
 */
export function renderNdjson(
  paths: string,
  format: NdjsonFormat,
  used: ReadonlySet<string>,
  context: RenderContext,
): string {
  if (format.onBadRow !== 'error') return renderTolerant(paths, format, context);
  const wanted = format.columns.filter(({ name }) => used.has(name));
  if (haveCaseClash(format.columns.map((field) => field.name)) || wanted.some(({ type }) => holdsDecimal(type)))
    return renderParsed(paths, format, wanted);
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
  const columns = decimalsLast(format.columns);
  const records = `SELECT "row", line, ${recordOf(columns, 'NULL')} AS record FROM (${numbered}) WHERE ${isRecord}`;
  return `SELECT "row", line AS "text" FROM (${records}) WHERE (${fitsAll(columns)}) IS NOT TRUE`;
}

/** An array is no lines: they are many elements, or one is several of them. */
function jsonOptions({ array }: NdjsonFormat): string {
  const layout = array ? 'auto' : 'newline_delimited';
  return `format = '${layout}', hive_partitioning = FALSE, maximum_object_size = ${maxRecordBytes}`;
}

/** Blank lines are no records. To trim each line costs as much as all else that is done with it. */
const isRecord = `(starts_with(line, '{') OR trim(line, ' \t') <> '')`;

function renderTolerant(paths: string, format: NdjsonFormat, context: RenderContext): string {
  const columns = decimalsLast(format.columns);
  const lines = renderLines(paths, 'line', rejectOptions(context));
  const records = `SELECT ${recordOf(columns, 'NULL')} AS record, file_index FROM ${lines} WHERE ${isRecord}`;
  const values = valuesOf(columns, format.columns);
  return `(SELECT ${values.join(', ')}, file_index FROM (${records}) WHERE ${fitsAll(columns)})`;
}

/** Columns by position: in what the engine itself makes of the records, names that differ in case only would clash. */
function renderParsed(paths: string, format: NdjsonFormat, wanted: Schema): string {
  const columns = decimalsLast(wanted);
  const lines = format.array
    ? `(SELECT CAST(json AS VARCHAR) AS line, file_index FROM read_json_objects(${paths}, ${jsonOptions(format)}))`
    : renderLines(paths, 'line');
  const records = `SELECT ${expectedRecordOf(columns)} AS record, file_index FROM ${lines} WHERE ${isRecord}`;
  const fits = columns.map(({ name, type }, index) => {
    const text = `record[${index + 1}]`;
    const message = quoteString(`Column ${JSON.stringify(name)} has what is no ${formatType(type)}: `);
    return `CASE WHEN ${jsonFits(text, type)} THEN TRUE ELSE error(${message} || ${text}) END`;
  });
  const where = ['record IS NOT NULL', ...fits].join(' AND ');
  return `(SELECT ${[...valuesOf(columns, format.columns), 'file_index'].join(', ')} FROM (${records}) WHERE ${where})`;
}

/** The order in which {@link recordOf} has the columns. */
function decimalsLast(columns: Schema): Schema {
  return [...columns.filter(({ type }) => !holdsDecimal(type)), ...columns.filter(({ type }) => holdsDecimal(type))];
}

/** {@link textsOf} a line; for what is no JSON object, something else. */
function recordOf(columns: Schema, otherwise: string): string {
  const texts = `CASE WHEN json_type(line) = 'OBJECT' THEN ${textsOf(columns)} ELSE ${otherwise} END`;
  return `CASE WHEN json_valid(line) THEN ${texts} ELSE ${otherwise} END`;
}

/** The same where anything else is an error, such as the engine has of what is no JSON at all. */
function expectedRecordOf(columns: Schema): string {
  const isObject = `starts_with(line, '{') OR json_type(line) = 'OBJECT'`;
  return `CASE WHEN ${isObject} THEN ${textsOf(columns)} ELSE error('A line is no JSON object: ' || line) END`;
}

/** A line's values as a list of texts, in the order of the columns; those with decimals in them stand last. */
function textsOf(columns: Schema): string {
  const texts = (json: string, some: Schema) =>
    `json_extract_string(${json}, [${some.map(({ name }) => quoteString(pointerOf(name))).join(', ')}])`;
  const all = texts('line', columns);
  const decimals = columns.filter(({ type }) => holdsDecimal(type));
  if (decimals.length === 0) return all;
  const others = columns.slice(0, columns.length - decimals.length);
  const exact = texts(quoteNumbers('line'), decimals);
  const both = others.length === 0 ? exact : `list_concat(${texts('line', others)}, ${exact})`;
  return `CASE WHEN ${hasLongNumber('line')} THEN ${both} ELSE ${all} END`;
}

function valuesOf(columns: Schema, all: Schema): string[] {
  const names = sqlNames(all.map((field) => field.name));
  return columns.map(({ name, type }, index) => `${jsonValue(`record[${index + 1}]`, type)} AS ${names.get(name)}`);
}

function fitsAll(columns: Schema): string {
  const fit = columns.map(({ type }, index) => `(${jsonFits(`record[${index + 1}]`, type)})`);
  return ['record IS NOT NULL', ...fit].join(' AND ');
}
