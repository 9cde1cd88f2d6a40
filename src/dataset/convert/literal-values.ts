import type { JsonValue } from '../../errors.ts';
import { intervalText } from '../../formats/arrow/interval-text.ts';
import { type Column, type Interval, isValid, type NestedData } from '../../plan/batch.ts';
import { formatDecimal } from './decimal-text.ts';
import { formatDate, formatTime } from './time-text.ts';
import { timestampText } from './times.ts';

/** The JSON form that plans have for a column's value at a row; see `LiteralExpr`. */
export function literalValues(column: Column): (row: number) => JsonValue {
  const value = validValues(column);
  return (row) => (isValid(column, row) ? value(row) : null);
}

function validValues(column: Column): (row: number) => JsonValue {
  const { type } = column;
  const data = column.data as ArrayLike<unknown>;
  switch (type.kind) {
    case 'boolean':
      return (row) => data[row] !== 0;
    case 'int8':
    case 'int16':
    case 'int32':
    case 'uint8':
    case 'uint16':
    case 'uint32':
      return (row) => data[row] as number;
    case 'float32':
    case 'float64':
      return (row) => floatValue(data[row] as number);
    case 'int64':
    case 'int128':
    case 'uint64':
    case 'uint128':
    case 'string':
    case 'enum':
    case 'uuid':
      return (row) => String(data[row]);
    case 'decimal':
      return (row) => formatDecimal(data[row] as number | bigint, type.scale);
    case 'binary':
      return (row) => Buffer.from(data[row] as Uint8Array).toString('base64');
    case 'date':
      return (row) => formatDate(data[row] as number);
    case 'time':
      return (row) => formatTime(data[row] as bigint);
    case 'timestamp':
      return (row) => timestampText(data[row] as bigint, type.unit, false);
    case 'timestamptz':
      return (row) => timestampText(data[row] as bigint, 'us', true);
    case 'interval':
      return (row) => intervalText(data[row] as Interval);
    case 'null':
      return () => null;
    case 'list':
    case 'array':
    case 'struct':
    case 'map':
      return nestedValues(column);
  }
}

function nestedValues(column: Column): (row: number) => JsonValue {
  const { type } = column;
  const { offsets, children } = column.data as NestedData;
  const parts = children.map(literalValues);
  if (type.kind === 'struct') return (row) => parts.map((part) => part(row));
  const start = (row: number) => (type.kind === 'array' ? row * type.length : (offsets?.[row] ?? 0));
  return (row) =>
    Array.from({ length: start(row + 1) - start(row) }, (_, index) => {
      const item = parts.map((part) => part(start(row) + index));
      return type.kind === 'map' ? item : (item[0] ?? null);
    });
}

/** JSON has no NaN, infinities or −0. */
function floatValue(value: number): JsonValue {
  if (Object.is(value, -0)) return '-0';
  return Number.isFinite(value) ? value : String(value);
}
