import { formatType } from '../../plan/type-name.ts';
import type { DataType } from '../../plan/types.ts';
import { leafText, type TextRules } from './leaf-text.ts';
import { quoteIdentifier, quoteString } from './quote.ts';
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
 * SQL of the value that a loose one stands for, and an error where it loses something or does not convert.
 *
 * @param loose SQL without side effects, of the loose type
 * @param subject what has the value, as the error calls it
 */
export function checkedValue(loose: string, type: DataType, rules: TextRules, subject: string): string {
  if (!isLoose(type, rules)) return loose;
  const leaf = leafText(loose, type, rules, 'CAST');
  const fits = leaf ? leaf.shape : looseFits(loose, type, rules);
  const value = leaf ? leaf.value : nestedValue(loose, type);
  const message = `${quoteString(`${subject} has what is no ${formatType(type)}: `)} || CAST(${loose} AS VARCHAR)`;
  return `CASE WHEN ${fits} THEN ${value} WHEN ${loose} IS NOT NULL THEN error(${message}) END`;
}

/** SQL of the value that a loose one stands for; of no meaning where {@link looseFits} does not hold. */
export function looseValue(loose: string, type: DataType, rules: TextRules): string {
  if (!isLoose(type, rules)) return loose;
  return leafText(loose, type, rules, 'TRY_CAST')?.value ?? nestedValue(loose, type);
}

/** SQL of a condition that holds for null and for what converts to the type and loses nothing; null and false are the same. */
export function looseFits(loose: string, type: DataType, rules: TextRules): string {
  return isLoose(type, rules) ? fits(loose, type, rules, 0) : 'TRUE';
}

/** Within lists and structs, dates are ISO 8601: the engine's cast converts them all. */
function nestedValue(loose: string, type: DataType): string {
  return `CAST(${loose} AS ${renderType(type)})`;
}

/** @param depth of nested lambdas, whose parameters need names of their own */
function fits(loose: string, type: DataType, rules: TextRules, depth: number): string {
  const leaf = leafText(loose, type, rules, 'TRY_CAST');
  if (leaf) return `((${leaf.shape}) AND ${leaf.value} IS NOT NULL) OR ${loose} IS NULL`;
  const item = `x${depth}`;
  const iso = { ...rules, dateFormat: null, timestampFormat: null };
  const all = (list: string, inner: DataType) =>
    isLoose(inner, rules)
      ? `len(list_filter(${list}, lambda ${item}: (${fits(item, inner, iso, depth + 1)}) IS NOT TRUE)) = 0`
      : 'TRUE';
  switch (type.kind) {
    case 'list':
      return `${loose} IS NULL OR ${all(loose, type.item)}`;
    case 'array':
      return `${loose} IS NULL OR ${all(`CAST(${loose} AS ${renderType(looseType(type.item, rules))}[])`, type.item)}`;
    case 'struct': {
      const fields = type.fields.filter((field) => isLoose(field.type, rules));
      const fit = fields.map(({ name, type: inner }) => fits(`(${loose}).${quoteIdentifier(name)}`, inner, iso, depth));
      return `${loose} IS NULL OR (${fit.map((condition) => `(${condition})`).join(' AND ')})`;
    }
    case 'map':
      return `${loose} IS NULL OR (${all(`map_keys(${loose})`, type.key)} AND ${all(`map_values(${loose})`, type.value)})`;
    default:
      return 'TRUE';
  }
}
