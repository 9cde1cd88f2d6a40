import type * as Arrow from 'apache-arrow';
import { ResultError } from '../../errors.ts';
import { type Column, type Interval, isValid, type NestedData } from '../../plan/batch.ts';
import { type ArrowModule, decimalDigits, toArrowType } from './arrow-type.ts';
import { packBits, packBytes, packDecimals, packTexts } from './pack.ts';

/**
 * A column as Arrow's memory. Numbers, dates and times are shared, not copied.
 *
 * @param name for errors
 * @throws {ResultError} UNSAFE_VALUE for 128-bit integers of 39 digits and for intervals beyond nanoseconds in 64 bits
 */
export function toArrowData(arrow: ArrowModule, column: Column, name: string): Arrow.Data {
  const type = toArrowType(arrow, column.type);
  const nullCount = countNulls(column);
  const shared = { type, length: column.length, nullCount, ...(nullCount > 0 ? { nullBitmap: column.validity } : {}) };
  // One call for all types: the library's overloads tie the type to the buffers, which here follow from it.
  return arrow.makeData({ ...shared, ...buffersOf(arrow, column, type, name) } as unknown as Parameters<
    typeof arrow.makeData
  >[0]) as Arrow.Data;
}

/** Buffers of a column, under the names that `makeData` has for them. */
function buffersOf(arrow: ArrowModule, column: Column, type: Arrow.DataType, name: string): Record<string, unknown> {
  const { data, length } = column;
  switch (column.type.kind) {
    case 'boolean':
      return { data: packBits(data as Uint8Array) };
    case 'decimal':
      return { data: packDecimals(data as Int32Array | BigInt64Array | readonly bigint[]) };
    case 'int128':
    case 'uint128':
      return { data: packDecimals(checkDigits(column, name)) };
    case 'string':
    case 'enum':
    case 'uuid':
      return packTexts(hideNulls(column, data as readonly string[], ''));
    case 'binary':
      return packBytes(hideNulls(column, data as readonly Uint8Array[], new Uint8Array(0)));
    case 'interval':
      return { data: packIntervals(column, name) };
    case 'list':
      return { valueOffsets: (data as NestedData).offsets, child: childData(arrow, column, 0, `${name}[]`) };
    case 'array':
      return { child: childData(arrow, column, 0, `${name}[]`) };
    case 'struct': {
      const { fields } = column.type;
      return { children: fields.map((field, index) => childData(arrow, column, index, `${name}.${field.name}`)) };
    }
    case 'map': {
      const entries = (type as Arrow.Map_).children[0]?.type;
      const children = [childData(arrow, column, 0, `${name}.key`), childData(arrow, column, 1, `${name}.value`)];
      const child = arrow.makeData({
        type: entries as Arrow.Struct,
        length: children[0]?.length ?? 0,
        nullCount: 0,
        children,
      });
      return { valueOffsets: (data as NestedData).offsets, child };
    }
    case 'null':
      return {};
    default:
      return { data: (data as Int32Array).subarray(0, length) };
  }
}

function childData(arrow: ArrowModule, column: Column, index: number, name: string): Arrow.Data {
  const child = (column.data as NestedData).children[index];
  if (!child) throw new TypeError(`Column ${name} has no child ${index}.`);
  return toArrowData(arrow, child, name);
}

function countNulls(column: Column): number {
  if (column.validity === null) return 0;
  let nulls = 0;
  for (let row = 0; row < column.length; row++) if (!isValid(column, row)) nulls++;
  return nulls;
}

/** Slots of nulls hold anything: they must not take room among texts and bytes. */
function hideNulls<T>(column: Column, values: readonly T[], filler: T): readonly T[] {
  return column.validity === null ? values : values.map((value, row) => (isValid(column, row) ? value : filler));
}

function checkDigits(column: Column, name: string): readonly bigint[] {
  const limit = 10n ** BigInt(decimalDigits);
  return hideNulls(column, column.data as readonly bigint[], 0n).map((value, row) => {
    if (value < limit && value > -limit) return value;
    throw unsafe(name, row, String(value), `needs ${decimalDigits + 1} digits; Arrow's decimals have ${decimalDigits}`);
  });
}

/** 16 bytes a value: i32 months, i32 days, i64 nanoseconds. */
function packIntervals(column: Column, name: string): Int32Array {
  const words = new Int32Array(column.length * 4);
  const longs = new BigInt64Array(words.buffer);
  hideNulls<Interval>(column, column.data as readonly Interval[], { months: 0, days: 0, micros: 0n }).forEach(
    ({ months, days, micros }, row) => {
      const nanos = micros * 1_000n;
      if (BigInt.asIntN(64, nanos) !== nanos)
        throw unsafe(name, row, `${micros} microseconds`, 'in nanoseconds, which Arrow counts, need more than 64 bits');
      words[row * 4] = months;
      words[row * 4 + 1] = days;
      longs[row * 2 + 1] = nanos;
    },
  );
  return words;
}

function unsafe(name: string, row: number, value: string, problem: string): ResultError {
  return new ResultError(
    'UNSAFE_VALUE',
    `Column ${JSON.stringify(name)}, value ${row} of its batch: ${value} ${problem}. Cast the column to 'string'.`,
    {
      details: { column: name, row, value },
    },
  );
}
