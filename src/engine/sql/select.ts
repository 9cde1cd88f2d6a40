import { haveCaseClash, sqlNames } from './names.ts';
import { quoteIdentifier } from './quote.ts';

/** A column of a SELECT: what it is called and the SQL of its value. */
export interface SelectColumn {
  readonly name: string;
  readonly sql: string;
}

/**
 * A SELECT in the making; clauses that are '' (or empty) are absent. Text is kept as lines, whose own newlines (in
 * constants and fragments) indenting leaves alone.
 */
export interface Select {
  readonly columns: readonly SelectColumn[];
  readonly from: readonly string[];
  readonly where: readonly string[];
  readonly groupBy: string;
  /** DISTINCT or DISTINCT ON (…). */
  readonly distinct: string;
  readonly orderBy: string;
  readonly limit: string;
  /** The columns are FROM's own, so conditions and expressions over them may still be added. */
  readonly open: boolean;
  /** The columns are all of FROM's, in its order: `*` says the same. */
  readonly star: boolean;
  /** Aliases of a FROM that is nothing but inner joins: while the SELECT is open, another one may be added to it. */
  readonly joined?: readonly string[];
}

/** A SELECT of FROM's own columns. */
export function selectFrom(from: readonly string[], columns: readonly SelectColumn[], star: boolean): Select {
  return { columns, from, where: [], groupBy: '', distinct: '', orderBy: '', limit: '', open: true, star };
}

/** A SELECT of all columns of a FROM item that names them by {@link sqlNames}. */
export function selectAll(from: readonly string[], names: readonly string[]): Select {
  const columns = [...sqlNames(names)].map(([name, sql]) => ({ name, sql }));
  return selectFrom(from, columns, true);
}

/** SQL of each column by name, for expressions over an open SELECT. */
export function columnsOf(select: Select): ReadonlyMap<string, string> {
  return new Map(select.columns.map((column) => [column.name, column.sql]));
}

/** Names of the columns. */
export function namesOf(select: Select): readonly string[] {
  return select.columns.map((column) => column.name);
}

/** The SELECT as a table of another one. */
export function nest(select: Select): Select {
  return selectAll(parenthesized(selectLines(select)), namesOf(select));
}

/** The SELECT itself while it is open, otherwise nested; nested too when names must stand for themselves and don't. */
export function opened(select: Select, plainNames: boolean): Select {
  const plain = () => select.columns.every((column) => column.sql === quoteIdentifier(column.name));
  return select.open && (!plainNames || plain()) ? select : nest(select);
}

/** The lines of a SELECT inside of another one: columns that differ in case only get names of their own. */
export function selectLines(select: Select): string[] {
  return lines(select, sqlNames(namesOf(select)), select.star);
}

/** The whole text of the outermost SELECT, whose columns have their very names. */
export function selectText(select: Select): string {
  const names = namesOf(select);
  const clash = haveCaseClash(names);
  // ORDER BY names the SELECT's columns: among names that clash it would find the wrong one.
  const outer = clash && select.orderBy ? nest(select) : select;
  return lines(outer, new Map(names.map((name) => [name, quoteIdentifier(name)])), outer.star && !clash).join('\n');
}

/** `(`, the lines indented, `)`. */
export function parenthesized(inner: readonly string[], close = ')'): string[] {
  return ['(', ...inner.map((line) => `  ${line}`), close];
}

function lines(select: Select, aliases: ReadonlyMap<string, string>, star: boolean): string[] {
  const list = select.columns.map(({ name, sql }) =>
    sql === aliases.get(name) ? sql : `${sql} AS ${aliases.get(name)}`,
  );
  // A table without columns still has rows to be counted.
  const columns = star && list.length > 0 ? '*' : list.join(', ') || 'NULL AS "none"';
  const [firstFrom = '', ...restFrom] = select.from;
  return [
    `SELECT ${select.distinct ? `${select.distinct} ` : ''}${columns}`,
    `FROM ${firstFrom}`,
    ...restFrom,
    ...select.where.map((condition, index) => `${index === 0 ? 'WHERE' : '  AND'} ${condition}`),
    ...[select.groupBy, select.orderBy, select.limit].filter(Boolean),
  ];
}
