import type { DataType, Field } from '../../plan/types.ts';
import type { JsonShape } from './json-shape.ts';

/**
 * The column type of a shape. Strings stay strings, ISO dates too: JSON has no dates, and `{ schema: { t: 'timestamptz' } }`
 * says where one is meant. What is null everywhere, mixed, an object without fields or with fields that differ in case only
 * is a string that holds the value's JSON text (of a JSON string, its content).
 */
export function typeOfShape(shape: JsonShape): DataType {
  switch (shape.kind) {
    case 'null':
    case 'mixed':
      return { kind: 'string' };
    case 'boolean':
    case 'int64':
    case 'int128':
    case 'float64':
    case 'string':
      return { kind: shape.kind };
    case 'list':
      return { kind: 'list', item: typeOfShape(shape.item) };
    case 'struct': {
      const fields = [...shape.fields].map(([name, field]): Field => ({ name, type: typeOfShape(field) }));
      const folded = new Set(fields.map((field) => field.name.toLowerCase()));
      return fields.length === 0 || folded.size < fields.length ? { kind: 'string' } : { kind: 'struct', fields };
    }
  }
}

/**
 * Where a value does not fit a type without loss: the path to it (`''` at the top, `.name`, `[]`), or null when it fits. Null
 * fits every type, and every value fits a string. What JSON does not tell (whether a text is a date, or what number) is left to the engine.
 */
export function misfitPath(shape: JsonShape, type: DataType): string | null {
  if (shape.kind === 'null' || type.kind === 'string') return null;
  if (type.kind === 'list' || type.kind === 'array') {
    return shape.kind === 'list' ? below('[]', misfitPath(shape.item, type.item)) : '';
  }
  if (type.kind === 'struct') {
    if (shape.kind !== 'struct') return '';
    return firstOf(type.fields, (field) =>
      below(`.${field.name}`, misfitPath(shape.fields.get(field.name) ?? nothing, field.type)),
    );
  }
  if (type.kind === 'map') {
    if (shape.kind !== 'struct') return '';
    return firstOf([...shape.fields], ([name, value]) => below(`.${name}`, misfitPath(value, type.value)));
  }
  return fitsScalar(shape, type) ? null : '';
}

const nothing: JsonShape = { kind: 'null' };

function below(step: string, path: string | null): string | null {
  return path === null ? null : `${step}${path}`;
}

function firstOf<T>(items: readonly T[], path: (item: T) => string | null): string | null {
  for (const item of items) {
    const found = path(item);
    if (found !== null) return found;
  }
  return null;
}

function fitsScalar(shape: JsonShape, type: DataType): boolean {
  if (type.kind === 'boolean') return shape.kind === 'boolean';
  if (/^u?int128$/.test(type.kind)) return shape.kind === 'int64' || shape.kind === 'int128';
  if (/^u?int\d+$/.test(type.kind))
    return shape.kind === 'int64' || (type.kind === 'uint64' && shape.kind === 'int128');
  if (/^float|^decimal/.test(type.kind))
    return shape.kind === 'string'
      ? shape.numberLike === true
      : ['int64', 'int128', 'float64', 'mixed'].includes(shape.kind);
  // Dates, timestamps, UUIDs … are written as strings, dates as numbers by nobody.
  return shape.kind === 'string';
}
