import type { DataType } from '../../plan/types.ts';
import { mapParts } from './map-parts.ts';
import { quoteString } from './quote.ts';

/** Whether a value of the type is, or holds, a decimal. */
export function holdsDecimal(type: DataType): boolean {
  return mapParts('v', type, (value, { kind }) => (kind === 'decimal' ? value : null)) !== null;
}

/**
 * SQL of whether a text has something like a number of more than 15 characters. The engine makes floats of numbers with a
 * fraction, and prints them where texts are wanted: of shorter numbers as they were written (IEEE 754, DBL_DIG).
 */
export function hasLongNumber(text: string): string {
  return `regexp_matches(${text}, '[0-9.]{16}')`;
}

/** Whatever is no number, strings as wholes, and the number behind it. */
const upToNumber = '((?:"(?:[^"\\\\]|\\\\.)*"|[^"0-9-])*)(-?[0-9][0-9.eE+-]*)';

/**
 * SQL of a JSON text with its numbers in quotes, which keeps all their digits. A number at the end keeps the pattern from
 * starting in the midst of a last string.
 *
 * @param json SQL of a valid JSON text
 */
export function quoteNumbers(json: string): string {
  return `left(regexp_replace(${json} || ' 0', ${quoteString(upToNumber)}, '\\1"\\2"', 'g'), -4)`;
}
