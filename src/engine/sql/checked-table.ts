import { formatType } from '../../plan/type-name.ts';
import type { Field, Schema } from '../../plan/types.ts';
import { isLoose, looseFits, looseText } from './checked-value.ts';
import type { TextCast, TextRules } from './leaf-text.ts';
import { foldCase, freshName, sqlNames } from './names.ts';
import { quoteIdentifier, quoteString } from './quote.ts';

/** A table function over files and its columns, of loose types where they are checked; `file_index` comes beside them. */
export interface LooseTable {
  readonly sql: string;
  readonly columns: Schema;
  /** Columns that the query uses. */
  readonly used: ReadonlySet<string>;
  readonly rules: TextRules;
}

/** The FROM item of the used columns with their own types: what does not fit is an error. */
export function renderChecked(table: LooseTable): string {
  const wanted = usedColumns(table);
  if (!wanted.some((field) => isLoose(field.type, table.rules))) return table.sql;
  const { from, columns } = convert(table, wanted, 'CAST');
  return selectFrom(
    table,
    columns.map(({ name, field, loose, value, shape }) => {
      if (loose === value) return name;
      const message = `Column ${JSON.stringify(field.name)} has what is no ${formatType(field.type)}: `;
      const error = `error(${quoteString(message)} || CAST(${loose} AS VARCHAR))`;
      return `CASE WHEN ${shape} THEN ${value} WHEN ${loose} IS NOT NULL THEN ${error} END AS ${name}`;
    }),
    from,
  );
}

/**
 * The FROM item of the used columns with their own types, without the rows that have something in any column, used or not,
 * which does not fit.
 *
 * @param misfits the sequence that counts those rows, or null
 */
export function renderFitting(table: LooseTable, misfits: string | null): string {
  const { from, columns } = convert(table, table.columns, 'TRY_CAST');
  const values = columns
    .filter(({ field }) => table.used.has(field.name))
    .map(({ name, value }) => (name === value ? name : `${value} AS ${name}`));
  const conditions = columns.flatMap(({ field, loose, value, fits }) => {
    if (loose !== value) return [`(${fits})`];
    // What nobody uses is read only if something is asked of it.
    return table.used.has(field.name) ? [] : [`hash(${loose}) IS NOT NULL`];
  });
  return selectFrom(table, values, `${from}${whereAll(conditions, misfits)}`);
}

interface Converted {
  readonly field: Field;
  /** SQL of the column's name, of its loose value, and of its value: the same for what is not checked. */
  readonly name: string;
  readonly loose: string;
  readonly value: string;
  readonly shape: string;
  readonly fits: string;
}

/** A table that has values beside the loose ones: computed once, whatever asks for them. */
function convert(table: LooseTable, wanted: Schema, cast: TextCast) {
  const names = sqlNames(table.columns.map((field) => field.name));
  const taken = new Set(['file_index', ...[...names.values()].map((name) => foldCase(name.slice(1, -1)))]);
  const inner: string[] = [];
  const columns = wanted.map((field): Converted => {
    const name = names.get(field.name) ?? '';
    inner.push(name);
    if (!isLoose(field.type, table.rules)) return { field, name, loose: name, value: name, shape: '', fits: '' };
    const fresh = freshName('value', (candidate) => taken.has(candidate));
    taken.add(fresh);
    const value = quoteIdentifier(fresh);
    const text = looseText(name, field.type, table.rules, cast);
    inner.push(`${text.value} AS ${value}`);
    return { field, name, loose: name, value, shape: text.shape(value), fits: looseFits(name, text, value) };
  });
  return { from: selectFrom(table, inner, table.sql), columns };
}

function usedColumns({ columns, used }: LooseTable): Schema {
  return columns.filter((field) => used.has(field.name));
}

function selectFrom(table: LooseTable, columns: readonly string[], from: string): string {
  const hidden = table.columns.some((field) => foldCase(field.name) === 'file_index');
  const all = [...columns, ...(hidden ? [] : ['file_index'])];
  return `(SELECT ${all.join(', ') || 'NULL AS "none"'} FROM ${from})`;
}

function whereAll(conditions: readonly string[], misfits: string | null): string {
  if (conditions.length === 0) return '';
  const all = conditions.join(' AND ');
  // A sequence is what the engine has of a counter: it counts a row and lets none pass.
  return ` WHERE ${misfits === null ? all : `CASE WHEN ${all} THEN TRUE ELSE nextval(${quoteString(misfits)}) < 0 END`}`;
}
