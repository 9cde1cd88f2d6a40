import type { DataType, Field } from '../../plan/types.ts';
import { readableInterval } from './interval-text.ts';
import { mapParts } from './map-parts.ts';
import { quoteString } from './quote.ts';

/** Most digits of a decimal. */
const decimalDigits = 38;

/**
 * SQL of a column in a type that Parquet holds without loss; null when its own is one. Of 128-bit integers the engine would
 * write floats: decimals of 38 digits hold every sum of 64-bit integers, and a larger value is an error. Of intervals it
 * would drop the microseconds, and it does not convert all seconds.
 */
export function parquetValue(value: string, { name, type }: Field): string | null {
  return mapParts(value, type, (part, of) => {
    switch (of.kind) {
      case 'int128':
      case 'uint128':
        return asDecimal(part, of.kind, name);
      case 'interval':
        return readableInterval(part);
      case 'timestamp':
        return of.unit === 's' ? `CAST(${part} AS TIMESTAMP)` : null;
      default:
        return null;
    }
  });
}

function asDecimal(value: string, kind: 'int128' | 'uint128', name: string): string {
  const most = `${'9'.repeat(decimalDigits)}::HUGEINT`;
  const fits = kind === 'int128' ? `${value} BETWEEN -${most} AND ${most}` : `${value} <= ${most}`;
  const column = quoteString(`Column ${JSON.stringify(name)} holds `);
  const problem = quoteString(
    `, which has 39 digits; Parquet has numbers of ${decimalDigits}. Cast the column to 'string'.`,
  );
  return `CASE WHEN ${fits} THEN CAST(${value} AS DECIMAL(${decimalDigits}, 0)) WHEN ${value} IS NOT NULL THEN error(${column} || ${value} || ${problem}) END`;
}

/** SQL of a value whose text, as the engine writes it in CSV or JSON, is one that a reader understands; null for the value itself. */
export function plainText(value: string, type: DataType): string | null {
  return mapParts(value, type, plainPart);
}

function plainPart(value: string, type: DataType): string | null {
  if (type.kind === 'interval') return readableInterval(value);
  return type.kind === 'decimal' && type.scale === type.precision ? withZero(value, type.precision) : null;
}

/** Without a digit before the point, which the engine leaves out and JSON wants: as a wider decimal, or else as text. */
function withZero(value: string, digits: number): string {
  if (digits < decimalDigits) return `CAST(${value} AS DECIMAL(${digits + 1}, ${digits}))`;
  return `regexp_replace(CAST(${value} AS VARCHAR), '^(-?)\\.', '\\10.')`;
}

/**
 * {@link plainText} for JSON, which has no NaN and no infinities: they become texts, as in the JSON form of Protocol Buffers
 * and in Spark's files. Much slower.
 *
 * @see https://protobuf.dev/programming-guides/json/
 */
export function jsonText(value: string, type: DataType): string | null {
  return mapParts(value, type, (part, of) => {
    if (!isFloat(of)) return plainPart(part, of);
    const word = `CASE WHEN isnan(${part}) THEN 'NaN' WHEN ${part} > 0 THEN 'Infinity' ELSE '-Infinity' END`;
    return `CASE WHEN isfinite(${part}) OR ${part} IS NULL THEN to_json(${part}) ELSE to_json(${word}) END`;
  });
}

/** Whether a value of the type may be, or hold, a float. */
export function holdsFloat(type: DataType): boolean {
  return mapParts('v', type, (value, of) => (isFloat(of) ? value : null)) !== null;
}

function isFloat(type: DataType): boolean {
  return type.kind === 'float32' || type.kind === 'float64';
}
