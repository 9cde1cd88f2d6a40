import { type Column, type Interval, isValid, type NestedData } from '../../plan/batch.ts';
import { formatDecimal } from './decimal-text.ts';
import { formatDate, formatInterval, formatTime } from './time-text.ts';
import { timestampText } from './times.ts';

/**
 * The exact text of a column's value at a row, null for null: what the engine's cast to VARCHAR gives, but that floats are
 * written as JavaScript writes them, and decimals always have a digit before the point.
 */
export function columnText(column: Column): (row: number) => string | null {
  const text = validText(column);
  return column.validity === null ? text : (row) => (isValid(column, row) ? text(row) : null);
}

function validText(column: Column): (row: number) => string {
  const { type } = column;
  const data = column.data as ArrayLike<unknown>;
  switch (type.kind) {
    case 'boolean':
      return (row) => (data[row] === 0 ? 'false' : 'true');
    case 'int8':
    case 'int16':
    case 'int32':
    case 'int64':
    case 'int128':
    case 'uint8':
    case 'uint16':
    case 'uint32':
    case 'uint64':
    case 'uint128':
    case 'string':
    case 'enum':
    case 'uuid':
    case 'null':
      return (row) => String(data[row]);
    case 'float32':
      return (row) => float32Text(data[row] as number);
    case 'float64':
      return (row) => floatText(data[row] as number);
    case 'decimal':
      return (row) => formatDecimal(data[row] as number | bigint, type.scale);
    case 'binary':
      return (row) => binaryText(data[row] as Uint8Array);
    case 'date':
      return (row) => formatDate(data[row] as number);
    case 'time':
      return (row) => formatTime(data[row] as bigint);
    case 'timestamp':
      return (row) => timestampText(data[row] as bigint, type.unit, false);
    case 'timestamptz':
      return (row) => timestampText(data[row] as bigint, 'us', true);
    case 'interval':
      return (row) => formatInterval(data[row] as Interval);
    case 'list':
    case 'array':
    case 'struct':
    case 'map':
      return nestedText(column);
  }
}

function nestedText(column: Column): (row: number) => string {
  const { type } = column;
  const { offsets, children } = column.data as NestedData;
  const texts = children.map(columnText);
  const at = (child: number, index: number) => texts[child]?.(index) ?? 'NULL';
  const range = (row: number): [number, number] => {
    if (type.kind === 'array') return [row * type.length, (row + 1) * type.length];
    return [offsets?.[row] ?? 0, offsets?.[row + 1] ?? 0];
  };
  const items = (row: number, item: (index: number) => string) => {
    const [from, to] = range(row);
    return Array.from({ length: to - from }, (_, index) => item(from + index)).join(', ');
  };
  if (type.kind === 'struct') {
    return (row) =>
      `{${type.fields.map(({ name }, index) => `'${name.replaceAll("'", "\\'")}': ${at(index, row)}`).join(', ')}}`;
  }
  if (type.kind === 'map') return (row) => `{${items(row, (index) => `${at(0, index)}=${at(1, index)}`)}}`;
  return (row) => `[${items(row, (index) => at(0, index))}]`;
}

function floatText(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** The shortest digits that give the same single-precision value. */
function float32Text(value: number): string {
  if (value === 0) return floatText(value);
  for (let digits = 6; digits < 9; digits++) {
    const short = Number(value.toPrecision(digits));
    if (Math.fround(short) === value) return floatText(short);
  }
  return floatText(value);
}

/** Printable ASCII as it is, all other bytes (and backslash and quotes) as `\xFF`. */
function binaryText(bytes: Uint8Array): string {
  let text = '';
  for (const byte of bytes) {
    const plain = byte >= 0x20 && byte < 0x7f && byte !== 0x22 && byte !== 0x27 && byte !== 0x5c;
    text += plain ? String.fromCharCode(byte) : `\\x${byte.toString(16).toUpperCase().padStart(2, '0')}`;
  }
  return text;
}
