import type { SimpleTypeKind } from '../../plan/types.ts';
import { matches } from './text-matches.ts';

/** Types whose values the engine can shift as 64-bit numbers. */
const shiftable: ReadonlySet<SimpleTypeKind> = new Set([
  'int8',
  'int16',
  'int32',
  'int64',
  'uint8',
  'uint16',
  'uint32',
] as const);

/** Digits; the engine reads `1_000` too. */
const run = '[0-9](_?[0-9])*';

/**
 * SQL of a condition: a text that the engine's cast made an integer of is one, where the cast rounds what is none.
 *
 * Most are told by their length alone. A text of n bytes that is no integer spends two of them on a point and a digit behind
 * it, or on an exponent, so its rounded value is at most 10^(n-2); up to n = 11 that is less than 8^(n-1), which a number of
 * n digits reaches. So `value >> 3(n-1)` is 0 for all that is no integer, and for few that are one. (Beside the cast this
 * takes 9 ns; to hold the number's own text against the text 38 ns, a regular expression 54 ns.) The engine takes `1e9.` too,
 * which is no number to others: whether it fits or not, nothing is lost.
 *
 * @param text SQL of the text
 * @param value SQL of the number
 * @param strict only digits make an integer; otherwise `1.0`, `1e3`, `1_000` and `0x1F` are integers too, and `1.5` and `1e-3` none
 */
export function integerShape(text: string, value: string, kind: SimpleTypeKind, strict: boolean): string {
  const sameText = `CAST(${value} AS VARCHAR) = ${text}`;
  const digits = matches(text, `\\s*([+-]?${run}|0x[0-9a-f]+)\\s*`);
  if (strict) return `${sameText} OR ${matches(text, '-?[0-9]+')}`;
  const byLength = `(strlen(${text}) <= 11 AND (${value} >> (3 * strlen(${text}) - 3)) > 0)`;
  // Up to 15 digits a float tells whether there is a fraction.
  const number = matches(text, `\\s*[+-]?(${run}(\\.(${run})?)?|\\.${run})(e\\+?[0-9]+)?\\s*`);
  const whole = `(strlen(${text}) <= 15 AND ${number} AND TRY_CAST(${text} AS DOUBLE) = ${value})`;
  return [...(shiftable.has(kind) ? [byLength] : []), sameText, digits, whole].join(' OR ');
}
