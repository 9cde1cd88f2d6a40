import type { ScanFile } from '../../plan/source.ts';
import type { DataType, Field } from '../../plan/types.ts';
import { renderValue } from './literal.ts';
import { renderType } from './type.ts';

/** Whether files have different values of a folder's column. */
export function varies(folder: Field | undefined, files: readonly ScanFile[]): boolean {
  return folder !== undefined && new Set(files.map((file) => file.partition[folder.name] ?? null)).size > 1;
}

/** SQL of a folder's column. */
export function folderValue({ name, type }: Field, files: readonly ScanFile[]): string {
  return valueOfFile(
    files.map((file) => file.partition[name] ?? null),
    type,
  );
}

/**
 * A value that each file has of its own, such as those of hive folders: from the plan, not from the path, since scratch files
 * have no folders. A list indexed by the engine's number of the file costs 10 % over 400 files of 20,000 rows; a join by
 * file name 30 %, a CASE by file name 200 %.
 */
export function valueOfFile(values: readonly (string | null)[], type: DataType): string {
  const [first = null] = values;
  if (values.every((value) => value === first)) return typedText(first, type);
  const texts = values.map((value) => (value === null ? 'NULL' : renderValue(value, { kind: 'string' })));
  return `list_extract([${texts.join(', ')}]::${renderType(type)}[], file_index::BIGINT + 1)`;
}

function typedText(value: string | null, type: DataType): string {
  return value === null
    ? `NULL::${renderType(type)}`
    : `CAST(${renderValue(value, { kind: 'string' })} AS ${renderType(type)})`;
}
