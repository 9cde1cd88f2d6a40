import type { DataType } from '../../plan/types.ts';
import { looseFits, looseText, looseType } from './checked-value.ts';
import { holdsDecimal } from './json-numbers.ts';
import type { TextRules } from './leaf-text.ts';
import { quoteString } from './quote.ts';
import { renderType } from './type.ts';

const rules: TextRules = { dateFormat: null, timestampFormat: null, json: true, everyType: true };

/**
 * SQL of the value of JSON text in a type; of no meaning where {@link jsonFits} does not hold.
 *
 * @param text SQL of a JSON value's text, of a string its content; without side effects
 */
export function jsonValue(text: string, type: DataType): string {
  return looseText(looseOf(text, type), type, rules, 'TRY_CAST').value;
}

/** SQL of a condition that holds for null and for JSON text that is a value of the type, with nothing lost. */
export function jsonFits(text: string, type: DataType): string {
  const loose = looseOf(text, type);
  const { value, shape } = looseText(loose, type, rules, 'TRY_CAST');
  const fits = looseFits(loose, { value, shape }, value);
  // Where an array stands for an object, the transformation to loose values gives null.
  if (!isNested(type)) return fits;
  const shaped = hasShape(text, type, holdsDecimal(type), 0);
  return `${text} IS NULL OR (json_valid(${text}) AND ${shaped} AND (${fits}))`;
}

/** Missing keys of a nested object become null, as they do in a record; a cast would ask for them. */
function looseOf(text: string, type: DataType): string {
  if (!isNested(type)) return text;
  return `json_transform(${text}, ${quoteString(JSON.stringify(renderType(looseType(type, rules))))})`;
}

function isNested(type: DataType): boolean {
  return ['list', 'array', 'struct', 'map'].includes(type.kind);
}

/**
 * @param exact whether numbers may stand in quotes (`quoteNumbers`): then a string holds no JSON text of other values,
 * which would have them too
 * @param depth of nested lambdas, whose parameters need names of their own
 */
function hasShape(json: string, type: DataType, exact: boolean, depth: number): string {
  const item = `j${depth}`;
  const counts = (inner: DataType) => isNested(inner) || (exact && inner.kind === 'string');
  const orNull = (value: string, inner: DataType) =>
    `(${value} IS NULL OR json_type(${value}) = 'NULL' OR ${hasShape(value, inner, exact, depth + 1)})`;
  const all = (path: string, inner: DataType) =>
    counts(inner)
      ? `len(list_filter(json_extract(${json}, '${path}'), lambda ${item}: NOT ${orNull(item, inner)})) = 0`
      : 'TRUE';
  switch (type.kind) {
    case 'list':
    case 'array':
      return `(json_type(${json}) = 'ARRAY' AND ${all('$[*]', type.item)})`;
    case 'struct': {
      const fields = type.fields
        .filter((field) => counts(field.type))
        .map((field) => orNull(`json_extract(${json}, ${quoteString(pointerOf(field.name))})`, field.type));
      return `(${[`json_type(${json}) = 'OBJECT'`, ...fields].join(' AND ')})`;
    }
    case 'map':
      return `(json_type(${json}) = 'OBJECT' AND ${all('$.*', type.value)})`;
    case 'string':
      return exact ? `json_type(${json}) NOT IN ('OBJECT', 'ARRAY')` : 'TRUE';
    default:
      return 'TRUE';
  }
}

/** The JSON pointer of a key, which escapes ~ and /. @see RFC 6901 §3 */
export function pointerOf(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`;
}
