import type { DataType, TimestampUnit } from '../../plan/types.ts';
import { schemaElement } from './footer-fields.ts';
import { booleanField, intField, structField, type ThriftStruct } from './thrift.ts';

/** How values are stored; statistics hold them in the same form (PLAIN, without a length before byte arrays). */
export type PhysicalType = 'boolean' | 'int32' | 'int64' | 'int96' | 'float' | 'double' | 'bytes' | 'fixed';

/** By the number of Parquet's `Type`. */
const physicalTypes: readonly PhysicalType[] = [
  'boolean',
  'int32',
  'int64',
  'int96',
  'float',
  'double',
  'bytes',
  'fixed',
];

/** A leaf's types, as far as its bounds can be read. */
export interface LeafType {
  readonly physical: PhysicalType;
  /** Null where shoal reads no bounds: INT96 and intervals have no order, variants and geometries another one. */
  readonly type: DataType | null;
  /** What times and timestamps are counted in. */
  readonly unit?: TimestampUnit;
  /** Length of `fixed` values. */
  readonly lengthBytes?: number;
}

/** Fields of the union `LogicalType`. */
const logical = {
  string: 1,
  enum: 4,
  decimal: 5,
  date: 6,
  time: 7,
  timestamp: 8,
  integer: 10,
  json: 12,
  uuid: 14,
  float16: 15,
} as const;

/** By the number of Parquet's `ConvertedType`, which older writers use instead; decimals, having parameters, stand apart. */
const convertedTypes: Readonly<Record<number, DataType>> = {
  0: { kind: 'string' },
  4: { kind: 'string' },
  6: { kind: 'date' },
  7: { kind: 'time' },
  8: { kind: 'time' },
  9: { kind: 'timestamptz' },
  10: { kind: 'timestamptz' },
  11: { kind: 'uint8' },
  12: { kind: 'uint16' },
  13: { kind: 'uint32' },
  14: { kind: 'uint64' },
  15: { kind: 'int8' },
  16: { kind: 'int16' },
  17: { kind: 'int32' },
  18: { kind: 'int64' },
  19: { kind: 'string' },
};

const convertedDecimal = 5;

/** Types of values without annotation. */
const plainTypes: Readonly<Record<PhysicalType, DataType | null>> = {
  boolean: { kind: 'boolean' },
  int32: { kind: 'int32' },
  int64: { kind: 'int64' },
  int96: null,
  float: { kind: 'float32' },
  double: { kind: 'float64' },
  bytes: { kind: 'binary' },
  fixed: { kind: 'binary' },
};

/**
 * The types of a leaf of the schema.
 *
 * @throws {Error} for a physical type that Parquet doesn't have
 * @see https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
 */
export function leafType(element: ThriftStruct): LeafType {
  const number = intField(element, schemaElement.type) ?? -1;
  const physical = physicalTypes[number];
  if (!physical) throw new Error(`a column has the unknown physical type ${number}`);
  const type = annotatedType(element, physical);
  const counted = type && ['time', 'timestamp', 'timestamptz'].includes(type.kind);
  const lengthBytes = physical === 'fixed' ? intField(element, schemaElement.typeLength) : undefined;
  return {
    physical,
    type,
    ...(counted ? { unit: unitOfElement(element) } : {}),
    ...(lengthBytes === undefined ? {} : { lengthBytes }),
  };
}

function annotatedType(element: ThriftStruct, physical: PhysicalType): DataType | null {
  const annotation = structField(element, schemaElement.logicalType);
  if (annotation && annotation.fields.length > 0) return logicalType(annotation);
  const converted = intField(element, schemaElement.convertedType);
  if (converted === undefined) return plainTypes[physical];
  if (converted !== convertedDecimal) return convertedTypes[converted] ?? null;
  return decimal(intField(element, schemaElement.precision), intField(element, schemaElement.scale));
}

/** Parquet's TIME_MICROS and TIMESTAMP_MICROS; the milliseconds are 7 and 9. */
const convertedMicros: readonly number[] = [8, 10];

function unitOfElement(element: ThriftStruct): TimestampUnit {
  const annotation = structField(element, schemaElement.logicalType);
  const parameters =
    annotation && (structField(annotation, logical.timestamp) ?? structField(annotation, logical.time));
  const micros = convertedMicros.includes(intField(element, schemaElement.convertedType) ?? -1);
  return (parameters && unitOf(parameters)) ?? (micros ? 'us' : 'ms');
}

function logicalType(annotation: ThriftStruct): DataType | null {
  const parameters = annotation.fields[0] && structField(annotation, annotation.fields[0].id);
  if (!parameters) return null;
  switch (annotation.fields[0]?.id) {
    case logical.string:
    case logical.enum:
    case logical.json:
      return { kind: 'string' };
    case logical.decimal:
      return decimal(intField(parameters, 2), intField(parameters, 1));
    case logical.date:
      return { kind: 'date' };
    case logical.time:
      // Nanoseconds and zoned times are types that shoal's engine doesn't hold.
      return booleanField(parameters, 1) || unitOf(parameters) === 'ns' ? null : { kind: 'time' };
    case logical.timestamp: {
      const unit = unitOf(parameters);
      if (booleanField(parameters, 1)) return { kind: 'timestamptz' };
      return unit ? { kind: 'timestamp', unit } : null;
    }
    case logical.integer:
      return integer(intField(parameters, 1), booleanField(parameters, 2) ?? true);
    case logical.uuid:
      return { kind: 'uuid' };
    case logical.float16:
      return { kind: 'float32' };
    default:
      return null;
  }
}

/** Parquet's union `TimeUnit`, the second field of times and timestamps. */
function unitOf(parameters: ThriftStruct): TimestampUnit | undefined {
  const units: readonly (TimestampUnit | undefined)[] = [undefined, 'ms', 'us', 'ns'];
  return units[structField(parameters, 2)?.fields[0]?.id ?? 0];
}

function integer(bits: number | undefined, signed: boolean): DataType | null {
  switch (bits) {
    case 8:
      return { kind: signed ? 'int8' : 'uint8' };
    case 16:
      return { kind: signed ? 'int16' : 'uint16' };
    case 32:
      return { kind: signed ? 'int32' : 'uint32' };
    case 64:
      return { kind: signed ? 'int64' : 'uint64' };
    default:
      return null;
  }
}

/** The engine's decimals end at 38 digits; it reads longer ones as floats. */
function decimal(precision: number | undefined, scale = 0): DataType | null {
  return precision !== undefined && precision <= 38 ? { kind: 'decimal', precision, scale } : null;
}
