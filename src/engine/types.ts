import type {
  DuckDBArrayType,
  DuckDBDecimalType,
  DuckDBEnumType,
  DuckDBListType,
  DuckDBMapType,
  DuckDBStructType,
  DuckDBType,
  DuckDBTypeId,
} from '@duckdb/node-api';
import { PlanError } from '../errors.ts';
import type { DataType } from '../plan/types.ts';

/** How an engine type is represented: as it is, from its parameters, or (with a cast that works) not at all. */
type Representation =
  | DataType
  | { readonly kind: 'parameters'; readonly read: (type: DuckDBType, column: string) => DataType }
  | { readonly kind: 'unsupported'; readonly name: string; readonly castTo: string };

/**
 * By the number that DuckDB's C interface gives each type (`duckdb_type` in duckdb.h, stable by contract): the names are
 * values of `@duckdb/node-api`, which this file must not load.
 */
const representations: Readonly<Record<DuckDBTypeId, Representation>> = {
  0: unsupported('INVALID', 'VARCHAR'),
  1: { kind: 'boolean' },
  2: { kind: 'int8' },
  3: { kind: 'int16' },
  4: { kind: 'int32' },
  5: { kind: 'int64' },
  6: { kind: 'uint8' },
  7: { kind: 'uint16' },
  8: { kind: 'uint32' },
  9: { kind: 'uint64' },
  10: { kind: 'float32' },
  11: { kind: 'float64' },
  12: { kind: 'timestamp', unit: 'us' },
  13: { kind: 'date' },
  14: { kind: 'time' },
  15: { kind: 'interval' },
  16: { kind: 'int128' },
  // JSON is VARCHAR under an alias: its text is the value.
  17: { kind: 'string' },
  18: { kind: 'binary' },
  19: parameters<DuckDBDecimalType>(({ width, scale }) => ({ kind: 'decimal', precision: width, scale })),
  20: { kind: 'timestamp', unit: 's' },
  21: { kind: 'timestamp', unit: 'ms' },
  22: { kind: 'timestamp', unit: 'ns' },
  23: parameters<DuckDBEnumType>(({ values }) => ({ kind: 'enum', values })),
  24: parameters<DuckDBListType>(({ valueType }, column) => ({
    kind: 'list',
    item: fromDuckDBType(valueType, `${column}[]`),
  })),
  25: parameters<DuckDBStructType>(({ entryNames, entryTypes }, column) => ({
    kind: 'struct',
    fields: entryTypes.map((type, index) => {
      const name = entryNames[index] ?? '';
      return { name, type: fromDuckDBType(type, `${column}.${name}`) };
    }),
  })),
  26: parameters<DuckDBMapType>(({ keyType, valueType }, column) => ({
    kind: 'map',
    key: fromDuckDBType(keyType, `${column}.key`),
    value: fromDuckDBType(valueType, `${column}.value`),
  })),
  27: { kind: 'uuid' },
  28: unsupported('UNION', 'VARCHAR'),
  29: unsupported('BIT', 'VARCHAR'),
  30: unsupported('TIME WITH TIME ZONE', 'TIME'),
  31: { kind: 'timestamptz' },
  32: { kind: 'uint128' },
  33: parameters<DuckDBArrayType>(({ valueType, length }, column) => ({
    kind: 'array',
    item: fromDuckDBType(valueType, `${column}[]`),
    length,
  })),
  34: unsupported('ANY', 'VARCHAR'),
  35: unsupported('BIGNUM', 'VARCHAR'),
  36: { kind: 'null' },
  37: { kind: 'string' },
  38: unsupported('INTEGER_LITERAL', 'BIGINT'),
  39: unsupported('TIME_NS', 'TIME'),
  40: unsupported('GEOMETRY', 'VARCHAR'),
  41: unsupported('VARIANT', 'VARCHAR'),
};

/**
 * The plan's type for a type of the engine. JSON is a string.
 *
 * @param column name for the error; parts of nested types are told as `column.field` and `column[]`
 * @throws {PlanError} UNSUPPORTED_TYPE for UNION, BIT, BIGNUM, TIMETZ, TIME_NS, GEOMETRY and VARIANT, with a cast that works
 */
export function fromDuckDBType(type: DuckDBType, column = '(unnamed)'): DataType {
  const found = representations[type.typeId];
  if (found.kind === 'parameters') return found.read(type, column);
  if (found.kind !== 'unsupported') return found;
  throw new PlanError(
    'UNSUPPORTED_TYPE',
    `Column ${JSON.stringify(column)} has the engine's type ${found.name}, which has no counterpart in shoal. ` +
      `Cast it where it is made: CAST(… AS ${found.castTo}).`,
    { details: { column, type: found.name, castTo: found.castTo } },
  );
}

function parameters<T extends DuckDBType>(read: (type: T, column: string) => DataType): Representation {
  return { kind: 'parameters', read: (type, column) => read(type as T, column) };
}

function unsupported(name: string, castTo: string): Representation {
  return { kind: 'unsupported', name, castTo };
}
