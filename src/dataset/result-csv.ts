import type { Batch } from '../plan/batch.ts';
import type { Schema } from '../plan/types.ts';
import { columnText } from './convert/column-text.ts';

/** How `toCSV` writes. */
export interface CsvTextOptions {
  /** One character between fields; `,` unless told. */
  readonly delimiter?: string;
  /** Whether the first line has the column names; it does unless told. */
  readonly header?: boolean;
}

/**
 * Rows as CSV (RFC 4180 but for its line ends: `\n`). Null is the empty field, an empty text is `""`; values are the
 * engine's exact text.
 */
export async function batchesToCsv(
  schema: Schema,
  batches: readonly Batch[],
  options: CsvTextOptions,
): Promise<string> {
  const { default: papa } = await import('papaparse');
  const { delimiter = ',', header = true } = options;
  const unparse = (rows: (string | null)[][]) =>
    rows.length === 0
      ? ''
      : `${papa.unparse(rows, { delimiter, newline: '\n', quotes: (value: unknown) => value === '' })}\n`;
  const lines = batches.map((batch) => {
    const texts = batch.columns.map(columnText);
    return unparse(Array.from({ length: batch.numRows }, (_, row) => texts.map((text) => text(row))));
  });
  return (header ? unparse([schema.map((field) => field.name)]) : '') + lines.join('');
}
