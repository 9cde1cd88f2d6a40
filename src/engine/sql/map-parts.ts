import type { DataType } from '../../plan/types.ts';
import { quoteIdentifier } from './quote.ts';
import { renderType } from './type.ts';

/**
 * SQL of a part's new value; null for a part that stays, unless something within it changes.
 *
 * @param value SQL without side effects
 */
export type ChangePart = (value: string, type: DataType) => string | null;

/**
 * SQL of a value with parts of it changed, however deep they lie; null when none is. Lists of fixed length in which something
 * changes become plain lists.
 *
 * @param value SQL without side effects; it may stand several times in the result
 */
export function mapParts(value: string, type: DataType, change: ChangePart): string | null {
  return mapAt(value, type, change, 0);
}

/** @param depth of nested lambdas, whose parameters need names of their own */
function mapAt(value: string, type: DataType, change: ChangePart, depth: number): string | null {
  const changed = change(value, type);
  if (changed !== null) return changed;
  const part = `e${depth}`;
  const within = (sql: string, of: DataType) => mapAt(sql, of, change, depth + 1);
  switch (type.kind) {
    case 'list': {
      const item = within(part, type.item);
      return item && `list_transform(${value}, lambda ${part}: ${item})`;
    }
    case 'array': {
      const item = within(part, type.item);
      return item && `list_transform(CAST(${value} AS ${renderType(type.item)}[]), lambda ${part}: ${item})`;
    }
    case 'struct': {
      const fields = type.fields.map(({ name, type: of }) => {
        const field = `(${value}).${quoteIdentifier(name)}`;
        return { name, field, mapped: within(field, of) };
      });
      if (fields.every(({ mapped }) => mapped === null)) return null;
      const packed = fields.map(({ name, field, mapped }) => `${quoteIdentifier(name)} := ${mapped ?? field}`);
      return `CASE WHEN ${value} IS NOT NULL THEN struct_pack(${packed.join(', ')}) END`;
    }
    case 'map': {
      const [key, of] = [within(`${part}.key`, type.key), within(`${part}.value`, type.value)];
      if (key === null && of === null) return null;
      const entry = `{'key': ${key ?? `${part}.key`}, 'value': ${of ?? `${part}.value`}}`;
      return `map_from_entries(list_transform(map_entries(${value}), lambda ${part}: ${entry}))`;
    }
    default:
      return null;
  }
}
