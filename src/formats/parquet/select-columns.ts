import type { FooterColumn } from './footer.ts';
import { engineNames, foldName } from './footer-schema.ts';

type Named = Pick<FooterColumn, 'name' | 'storedName'>;

/**
 * Places of the wanted columns in a file, ascending.
 *
 * The engine numbers names that are equal but for their case (`a`, `A_1`); where leaving columns out would give those that
 * stay other names, all such columns come along. A name that the file doesn't have is left out (with `unionByName` it is
 * null there); when none is left, the first column stands for the rows.
 *
 * @param wanted names as the engine shows them; null for all columns
 */
export function selectColumns(columns: readonly Named[], wanted: readonly string[] | null): readonly number[] {
  const all = [...columns.keys()];
  if (wanted === null) return all;
  const names = new Set(wanted.map(foldName));
  const isWanted = ({ name }: Named) => names.has(foldName(name));
  const selected = columns.some(isWanted) ? where(columns, isWanted) : all.slice(0, 1);
  if (keepTheirNames(columns, selected)) return selected;
  const isNumbered = (column: Named) => stored(column) !== column.name;
  const numbered = new Set(columns.filter(isNumbered).map((column) => foldName(stored(column))));
  const clashes = (column: Named) => isNumbered(column) || numbered.has(foldName(column.name));
  const extended = where(columns, (column) => isWanted(column) || clashes(column));
  return keepTheirNames(columns, extended) ? extended : all;
}

function where(columns: readonly Named[], test: (column: Named) => boolean): readonly number[] {
  return columns.flatMap((column, index) => (test(column) ? [index] : []));
}

function keepTheirNames(columns: readonly Named[], selected: readonly number[]): boolean {
  const kept = selected.flatMap((index) => columns[index] ?? []);
  return engineNames(kept.map(stored)).every((name, index) => name === kept[index]?.name);
}

function stored({ name, storedName }: Named): string {
  return storedName ?? name;
}
