import { quoteString } from './quote.ts';

/*
 * Records that a condition leaves out leave no trace; a sequence that moves by one for each is what the engine has of a
 * counter.
 */

/** Name of the sequence that counts the misfits of a plan's scan. */
export function misfitSequence(scanIndex: number): string {
  return `misfits_${scanIndex}`;
}

/** Makes the sequence, for this connection alone. */
export function renderMisfitSequence(name: string): string {
  return `CREATE TEMPORARY SEQUENCE ${name}`;
}

/** How far the sequence has moved: one value, null before its first move. */
export function renderMisfitCount(name: string): string {
  return `SELECT last_value FROM duckdb_sequences() WHERE temporary AND sequence_name = ${quoteString(name)}`;
}
