import { valueOfFile } from './file-values.ts';
import type { FileGroup } from './reader.ts';
import type { LocalSlice } from './render-context.ts';

/**
 * SQL of a hash of the file's uri and the number of the row in it, from 0: the same whatever else is read, and however much
 * of the file.
 *
 * @param slice of the group's one file, or null
 * @param numbered whether the engine's `file_row_number` can be had; otherwise the group is one whole file
 */
export function rowIdentity({ files }: FileGroup, slice: LocalSlice | null, numbered: boolean): string {
  const uris = files.map((file) => file.uri);
  const local = numbered ? 'file_row_number' : 'row_number() OVER () - 1';
  return `hash(${valueOfFile(uris, { kind: 'string' })}, ${numberInObject(local, slice)})`;
}

function numberInObject(local: string, slice: LocalSlice | null): string {
  if (slice?.kind !== 'row-groups') return local;
  // Row groups that follow each other in the object have the same shift.
  const pieces = slice.groups
    .map(({ localRow, row }) => ({ localRow, shift: row - localRow }))
    .filter(({ shift }, index, all) => index === 0 || shift !== all[index - 1]?.shift);
  const [only] = pieces;
  if (pieces.length <= 1) return only && only.shift > 0 ? `${local} + ${only.shift}` : local;
  const branches = pieces
    .slice(1)
    .map(({ localRow }, index) => `WHEN ${local} < ${localRow} THEN ${pieces[index]?.shift ?? 0}`);
  return `${local} + CASE ${branches.join(' ')} ELSE ${pieces.at(-1)?.shift ?? 0} END`;
}
