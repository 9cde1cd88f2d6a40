import type { DataType } from './types.ts';

/**
 * The type under which values of `type` travel through Parquet without loss; reading ends with a cast back to `type`. The
 * engine's own casts go both ways, but for intervals beyond 596 523 hours, whose text only this module writes readably.
 *
 * Parquet has no 128-bit integers (the engine writes DOUBLE), no enums (VARCHAR), no seconds (and milliseconds come back as
 * microseconds), no fixed-size lists (LIST), no microseconds of intervals, and null columns come back as integers.
 */
export function carrierType(type: DataType): DataType {
  switch (type.kind) {
    case 'int128':
    case 'uint128':
    case 'enum':
    case 'uuid':
    case 'interval':
      return { kind: 'string' };
    case 'timestamp':
      return type.unit === 's' || type.unit === 'ms' ? { kind: 'timestamp', unit: 'us' } : type;
    case 'null':
      return { kind: 'int32' };
    case 'list':
    case 'array':
      return { kind: 'list', item: carrierType(type.item) };
    case 'struct':
      return {
        kind: 'struct',
        fields: type.fields.map((field) => ({ name: field.name, type: carrierType(field.type) })),
      };
    case 'map':
      return { kind: 'map', key: carrierType(type.key), value: carrierType(type.value) };
    case 'boolean':
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
    case 'float32':
    case 'float64':
    case 'decimal':
    case 'string':
    case 'binary':
    case 'date':
    case 'time':
    case 'timestamptz':
      return type;
  }
}
