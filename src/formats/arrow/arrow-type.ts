import type * as Arrow from 'apache-arrow';
import type { DataType, Field, TimestampUnit } from '../../plan/types.ts';

/** The loaded library. */
export type ArrowModule = typeof Arrow;

/** Digits of Arrow's 128-bit decimals; 128-bit integers travel as those. */
export const decimalDigits = 38;

/**
 * The Arrow type that holds every value of `type`. 128-bit integers are decimal(38, 0), enums and UUIDs texts, intervals
 * months, days and nanoseconds; see `arrow-data.ts` for values that these do not hold.
 */
export function toArrowType(arrow: ArrowModule, type: DataType): Arrow.DataType {
  switch (type.kind) {
    case 'boolean':
      return new arrow.Bool();
    case 'int8':
      return new arrow.Int8();
    case 'int16':
      return new arrow.Int16();
    case 'int32':
      return new arrow.Int32();
    case 'int64':
      return new arrow.Int64();
    case 'uint8':
      return new arrow.Uint8();
    case 'uint16':
      return new arrow.Uint16();
    case 'uint32':
      return new arrow.Uint32();
    case 'uint64':
      return new arrow.Uint64();
    case 'float32':
      return new arrow.Float32();
    case 'float64':
      return new arrow.Float64();
    case 'int128':
    case 'uint128':
      return new arrow.Decimal(0, decimalDigits, 128);
    case 'decimal':
      return new arrow.Decimal(type.scale, type.precision, 128);
    case 'string':
    case 'enum':
    case 'uuid':
      return new arrow.Utf8();
    case 'binary':
      return new arrow.Binary();
    case 'date':
      return new arrow.DateDay();
    case 'time':
      return new arrow.TimeMicrosecond();
    case 'timestamp':
      return new arrow.Timestamp(arrowUnit(arrow, type.unit), null);
    case 'timestamptz':
      return new arrow.Timestamp(arrow.TimeUnit.MICROSECOND, 'UTC');
    case 'interval':
      return new arrow.IntervalMonthDayNano();
    case 'null':
      return new arrow.Null();
    case 'list':
      return new arrow.List(toArrowField(arrow, { name: 'item', type: type.item }));
    case 'array':
      return new arrow.FixedSizeList(type.length, toArrowField(arrow, { name: 'item', type: type.item }));
    case 'struct':
      return new arrow.Struct(type.fields.map((field) => toArrowField(arrow, field)));
    case 'map':
      return new arrow.Map_(entriesField(arrow, type.key, type.value));
  }
}

/** A nullable field. */
export function toArrowField(arrow: ArrowModule, field: Field): Arrow.Field {
  return new arrow.Field(field.name, toArrowType(arrow, field.type), true);
}

/** The format wants keys, and the entries themselves, without nulls. */
function entriesField(arrow: ArrowModule, key: DataType, value: DataType): Arrow.Field<Arrow.Struct> {
  const fields = [
    new arrow.Field('key', toArrowType(arrow, key), false),
    toArrowField(arrow, { name: 'value', type: value }),
  ];
  return new arrow.Field('entries', new arrow.Struct(fields), false);
}

function arrowUnit(arrow: ArrowModule, unit: TimestampUnit): Arrow.TimeUnit {
  const { TimeUnit } = arrow;
  const units = { s: TimeUnit.SECOND, ms: TimeUnit.MILLISECOND, us: TimeUnit.MICROSECOND, ns: TimeUnit.NANOSECOND };
  return units[unit];
}
