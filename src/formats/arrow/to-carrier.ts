import type { Column, Interval, NestedData } from '../../plan/batch.ts';
import { carrierType } from '../../plan/carrier-type.ts';
import { sameType, type TimestampUnit } from '../../plan/types.ts';
import { intervalText } from './interval-text.ts';

/** The column as one of its `carrierType`; the same column when that is its own type. */
export function toCarrier(column: Column): Column {
  const type = carrierType(column.type);
  return sameType(type, column.type) ? column : { ...column, type, data: carrierData(column) };
}

function carrierData(column: Column): Column['data'] {
  const { type, data, length } = column;
  switch (type.kind) {
    case 'int128':
    case 'uint128':
      return (data as readonly bigint[]).map(String);
    case 'interval':
      return (data as readonly Interval[]).map(intervalText);
    case 'timestamp':
      return toMicros(data as BigInt64Array, type.unit);
    case 'null':
      return new Int32Array(length);
    case 'array':
      return {
        offsets: Int32Array.from({ length: length + 1 }, (_, row) => row * type.length),
        children: carriers(data as NestedData),
      };
    case 'list':
    case 'struct':
    case 'map':
      return { offsets: (data as NestedData).offsets, children: carriers(data as NestedData) };
    default:
      // Enums and UUIDs are texts already.
      return data;
  }
}

function carriers({ children }: NestedData): Column[] {
  return children.map(toCarrier);
}

/** The largest and smallest counts stand for ±infinity in every unit. */
const infinity = 2n ** 63n - 1n;

/** Seconds or milliseconds in microseconds; ±infinity stays. */
export function toMicros(ticks: BigInt64Array, unit: TimestampUnit): BigInt64Array {
  const factor = unit === 's' ? 1_000_000n : 1_000n;
  return ticks.map((value) => (value === infinity || value === -infinity ? value : value * factor));
}
