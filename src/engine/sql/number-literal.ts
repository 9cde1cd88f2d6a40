import type { JsonValue } from '../../errors.ts';
import { InternalError } from '../../errors.ts';
import { quoteString } from './quote.ts';

/**
 * Where a number stands. In a comparison or cast a fraction is the decimal that the user wrote, so that it equals the
 * decimals and floats that print alike; anywhere else it is a float64. In a comparison −0 is 0.
 */
export type NumberPlace = 'comparison' | 'cast' | 'value';

/** Most significant digits whose decimal form DuckDB turns into the nearest float64 (one exact division). */
const exactDigits = 15;

/** Largest power of ten that is a float64 exactly. */
const exactScale = 22;

/**
 * The SQL of a JavaScript number whose type the other operand decides.
 *
 * Integers stand bare, so that they take the other side's integer type. Fractions of more than 15 digits are float64
 * even in comparisons: DuckDB's own cast of such decimals to float64 is off by one unit in the last place in 5 to 20 % of
 * cases (measured on 1.5.6), and no JavaScript number holds more digits exactly.
 *
 * @param value a number, or its text for those that JSON lacks: 'NaN', 'Infinity', '-Infinity', '-0'
 */
export function renderNumber(value: JsonValue, place: NumberPlace): string {
  const number = readNumber(value);
  if (!Number.isFinite(number)) return `${quoteString(String(number))}::DOUBLE`;
  if (Object.is(number, -0)) return place === 'comparison' ? '0' : `'-0'::DOUBLE`;
  if (Number.isInteger(number)) return renderInteger(number);
  const decimal = decimalText(number);
  if (decimal === null) return `${quoteString(String(number))}::DOUBLE`;
  const signed = number < 0 ? `(${decimal})` : decimal;
  return place === 'value' ? `${signed}::DOUBLE` : signed;
}

/**
 * The SQL of a float constant.
 *
 * @param type SQL text of the type
 */
export function renderFloat(value: JsonValue, type: 'FLOAT' | 'DOUBLE'): string {
  const number = readNumber(value);
  return `${quoteString(Object.is(number, -0) ? '-0' : String(number))}::${type}`;
}

/** The number that a literal's value stands for. */
export function readNumber(value: JsonValue): number {
  if (typeof value === 'number') return value;
  if (typeof value === 'string' && /^(NaN|-?Infinity|-?\d+(\.\d+)?(e[+-]?\d+)?)$/i.test(value)) return Number(value);
  throw new InternalError(`A number in the plan is ${JSON.stringify(value)}.`);
}

function renderInteger(number: number): string {
  // Beyond 128 bits there is no integer type left.
  if (Math.abs(number) >= 2 ** 127) return `${quoteString(String(number))}::DOUBLE`;
  const digits = BigInt(number).toString();
  return number < 0 ? `(${digits})` : digits;
}

/** Plain digits of a fraction, or null where a decimal would not be exact. */
function decimalText(number: number): string | null {
  const match = /^(-?)(\d+)(?:\.(\d+))?(?:e([+-]\d+))?$/.exec(String(number));
  if (!match) return null;
  const [, sign = '', whole = '', fraction = '', exponent = '0'] = match;
  const digits = `${whole}${fraction}`.replace(/^0+/, '');
  const scale = fraction.length - Number(exponent);
  if (digits.length > exactDigits || scale > exactScale) return null;
  const padded = digits.padStart(scale + 1, '0');
  return `${sign}${padded.slice(0, -scale)}.${padded.slice(-scale)}`;
}
