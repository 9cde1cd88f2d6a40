import type { Batch } from '../plan/batch.ts';
import { formatType } from '../plan/type-name.ts';
import { isNumeric, type Schema } from '../plan/types.ts';
import { columnText } from './convert/column-text.ts';
import { textWidth, truncateText } from './text-width.ts';

/** Limits of {@link printTable}. */
export interface PrintOptions {
  /** Rows shown; the middle ones are left out. 20 unless told. */
  readonly maxRows?: number;
  /** Cells of a line; columns in the middle that do not fit are left out. 100 unless told. */
  readonly maxWidth?: number;
  /** Cells of one column; longer values are cut. 32 unless told. */
  readonly maxColumnWidth?: number;
}

interface PrintColumn {
  readonly lines: readonly string[];
  readonly alignRight: boolean;
  readonly width: number;
}

const gap = '…';

/**
 * Rows as an aligned table: names, types under them, numbers to the right, and a last line with the counts. Control
 * characters are escaped, null is `null` without quotes.
 */
export function printTable(schema: Schema, batches: readonly Batch[], options: PrintOptions = {}): string {
  const { maxRows = 20, maxWidth = 100, maxColumnWidth = 32 } = options;
  const numRows = batches.reduce((rows, batch) => rows + batch.numRows, 0);
  const { shown, gapAt } = pickRows(numRows, maxRows);
  const columns = schema.map((_, index) => printColumn(schema, batches, index, shown, gapAt, maxColumnWidth));
  const visible = pickColumns(columns, maxWidth);
  return [
    ...drawLines(visible, shown.length + (gapAt === null ? 0 : 1)),
    countLine(numRows, shown.length, schema.length, columns, visible),
  ].join('\n');
}

/** Row numbers to show, and the position before which rows are left out. */
function pickRows(numRows: number, maxRows: number): { shown: number[]; gapAt: number | null } {
  if (numRows <= maxRows) return { shown: Array.from({ length: numRows }, (_, row) => row), gapAt: null };
  const head = Math.ceil(maxRows / 2);
  const tail = maxRows - head;
  const shown = Array.from({ length: maxRows }, (_, index) => (index < head ? index : numRows - tail + index - head));
  return { shown, gapAt: head };
}

/** Lines: name, type, then one for each row. */
function printColumn(
  schema: Schema,
  batches: readonly Batch[],
  index: number,
  shown: readonly number[],
  gapAt: number | null,
  maxWidth: number,
): PrintColumn {
  const field = schema[index];
  if (!field) return { lines: [], alignRight: false, width: 0 };
  const cells = cellTexts(batches, index, shown);
  if (gapAt !== null) cells.splice(gapAt, 0, gap);
  const lines = [field.name, formatType(field.type), ...cells].map((text) =>
    truncateText(escapeControls(text), maxWidth),
  );
  return { lines, alignRight: isNumeric(field.type), width: Math.max(...lines.map(textWidth)) };
}

function cellTexts(batches: readonly Batch[], index: number, shown: readonly number[]): string[] {
  const cells: string[] = [];
  let firstRow = 0;
  let next = 0;
  for (const batch of batches) {
    const column = batch.columns[index];
    const text = column ? columnText(column) : () => null;
    for (; next < shown.length && (shown[next] ?? 0) < firstRow + batch.numRows; next++) {
      cells.push(text((shown[next] ?? 0) - firstRow) ?? 'null');
    }
    firstRow += batch.numRows;
  }
  return cells;
}

/** As many columns as fit, from both ends; a column of `…` stands for those in the middle. */
function pickColumns(columns: readonly PrintColumn[], maxWidth: number): readonly (PrintColumn | null)[] {
  const cost = (column: PrintColumn) => column.width + 3;
  if (columns.reduce((sum, column) => sum + cost(column), 1) <= maxWidth) return columns;
  let left = 0;
  let right = columns.length;
  let room = maxWidth - 1 - gap.length - 3;
  while (left < right) {
    const takeLeft = left <= columns.length - right;
    const column = columns[takeLeft ? left : right - 1];
    // The first column is always shown, however wide.
    if (!column || (cost(column) > room && left > 0)) break;
    room -= cost(column);
    if (takeLeft) left++;
    else right--;
  }
  return left === right ? columns : [...columns.slice(0, left), null, ...columns.slice(right)];
}

function drawLines(columns: readonly (PrintColumn | null)[], rows: number): string[] {
  const rule = (start: string, middle: string, end: string) =>
    start + columns.map((column) => '─'.repeat((column?.width ?? gap.length) + 2)).join(middle) + end;
  const line = (index: number) => `│${columns.map((column) => ` ${cell(column, index)} `).join('│')}│`;
  if (columns.length === 0) return [];
  const body = Array.from({ length: rows }, (_, row) => line(row + 2));
  return [rule('┌', '┬', '┐'), line(0), line(1), rule('├', '┼', '┤'), ...body, rule('└', '┴', '┘')];
}

function cell(column: PrintColumn | null, index: number): string {
  if (column === null) return gap;
  const text = column.lines[index] ?? '';
  const padding = ' '.repeat(column.width - textWidth(text));
  return column.alignRight ? padding + text : text + padding;
}

function countLine(
  numRows: number,
  shownRows: number,
  numColumns: number,
  all: readonly PrintColumn[],
  visible: readonly (PrintColumn | null)[],
): string {
  const count = (number: number, noun: string) => `${number} ${noun}${number === 1 ? '' : 's'}`;
  const rows = count(numRows, 'row') + (shownRows < numRows ? ` (${shownRows} shown)` : '');
  const shownColumns = visible.filter((column) => column !== null).length;
  return `${rows}, ${count(numColumns, 'column')}${shownColumns < all.length ? ` (${shownColumns} shown)` : ''}`;
}

const escapes: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t', '\0': '\\0' };

/** Control and direction characters would break the table's lines, or the terminal. */
function escapeControls(text: string): string {
  return text.replace(/[\p{Control}\u2028\u2029\u200e\u200f\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    return escapes[character] ?? `\\u{${(character.codePointAt(0) ?? 0).toString(16)}}`;
  });
}
