import type { DataType, SimpleTypeKind, TimestampUnit } from '../../plan/types.ts';
import { quoteIdentifier, quoteString } from './quote.ts';

const simpleTypes: Readonly<Record<SimpleTypeKind, string>> = {
  boolean: 'BOOLEAN',
  int8: 'TINYINT',
  int16: 'SMALLINT',
  int32: 'INTEGER',
  int64: 'BIGINT',
  int128: 'HUGEINT',
  uint8: 'UTINYINT',
  uint16: 'USMALLINT',
  uint32: 'UINTEGER',
  uint64: 'UBIGINT',
  uint128: 'UHUGEINT',
  float32: 'FLOAT',
  float64: 'DOUBLE',
  string: 'VARCHAR',
  binary: 'BLOB',
  date: 'DATE',
  time: 'TIME',
  timestamptz: 'TIMESTAMPTZ',
  interval: 'INTERVAL',
  uuid: 'UUID',
  null: '"NULL"',
};

const timestamps: Readonly<Record<TimestampUnit, string>> = {
  s: 'TIMESTAMP_S',
  ms: 'TIMESTAMP_MS',
  us: 'TIMESTAMP',
  ns: 'TIMESTAMP_NS',
};

/** DuckDB's SQL text of a type; `fromDuckDBType` is the way back. */
export function renderType(type: DataType): string {
  switch (type.kind) {
    case 'decimal':
      return `DECIMAL(${type.precision}, ${type.scale})`;
    case 'timestamp':
      return timestamps[type.unit];
    case 'enum':
      return `ENUM(${type.values.map(quoteString).join(', ')})`;
    case 'list':
      return `${renderType(type.item)}[]`;
    case 'array':
      return `${renderType(type.item)}[${type.length}]`;
    case 'struct':
      return `STRUCT(${type.fields.map((field) => `${quoteIdentifier(field.name)} ${renderType(field.type)}`).join(', ')})`;
    case 'map':
      return `MAP(${renderType(type.key)}, ${renderType(type.value)})`;
    default:
      return simpleTypes[type.kind];
  }
}
