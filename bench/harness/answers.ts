/** A row as any of the contestants returns it. */
export type AnswerRow = Readonly<Record<string, unknown>>;

/** How the values of a column are compared: floats within a tolerance, all others exactly. */
export type ColumnKind = 'float' | 'exact';

/** A query's answer as the reference gives it: decimals, integers and dates as text, floats as numbers. */
export interface ReferenceAnswer {
  readonly columns: readonly { readonly name: string; readonly kind: ColumnKind }[];
  readonly rows: readonly AnswerRow[];
  /** Whether the query orders its rows; otherwise they are compared as a bag. */
  readonly ordered: boolean;
}

/** How to read a contestant's answer. */
export interface ComparisonOptions {
  /** For contestants that compute money in floats: exact numbers are then compared within the tolerance as well. */
  readonly moneyIsFloat?: boolean;
}

/** Relative difference up to which floats count as equal: sums differ in their last bits with the order of the terms. */
const TOLERANCE = 1e-9;

/** Two contestants disagree; nothing measured with them would mean anything. */
export class AnswerMismatchError extends Error {
  override readonly name = 'AnswerMismatchError';
}

/**
 * Compares a contestant's rows with the reference, column by column in the reference's order of columns.
 *
 * @param who the contestant and the query, for the message
 * @throws {AnswerMismatchError} with the first difference
 */
export function assertSameAnswer(
  who: string,
  expected: ReferenceAnswer,
  rows: readonly AnswerRow[],
  options: ComparisonOptions = {},
): void {
  if (rows.length !== expected.rows.length) {
    throw new AnswerMismatchError(`${who}: ${rows.length} rows, and ${expected.rows.length} were expected`);
  }
  const names = expected.columns.map((column) => column.name);
  const wantedRows = expected.ordered ? expected.rows : sortRows(expected.rows, names);
  const foundRows = expected.ordered ? rows : sortRows(rows, names);
  for (const [index, wanted] of wantedRows.entries()) {
    for (const { name, kind } of expected.columns) {
      const found = foundRows[index]?.[name];
      const approximate = kind === 'float' || options.moneyIsFloat === true;
      if (!sameValue(wanted[name], found, approximate)) {
        throw new AnswerMismatchError(
          `${who}: row ${index + 1}, column ${name}: ${show(found)}, and ${show(wanted[name])} was expected`,
        );
      }
    }
  }
}

function sameValue(wanted: unknown, found: unknown, approximate: boolean): boolean {
  if (wanted === null || wanted === undefined) return found === null || found === undefined;
  if (found === null || found === undefined) return false;
  if (approximate && isNumeric(wanted) && isNumeric(found)) return isClose(Number(wanted), Number(found));
  // A number is what its decimal digits were rounded to; text keeps all of them.
  if (typeof found === 'number') return Number(wanted) === found;
  return canonicalText(wanted) === canonicalText(found);
}

function isNumeric(value: unknown): boolean {
  return typeof value === 'number' || typeof value === 'bigint' || (typeof value === 'string' && decimal.test(value));
}

function isClose(a: number, b: number): boolean {
  return Object.is(a, b) || Math.abs(a - b) <= TOLERANCE * Math.max(Math.abs(a), Math.abs(b));
}

const decimal = /^-?\d+(\.\d+)?$/;

/** Brings the forms of one value together: `1.50` and `1.5`, a `Date` at midnight and its day. */
function canonicalText(value: unknown): string {
  if (value instanceof Date) return value.toISOString().replace('T00:00:00.000Z', '');
  const text = String(value);
  return decimal.test(text) && text.includes('.') ? text.replace(/\.?0+$/, '') : text;
}

/** Orders by all columns; numbers are cut to nine digits first, which puts nearly equal floats at the same place. */
function sortRows(rows: readonly AnswerRow[], names: readonly string[]): AnswerRow[] {
  const key = (row: AnswerRow) =>
    names
      .map((name) => (isNumeric(row[name]) ? Number(row[name]).toPrecision(9) : canonicalText(row[name])))
      .join('\0');
  return rows
    .map((row) => ({ row, key: key(row) }))
    .sort((a, b) => (a.key < b.key ? -1 : a.key > b.key ? 1 : 0))
    .map(({ row }) => row);
}

function show(value: unknown): string {
  return value instanceof Date ? value.toISOString() : typeof value === 'string' ? `'${value}'` : String(value);
}
