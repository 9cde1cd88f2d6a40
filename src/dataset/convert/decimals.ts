import { type Column, isValid } from '../../plan/batch.ts';
import { formatDecimal } from './decimal-text.ts';
import { mapValid, type Place, unsafeValue, type Values } from './values.ts';

/** Every decimal of up to 15 significant digits survives the way to a double and back (IEEE 754, DBL_DIG). */
const safeUnscaled = 1e15;
const safeDigits = 15;

/** Powers of ten up to this are doubles exactly, so that one division rounds correctly. */
const exactPower = 22;
const twoTo32 = 2 ** 32;

/**
 * Decimals, as `options.decimal` says.
 *
 * @throws {ResultError} UNSAFE_VALUE for the first value with more than 15 significant digits
 */
export function convertDecimals(column: Column, scale: number, place: Place): Values {
  const data = column.data as Int32Array | BigInt64Array | readonly bigint[];
  if (place.options.decimal === 'string') {
    return mapValid<number | bigint, string>(column, data, (unscaled) => formatDecimal(unscaled, scale));
  }
  if (data instanceof BigInt64Array) return convert64(column, data, scale, place);
  if (!(data instanceof Int32Array))
    return mapValid<bigint, number>(column, data, (value, index) => exact(value, scale, index, place));
  const numbers = scaled(data, scale);
  return column.validity === null ? numbers : mapValid<number, number>(column, numbers, (value) => value);
}

function scaled(data: Int32Array, scale: number): Float64Array {
  const numbers = new Float64Array(data.length);
  const divisor = 10 ** scale;
  for (let index = 0; index < data.length; index++) numbers[index] = (data[index] ?? 0) / divisor;
  return numbers;
}

function convert64(column: Column, data: BigInt64Array, scale: number, place: Place): Values {
  const { length } = data;
  const low = new Uint32Array(data.buffer, data.byteOffset, length * 2);
  const high = new Int32Array(data.buffer, data.byteOffset, length * 2);
  const numbers = new Float64Array(length);
  const divisor = 10 ** scale;
  for (let index = 0; index < length; index++) {
    const unscaled = (high[index * 2 + 1] ?? 0) * twoTo32 + (low[index * 2] ?? 0);
    const fits = unscaled < safeUnscaled && unscaled > -safeUnscaled;
    numbers[index] =
      fits || !isValid(column, index) ? unscaled / divisor : exact(data[index] ?? 0n, scale, index, place);
  }
  return column.validity === null ? numbers : mapValid<number, number>(column, numbers, (value) => value);
}

function exact(unscaled: bigint, scale: number, index: number, place: Place): number {
  if (unscaled < safeUnscaled && unscaled > -safeUnscaled && scale <= exactPower) return Number(unscaled) / 10 ** scale;
  const text = formatDecimal(unscaled, scale);
  const digits = text
    .replace(/^-?[0.]*/, '')
    .replace('.', '')
    .replace(/0+$/, '').length;
  if (digits <= safeDigits) return Number(text);
  throw unsafeValue(
    place,
    index,
    text,
    `has ${digits} significant digits, of which a number keeps ${safeDigits}`,
    "Ask for exact decimals with { decimal: 'string' }, or cast the column to float64 to have them rounded.",
  );
}
