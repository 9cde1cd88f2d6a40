import type { ConvertOptions } from '../../src/dataset/convert/options.ts';
import type { AnyRow } from '../../src/dataset/row-types.ts';
import type { Result } from '../../src/index.ts';
import type { DataType } from '../../src/plan/types.ts';
import { sqlType } from './reference/literals.ts';
import type { PlainValue } from './reference/plain-values.ts';
import type { Rows } from './reference/reference.ts';

/** How sessions under test give values: nothing is refused, nothing is rounded. */
export const exactValues: ConvertOptions = { int64: 'bigint', decimal: 'string', timestamp: 'bigint' };

/** The rows of a result, in the form in which they are compared; the session converts by {@link exactValues}. */
export function shoalRows(result: Result<AnyRow>): Rows {
  const { schema } = result;
  const rows = result.toArray().map((row) => schema.map(({ name, type }) => plainValue(row[name], type)));
  return { names: schema.map(({ name }) => name), types: schema.map(({ type }) => typeText(type)), rows };
}

/** The engine's text of a type, in which both sides' types are compared. */
function typeText(type: DataType): string {
  if (type.kind === 'list') return `${typeText(type.item)}[]`;
  if (type.kind === 'struct')
    return `STRUCT(${type.fields.map((field) => `"${field.name}" ${typeText(field.type)}`).join(', ')})`;
  return type.kind === 'null' ? 'INTEGER' : sqlType(type);
}

function plainValue(value: unknown, type: DataType): PlainValue {
  if (value === null) return null;
  switch (typeof value) {
    case 'boolean':
    case 'number':
    case 'bigint':
    case 'string':
      return value;
  }
  if (value instanceof Date) return BigInt(value.getTime() / 86_400_000);
  if (Array.isArray(value) && type.kind === 'list') return value.map((item: unknown) => plainValue(item, type.item));
  if (type.kind === 'struct' && typeof value === 'object') {
    return type.fields.map((field) => plainValue(Reflect.get(value as object, field.name), field.type));
  }
  throw new TypeError(`A result holds ${String(value)} in a column of type ${type.kind}.`);
}
