import { PlanError } from '../../errors.ts';
import type { ScanRel } from '../../plan/relation.ts';
import type { Field, Schema } from '../../plan/types.ts';
import { folderValue, varies } from './file-values.ts';
import { foldCase, sqlNames } from './names.ts';
import { type FileGroup, fileSchema, groupFiles, renderReader } from './reader.ts';
import type { LocalSlice, RenderContext, Rendering } from './render-context.ts';
import { rowIdentity } from './row-identity.ts';
import { nest, parenthesized, type Select, type SelectColumn, selectAll, selectFrom, selectLines } from './select.ts';
import { renderType } from './type.ts';

/** The SELECT of a scan's columns; over an empty table of their types when it is only bound. */
export function renderScan(rel: ScanRel, rendering: Rendering): Select {
  const wanted = rel.columns.map((name) => fieldOf(rel, name));
  if (!rendering.context || rel.source.files.length === 0) return emptyTable(wanted);
  const groups = groupFiles(rel, rendering.context);
  const [first] = groups;
  return first && groups.length === 1
    ? renderGroup(rel, first, wanted, rendering.context)
    : unionOfGroups(rel, groups, wanted, rendering.context);
}

/** A table of these columns without rows. */
export function emptyTable(schema: Schema): Select {
  const names = sqlNames(schema.map((field) => field.name));
  const columns = schema.map(({ name, type }) => `NULL::${renderType(type)} AS ${names.get(name)}`);
  const from = parenthesized([`SELECT ${columns.join(', ') || 'NULL AS "none"'}`, 'WHERE FALSE']);
  return selectAll(
    from,
    schema.map((field) => field.name),
  );
}

function fieldOf(rel: ScanRel, name: string): Field {
  if (name === rel.rowIdentity) return { name, type: { kind: 'uint64' } };
  const field = rel.source.schema.find((candidate) => candidate.name === name);
  if (!field)
    throw new PlanError('UNKNOWN_COLUMN', `A scan reads ${JSON.stringify(name)}, which its files do not have.`);
  return field;
}

function renderGroup(rel: ScanRel, group: FileGroup, wanted: readonly Field[], context: RenderContext): Select {
  const { files } = group;
  const names = sqlNames(group.columns.map((field) => field.name));
  const folders = new Map(rel.source.partitionColumns.map((field) => [field.name, field]));
  const identified = wanted.some(({ name }) => name === rel.rowIdentity);
  const perFile = files.length > 1 && (identified || wanted.some(({ name }) => varies(folders.get(name), files)));
  const hides = (name: EngineColumn) => hasColumn(rel, name);
  if (perFile && (hides('file_index') || (identified && hides('file_row_number')))) {
    const alone = files.map((file) => ({ files: [file], columns: group.columns }));
    return unionOfGroups(rel, alone, wanted, context);
  }
  const [first] = files;
  const slice = (files.length === 1 && first && context.localSlice?.(first)) || null;
  const columns = wanted.map(({ name, type }): SelectColumn => {
    const folder = folders.get(name);
    if (name === rel.rowIdentity) return { name, sql: rowIdentity(group, slice, !hides('file_row_number')) };
    return { name, sql: folder ? folderValue(folder, files) : (names.get(name) ?? `NULL::${renderType(type)}`) };
  });
  const select = { ...selectFrom([renderReader(rel, group, context)], columns, false), where: rowsOf(slice) };
  // Lists of the files' values stand once, however often the column is used; a window stands in a SELECT of its own.
  return perFile || identified ? nest(select) : select;
}

/**
 * The engine skips the row groups outside of such ranges; every bound is held against every row inside, and costs Q1 a tenth
 * of its time: those that the file itself sets are left out.
 */
function rowsOf(slice: LocalSlice | null): readonly string[] {
  if (slice?.kind !== 'rows') return [];
  const ranges = slice.ranges.map(({ startRow, endRow }) => [
    ...(startRow > 0 ? [`file_row_number >= ${startRow}`] : []),
    ...(endRow === null ? [] : [`file_row_number < ${endRow}`]),
  ]);
  const [only] = ranges;
  if (only && ranges.length === 1) return only;
  return [`(${ranges.map((bounds) => bounds.join(' AND ') || 'TRUE').join(' OR ') || 'FALSE'})`];
}

/** Names under which the engine offers something of its own, unless the files have columns of these names. */
type EngineColumn = 'file_index' | 'file_row_number';

function hasColumn(rel: ScanRel, name: EngineColumn): boolean {
  return fileSchema(rel).some((field) => foldCase(field.name) === name);
}

/** For files that one table function cannot read: each group is a scan of its own. */
function unionOfGroups(
  rel: ScanRel,
  groups: readonly FileGroup[],
  wanted: readonly Field[],
  context: RenderContext,
): Select {
  const scans = groups.map((group) => parenthesized(selectLines(renderGroup(rel, group, wanted, context))));
  const from = parenthesized(scans.flatMap((scan, index) => (index === 0 ? scan : ['UNION ALL', ...scan])));
  return selectAll(
    from,
    wanted.map((field) => field.name),
  );
}
