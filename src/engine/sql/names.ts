import { quoteIdentifier } from './quote.ts';

/**
 * Names that stand for columns within SQL. DuckDB folds ASCII case: of two columns `a` and `A` it would silently take the
 * first for both, so a later one that differs in case only gets a suffix. Most names stand for themselves.
 *
 * @returns quoted identifier by column name
 */
export function sqlNames(names: readonly string[]): ReadonlyMap<string, string> {
  const own = new Set(names.map(foldCase));
  const taken = new Set<string>();
  return new Map(
    names.map((name) => {
      const used = taken.has(foldCase(name))
        ? freshName(`${name}_1`, (candidate) => own.has(candidate) || taken.has(candidate))
        : name;
      taken.add(foldCase(used));
      return [name, quoteIdentifier(used)];
    }),
  );
}

/** Whether two of the names differ in case only. */
export function haveCaseClash(names: readonly string[]): boolean {
  return new Set(names.map(foldCase)).size < names.length;
}

/**
 * `wish`, or a longer name that is free.
 *
 * @param isTaken is asked for names in lower case
 */
export function freshName(wish: string, isTaken: (folded: string) => boolean): string {
  let name = wish;
  for (let suffix = 2; isTaken(foldCase(name)); suffix++) name = `${wish}_${suffix}`;
  return name;
}

/** A name as DuckDB compares it: only ASCII letters lose their case. */
export function foldCase(name: string): string {
  return name.replace(/[A-Z]/g, (letter) => letter.toLowerCase());
}
