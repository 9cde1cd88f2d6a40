import type { DataType } from './types.ts';

/**
 * The type in which a written Parquet file holds values of `type`, where the engine's own choice would lose some: it writes
 * 128-bit integers as floats and intervals without microseconds. Decimals of 38 digits hold every sum of 64-bit integers; a
 * larger value is an error.
 */
export function parquetType(type: DataType): DataType {
  switch (type.kind) {
    case 'int128':
    case 'uint128':
      return { kind: 'decimal', precision: 38, scale: 0 };
    case 'interval':
      return { kind: 'string' };
    case 'list':
      return { kind: 'list', item: parquetType(type.item) };
    case 'array':
      return { kind: 'array', item: parquetType(type.item), length: type.length };
    case 'struct':
      return {
        kind: 'struct',
        fields: type.fields.map((field) => ({ name: field.name, type: parquetType(field.type) })),
      };
    case 'map':
      return { kind: 'map', key: parquetType(type.key), value: parquetType(type.value) };
    default:
      return type;
  }
}
