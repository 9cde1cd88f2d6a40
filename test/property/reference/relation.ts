import type { PlanNamed } from '../random-plan.ts';
import { exprSql, type Names } from './expr-sql.ts';

/**
 * A SELECT whose columns are called c0, c1, …; an ordered one has their position as `pos`, so that nothing hangs on the order
 * in which the engine happens to give rows.
 */
export interface Relation {
  readonly sql: string;
  /** The columns' names, in order. */
  readonly names: readonly string[];
  readonly ordered: boolean;
}

/** c0, c1, … for so many names. */
export function ids(names: readonly string[]): string[] {
  return names.map((_, index) => `c${index}`);
}

/** What the column `name` is called in the SQL. */
export function idOf({ names }: Relation, name: string): string {
  return `c${names.indexOf(name)}`;
}

/** SQL of each column by its name. @param alias of the table that they are columns of, with its dot */
export function scope({ names }: Relation, alias = ''): Names {
  return new Map(names.map((name, index) => [name, `${alias}c${index}`]));
}

/** A column as it is. */
export function plain(name: string): PlanNamed {
  return { name, expr: { kind: 'column', name } };
}

/** Exactly these columns, in the rows' order. */
export function project(input: Relation, columns: readonly PlanNamed[]): Relation {
  const list = columns.map(({ expr }, index) => `${exprSql(expr, scope(input))} AS c${index}`);
  const position = input.ordered ? ['pos'] : [];
  return {
    ...input,
    names: columns.map(({ name }) => name),
    sql: `SELECT ${[...list, ...position].join(', ')} FROM (${input.sql})`,
  };
}

/** The columns in the order of `names`, without position. */
export function columnsOf(input: Relation, names = input.names): string {
  return `SELECT ${names.map((name, index) => `${idOf(input, name)} AS c${index}`).join(', ')} FROM (${input.sql})`;
}
