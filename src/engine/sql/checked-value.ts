import type { DataType } from '../../plan/types.ts';
import { type LooseText, leafText, type TextCast, type TextRules } from './leaf-text.ts';
import { quoteIdentifier } from './quote.ts';
import { renderType } from './type.ts';

/**
 * The type as which a file's values are read: texts in the place of what the engine's own readers would round or cut. What
 * is the type itself needs no check.
 */
export function looseType(type: DataType, rules: TextRules): DataType {
  switch (type.kind) {
    case 'list':
    case 'array':
      return { ...type, item: looseType(type.item, rules) };
    case 'struct':
      return { ...type, fields: type.fields.map(({ name, type: inner }) => ({ name, type: looseType(inner, rules) })) };
    case 'map':
      return { ...type, key: looseType(type.key, rules), value: looseType(type.value, rules) };
    default:
      return isLoose(type, rules) ? { kind: 'string' } : type;
  }
}

/** Whether {@link looseType} is another type. */
export function isLoose(type: DataType, rules: TextRules): boolean {
  switch (type.kind) {
    case 'list':
    case 'array':
      return isLoose(type.item, rules);
    case 'struct':
      return type.fields.some((field) => isLoose(field.type, rules));
    case 'map':
      return isLoose(type.key, rules) || isLoose(type.value, rules);
    default:
      return leafText('', type, rules, 'CAST') !== null;
  }
}

/**
 * How a loose value becomes one of its type. Within lists and structs, dates are ISO 8601.
 *
 * @param loose SQL without side effects, of the loose type
 */
export function looseText(loose: string, type: DataType, rules: TextRules, cast: TextCast): LooseText {
  const leaf = leafText(loose, type, rules, cast);
  if (leaf) return leaf;
  if (!isLoose(type, rules)) return { value: loose, shape: () => 'TRUE' };
  const iso = { ...rules, dateFormat: null, timestampFormat: null };
  return { value: `${cast}(${loose} AS ${renderType(type)})`, shape: () => fits(loose, type, iso, 0) };
}

/** SQL of a condition that holds for null and for what converts and loses nothing; null and false are the same. */
export function looseFits(loose: string, { shape }: LooseText, value: string): string {
  return `(${shape(value)}) AND ${value} IS NOT NULL OR ${loose} IS NULL`;
}

/** @param depth of nested lambdas, whose parameters need names of their own */
function fits(loose: string, type: DataType, rules: TextRules, depth: number): string {
  const leaf = leafText(loose, type, rules, 'TRY_CAST');
  if (leaf) return looseFits(loose, leaf, leaf.value);
  const item = `x${depth}`;
  const all = (list: string, inner: DataType) =>
    isLoose(inner, rules)
      ? `len(list_filter(${list}, lambda ${item}: (${fits(item, inner, rules, depth + 1)}) IS NOT TRUE)) = 0`
      : 'TRUE';
  switch (type.kind) {
    case 'list':
      return `${loose} IS NULL OR ${all(loose, type.item)}`;
    case 'array':
      return `${loose} IS NULL OR ${all(`CAST(${loose} AS ${renderType(looseType(type.item, rules))}[])`, type.item)}`;
    case 'struct': {
      const fields = type.fields.filter((field) => isLoose(field.type, rules));
      const fit = fields.map(({ name, type: inner }) =>
        fits(`(${loose}).${quoteIdentifier(name)}`, inner, rules, depth),
      );
      return `${loose} IS NULL OR (${fit.map((condition) => `(${condition})`).join(' AND ')})`;
    }
    case 'map':
      return `${loose} IS NULL OR (${all(`map_keys(${loose})`, type.key)} AND ${all(`map_values(${loose})`, type.value)})`;
    default:
      return 'TRUE';
  }
}
