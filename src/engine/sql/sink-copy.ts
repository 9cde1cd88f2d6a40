import type { SinkFormat, SinkLayout } from '../../plan/task.ts';
import type { DataType, Field, Schema } from '../../plan/types.ts';
import { foldCase, freshName, sqlNames } from './names.ts';
import { quoteIdentifier, quoteString } from './quote.ts';
import { holdsFloat, jsonText, parquetValue, plainText } from './sink-values.ts';

/** Where a sink's rows go on this machine, and as what. */
export interface SinkCopy {
  /** A file, or for a folder layout a folder that is not there yet. */
  readonly path: string;
  readonly format: SinkFormat;
  readonly layout: SinkLayout;
  /** Columns of the query. */
  readonly schema: Schema;
}

/** Ending of files of a format, without the dot. */
export const sinkExtension: Readonly<Record<SinkFormat['kind'], string>> = {
  parquet: 'parquet',
  csv: 'csv',
  ndjson: 'ndjson',
};

/** COPY of a query's rows into a sink's file or files; its result is one row with the number of rows written. */
export function renderSinkCopy(query: string, sink: SinkCopy): string {
  const { format, layout, path } = sink;
  const rows = { ndjson: jsonLines, parquet: parquetRows, csv: csvRows }[format.kind](query, sink);
  const options = [...formatOptions(format), ...layoutOptions(format, layout)];
  return `COPY (\n${rows}\n) TO ${quoteString(path)} (${options.join(', ')})`;
}

/** Rows of each of a sink's files: path and count. Parquet files tell it in their footer, others are read once more. */
export function renderSinkCounts(paths: readonly string[], format: SinkFormat): string {
  const list = `[${paths.map(quoteString).join(', ')}]`;
  switch (format.kind) {
    case 'parquet':
      return `SELECT file_name, num_rows FROM parquet_file_metadata(${list})`;
    case 'csv':
      return countRecords(list, [
        `header = ${format.header ? 'TRUE' : 'FALSE'}`,
        `delim = ${quoteString(format.delimiter)}`,
        `quote = '"'`,
        `escape = '"'`,
      ]);
    case 'ndjson':
      return countRecords(list, [
        'header = FALSE',
        `delim = ${quoteString(neverInJson)}`,
        "quote = ''",
        "escape = ''",
        'max_line_size = 16777216',
        'buffer_size = 33554432',
      ]);
  }
}

function countRecords(list: string, options: readonly string[]): string {
  return `SELECT filename, count(*) FROM read_csv(${list}, filename = TRUE, all_varchar = TRUE, null_padding = TRUE, hive_partitioning = FALSE, ${options.join(', ')}) GROUP BY filename`;
}

/** JSON escapes control characters: this one never stands in a line. */
const neverInJson = '\u0001';

/** The columns in types that Parquet files hold without loss. */
function parquetRows(query: string, { schema }: SinkCopy): string {
  return replaceColumns(query, schema, parquetValue);
}

/** The columns with texts that a reader makes the same values of. */
function csvRows(query: string, { schema }: SinkCopy): string {
  return replaceColumns(query, schema, (value, { type }) => plainText(value, type));
}

/** @param change SQL of a column's new value, null for one that stays */
function replaceColumns(query: string, schema: Schema, change: (value: string, field: Field) => string | null): string {
  const names = sqlNames(schema.map((field) => field.name));
  const changed = schema.flatMap((field) => {
    const name = names.get(field.name) ?? '';
    const value = change(name, field);
    return value === null ? [] : [`${value} AS ${name}`];
  });
  return changed.length === 0 ? query : `SELECT * REPLACE (${changed.join(', ')})\nFROM (\n${query}\n)`;
}

/**
 * One object a row, as text beside the columns that folders are named by. Of numbers that are not finite the engine makes
 * words without quotes, which are no JSON: lines that have such words are made again, with texts in their place.
 */
function jsonLines(query: string, { schema, layout }: SinkCopy): string {
  const names = sqlNames(schema.map((field) => field.name));
  const folders = new Set(layout.kind === 'folder' ? layout.partitionBy : []);
  const written = schema.filter(({ name }) => !folders.has(name));
  const object = (text: (value: string, type: DataType) => string | null) => {
    const entries = written.flatMap(({ name, type }) => {
      const value = names.get(name) ?? '';
      return [quoteString(name), text(value, type) ?? value];
    });
    return `json_object(${entries.join(', ')})::VARCHAR`;
  };
  const taken = new Set(schema.map(({ name }) => foldCase(name)));
  const line = quoteIdentifier(freshName('line', (candidate) => taken.has(candidate)));
  const last = [...folders].map((name) => names.get(name) ?? quoteIdentifier(name));
  if (!written.some(({ type }) => holdsFloat(type)))
    return `SELECT ${[`${object(plainText)} AS ${line}`, ...last].join(', ')}\nFROM (\n${query}\n)`;
  const checked = `CASE WHEN contains(${line}, 'NaN') OR contains(${line}, 'Infinity') THEN ${object(jsonText)} ELSE ${line} END AS ${line}`;
  const fast = `SELECT *, ${object(plainText)} AS ${line}\nFROM (\n${query}\n)`;
  return `SELECT ${[checked, ...last].join(', ')}\nFROM (\n${fast}\n)`;
}

function formatOptions(format: SinkFormat): string[] {
  switch (format.kind) {
    case 'parquet': {
      const codec = { zstd: 'zstd', snappy: 'snappy', lz4: 'lz4_raw', gzip: 'gzip', none: 'uncompressed' }[
        format.compression
      ];
      return ['FORMAT parquet', `COMPRESSION ${codec}`, `ROW_GROUP_SIZE ${format.rowGroupRows}`];
    }
    case 'csv':
      return [
        'FORMAT csv',
        `HEADER ${format.header ? 'TRUE' : 'FALSE'}`,
        `DELIMITER ${quoteString(format.delimiter)}`,
        `NULLSTR ${quoteString(format.nullValue)}`,
      ];
    case 'ndjson':
      return ['FORMAT csv', 'HEADER FALSE', `DELIMITER ${quoteString(neverInJson)}`, "QUOTE ''", "ESCAPE ''"];
  }
}

function layoutOptions(format: SinkFormat, layout: SinkLayout): string[] {
  if (layout.kind === 'file') return [];
  const names = [
    `FILENAME_PATTERN ${quoteString(`${layout.fileName}-{i}`)}`,
    `FILE_EXTENSION ${quoteString(sinkExtension[format.kind])}`,
  ];
  if (layout.partitionBy.length > 0)
    return [...names, `PARTITION_BY (${layout.partitionBy.map(quoteIdentifier).join(', ')})`];
  return [...names, layout.fileBytes === null ? 'PER_THREAD_OUTPUT TRUE' : `FILE_SIZE_BYTES '${layout.fileBytes}B'`];
}
