import type { ResolvedFormat, ScanFile } from '../../plan/source.ts';
import type { DataType, Schema } from '../../plan/types.ts';
import { haveCaseClash, sqlNames } from './names.ts';
import { renderPaths } from './paths.ts';
import { quoteIdentifier, quoteString } from './quote.ts';
import type { RenderContext } from './render-context.ts';
import { renderLines } from './text-lines.ts';
import { renderType } from './type.ts';

type NdjsonFormat = Extract<ResolvedFormat, { kind: 'ndjson' }>;

/** Longest JSON record, bytes. */
const maxRecordBytes = 16 * 1024 * 1024;

/**
 * The FROM item of an NDJSON scan: a missing key is null, keys that the schema doesn't name are skipped, and a record
 * that doesn't fit is an error or, by `onBadRow`, left out ({@link renderNdjsonRejects} finds it again).
 */
export function renderNdjson(paths: string, format: NdjsonFormat): string {
  const tolerant = format.onBadRow !== 'error';
  if (tolerant || haveCaseClash(format.columns.map((field) => field.name)))
    return renderParsedLines(paths, format, tolerant);
  const columns = format.columns.map(({ name, type }) => `${quoteIdentifier(name)}: ${quoteString(renderType(type))}`);
  return `read_json(${paths}, format = 'newline_delimited', hive_partitioning = FALSE, maximum_object_size = ${maxRecordBytes}, columns = {${columns.join(', ')}})`;
}

/**
 * The query that lists a file's records which don't fit: `row` (1-based number of the line, BIGINT) and `text`, in order.
 * The engine keeps no list of its own of bad JSON.
 */
export function renderNdjsonRejects(format: NdjsonFormat, file: ScanFile, context: RenderContext): string {
  const lines = `SELECT line, row_number() OVER () AS "row" FROM ${renderLines(renderPaths([file], context), 'line')}`;
  return `SELECT "row", line AS "text" FROM (${lines}) WHERE ${isRecord} AND TRY(${parsed(format.columns)}) IS NULL`;
}

/** Blank lines are no records. */
const isRecord = `trim(line, ' \t') <> ''`;

/** Columns by position: within a struct, names that differ in case only would clash. */
function renderParsedLines(paths: string, { columns }: NdjsonFormat, tolerant: boolean): string {
  const names = [...sqlNames(columns.map((field) => field.name)).values()];
  const record = tolerant ? `TRY(${parsed(columns)})` : parsed(columns);
  const inner = `SELECT ${record} AS record, file_index FROM ${renderLines(paths, 'line')} WHERE ${isRecord}`;
  const fields = names.map((name, index) => `record.c${index} AS ${name}`);
  return `(SELECT ${[...fields, 'file_index'].join(', ')} FROM (${inner}) WHERE record IS NOT NULL)`;
}

/** A struct of the columns' values; null for what is no object, an error for what doesn't fit. */
function parsed(columns: Schema): string {
  const fields = columns.map(({ name, type }, index) => `c${index} := ${extracted(name, type)}`);
  return `CASE WHEN json_type(line) = 'OBJECT' THEN struct_pack(${fields.join(', ')}) END`;
}

function extracted(name: string, type: DataType): string {
  // RFC 6901: a JSON pointer escapes ~ and /.
  const pointer = quoteString(`/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`);
  switch (type.kind) {
    case 'string':
      return `json_extract_string(line, ${pointer})`;
    case 'list':
    case 'array':
    case 'struct':
    case 'map':
      // A cast would ask for every key of a nested struct.
      return `json_transform(json_extract(line, ${pointer}), ${quoteString(JSON.stringify(renderType(type)))})`;
    default:
      return `CAST(json_extract(line, ${pointer}) AS ${renderType(type)})`;
  }
}
