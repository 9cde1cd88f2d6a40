import { InternalError } from '../../errors.ts';
import type { ScanRel } from '../../plan/relation.ts';
import type { ScanFile } from '../../plan/source.ts';
import type { Field, Schema } from '../../plan/types.ts';
import { type CsvFiles, type CsvReading, renderCsv } from './csv.ts';
import { sqlNames } from './names.ts';
import { renderNdjson } from './ndjson.ts';
import { renderPaths } from './paths.ts';
import type { RenderContext } from './render-context.ts';
import { renderLines } from './text-lines.ts';
import { renderType } from './type.ts';

/** Files of a scan, one after another, that one table function can read. */
export interface FileGroup {
  readonly files: readonly ScanFile[];
  /** Columns that the group's table has, by which its names go; of CSV files those that these files have. */
  readonly columns: Schema;
}

/** Columns that the files themselves hold, in file order. */
export function fileSchema(rel: ScanRel): Schema {
  const folders = new Set(rel.source.partitionColumns.map((field) => field.name));
  return rel.source.schema.filter((field) => !folders.has(field.name));
}

/** The scan's files in their order, as few groups of them as there can be. */
export function groupFiles(rel: ScanRel, context: RenderContext): readonly FileGroup[] {
  const groups: { key: string | null; files: ScanFile[] }[] = [];
  for (const file of rel.source.files) {
    const key = groupKey(rel, file, context);
    const last = groups.at(-1);
    if (last && key !== null && last.key === key) last.files.push(file);
    else groups.push({ key, files: [file] });
  }
  return groups.map(({ files }) => ({ files, columns: columnsOf(rel, files[0]) }));
}

/** Equal for files that can be read together; null for one that is read alone. */
function groupKey(rel: ScanRel, file: ScanFile, context: RenderContext): string | null {
  const slice = context.localSlice?.(file) ?? null;
  switch (rel.source.format.kind) {
    case 'parquet': {
      const alone = slice?.kind === 'rows' || (slice?.kind === 'row-groups' && rel.rowIdentity !== null);
      return alone ? null : '';
    }
    case 'csv': {
      const { header, newline } = csvFiles(rel, file, context);
      return JSON.stringify([header, newline, file.columns ?? null]);
    }
    case 'ndjson':
    case 'text':
      return '';
  }
}

/** The FROM item that reads a group's files, in their order; it has a column `file_index`, their number from 0. */
export function renderReader(rel: ScanRel, { files, columns }: FileGroup, context: RenderContext): string {
  const paths = renderPaths(files, context);
  const { format, unionByName } = rel.source;
  switch (format.kind) {
    case 'parquet':
      return unionByName ? unionWithNone(paths, columns) : `read_parquet(${paths}, hive_partitioning = FALSE)`;
    case 'csv':
      return renderCsv(paths, format, csvFiles(rel, files[0], context), csvReading(rel, context), context);
    case 'ndjson':
      return renderNdjson(paths, format, new Set(rel.columns), context);
    case 'text':
      return renderLines(paths, 'line');
  }
}

/** None of the files at hand may have some column: it comes from a table without rows. */
function unionWithNone(paths: string, columns: Schema): string {
  const names = sqlNames(columns.map((field) => field.name));
  const nulls = columns.map(({ name, type }) => `NULL::${renderType(type)} AS ${names.get(name)}`).join(', ');
  const own = new Set(columns.map((field) => field.name.toLowerCase()));
  const virtual = ['file_index', 'file_row_number'].filter((name) => !own.has(name)).map((name) => `, ${name}`);
  return (
    `(SELECT ${nulls} WHERE FALSE UNION ALL BY NAME ` +
    `SELECT *${virtual.join('')} FROM read_parquet(${paths}, hive_partitioning = FALSE, union_by_name = TRUE))`
  );
}

function csvReading(rel: ScanRel, context: RenderContext): CsvReading {
  return { used: new Set(rel.columns), misfits: context.rejects?.misfits?.(rel) ?? null };
}

/** What a CSV file of a scan, or the slice of it that is on this machine, has in common with those read together with it. */
export function csvFiles(rel: ScanRel, file: ScanFile | undefined, context: RenderContext): CsvFiles {
  const { format } = rel.source;
  if (format.kind !== 'csv' || !file) throw new InternalError('A scan of no CSV files was rendered as one.');
  const slice = context.localSlice?.(file) ?? null;
  const part = slice?.kind === 'records' ? slice : null;
  return {
    header: format.dialect.header && (part?.isHead ?? true),
    newline: part ? part.newline : (file.newline ?? format.newline ?? ''),
    columns: columnsOf(rel, file),
  };
}

function columnsOf(rel: ScanRel, file: ScanFile | undefined): Schema {
  const { format } = rel.source;
  if (format.kind !== 'csv') return fileSchema(rel);
  if (!file?.columns) return format.columns;
  const known = new Map(format.columns.map((field) => [field.name, field]));
  return file.columns.map((name): Field => known.get(name) ?? { name, type: { kind: 'string' } });
}
