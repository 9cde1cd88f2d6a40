import { type Column, isValid } from '../../plan/batch.ts';
import { mapValid, type Place, unsafeValue, type Values } from './values.ts';

const remedy = "Ask for exact integers with { int64: 'bigint' }, or cast the column.";
const problem = 'is beyond the integers that a number holds exactly (±9007199254740991)';
const twoTo32 = 2 ** 32;

/**
 * Integers of 64 or 128 bits, as `options.int64` says.
 *
 * @throws {ResultError} UNSAFE_VALUE for the first value that no number holds exactly
 */
export function convertIntegers(column: Column, place: Place): Values {
  const data = column.data as BigInt64Array | BigUint64Array | readonly bigint[];
  if (place.options.int64 === 'bigint') {
    return column.validity === null ? data : mapValid<bigint, bigint>(column, data, (value) => value);
  }
  if (data instanceof BigInt64Array || data instanceof BigUint64Array) return convert64(column, data, place);
  return mapValid<bigint, number>(column, data, (value, index) => safeNumber(value, index, place));
}

/** A bigint as a number. @throws {ResultError} UNSAFE_VALUE */
export function safeNumber(value: bigint, index: number, place: Place): number {
  const number = Number(value);
  if (!Number.isSafeInteger(number)) throw unsafeValue(place, index, String(value), problem, remedy);
  return number;
}

/** Reads the halves: a BigInt for each value would take ten times as long. */
function convert64(column: Column, data: BigInt64Array | BigUint64Array, place: Place): Values {
  const { length } = data;
  const low = new Uint32Array(data.buffer, data.byteOffset, length * 2);
  const high = data instanceof BigInt64Array ? new Int32Array(data.buffer, data.byteOffset, length * 2) : low;
  if (place.forRows && column.validity === null && fitInt32(low, high)) return lowHalves(low);
  const numbers = new Float64Array(length);
  for (let index = 0; index < length; index++) {
    const value = (high[index * 2 + 1] ?? 0) * twoTo32 + (low[index * 2] ?? 0);
    numbers[index] = value;
    // What lies beyond is rounded, but never back into the safe range.
    if ((value > Number.MAX_SAFE_INTEGER || value < Number.MIN_SAFE_INTEGER) && isValid(column, index)) {
      throw unsafeValue(place, index, String(data[index]), problem, remedy);
    }
  }
  return column.validity === null ? numbers : mapValid<number, number>(column, numbers, (value) => value);
}

/** Whether each high half only repeats the sign of its low half. */
function fitInt32(low: Uint32Array, high: Int32Array | Uint32Array): boolean {
  for (let half = 0; half < low.length; half += 2) {
    if (high[half + 1] !== (low[half] ?? 0) >> 31) return false;
  }
  return true;
}

function lowHalves(low: Uint32Array): Int32Array {
  const numbers = new Int32Array(low.length / 2);
  for (let index = 0; index < numbers.length; index++) numbers[index] = low[index * 2] ?? 0;
  return numbers;
}
