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
      return leafText('', type, rules) ? { kind: 'string' } : type;
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
      return leafText('', type, rules) !== null;
  }
}

/**
 * SQL of the value that a loose one stands for; of no meaning where {@link looseFits} does not hold. Within lists and
 * structs, dates are ISO 8601.
 *
 * @param loose SQL without side effects, of the loose type
 */
export function looseValue(loose: string, type: DataType, rules: TextRules): string {
  if (!isLoose(type, rules)) return loose;
  return leafText(loose, type, rules)?.value ?? `CAST(${loose} AS ${renderType(type)})`;
}

/** SQL of a condition that holds for null and for what loses nothing in its type; null and false are the same. */
export function looseFits(loose: string, type: DataType, rules: TextRules): string {
  if (!isLoose(type, rules)) return 'TRUE';
  const leaf = leafText(loose, type, rules);
  if (leaf) return `${leaf.fits} OR ${loose} IS NULL`;
  return nestedFits(loose, type, { ...rules, dateFormat: null, timestampFormat: null }, 0);
}

/**
 * SQL of the value that a loose one stands for, and an error where it loses something.
 *
 * @param subject what has the value, as the error calls it
 */
export function checkedValue(loose: string, type: DataType, rules: TextRules, subject: string): string {
  if (!isLoose(type, rules)) return loose;
  const message = `${quoteString(`${subject} has what is no ${formatType(type)}: `)} || CAST(${loose} AS VARCHAR)`;
  return `CASE WHEN ${looseFits(loose, type, rules)} THEN ${looseValue(loose, type, rules)} ELSE error(${message}) END`;
}

/** @param depth of nested lambdas, whose parameters need names of their own */
function nestedFits(loose: string, type: DataType, rules: TextRules, depth: number): string {
  const item = `x${depth}`;
  const all = (list: string, inner: DataType) =>
    isLoose(inner, rules)
      ? `len(list_filter(${list}, lambda ${item}: (${nestedFits(item, inner, rules, depth + 1)}) IS NOT TRUE)) = 0`
      : 'TRUE';
  switch (type.kind) {
    case 'list':
      return `${loose} IS NULL OR ${all(loose, type.item)}`;
    case 'array':
      return `${loose} IS NULL OR ${all(`CAST(${loose} AS ${renderType(looseType(type.item, rules))}[])`, type.item)}`;
    case 'struct': {
      const fields = type.fields.filter((field) => isLoose(field.type, rules));
      const fit = fields.map(({ name, type: inner }) =>
        nestedFits(`(${loose}).${quoteIdentifier(name)}`, inner, rules, depth),
      );
      return `${loose} IS NULL OR (${fit.map((condition) => `(${condition})`).join(' AND ')})`;
    }
    case 'map':
      return `${loose} IS NULL OR (${all(`map_keys(${loose})`, type.key)} AND ${all(`map_values(${loose})`, type.value)})`;
    default:
      return `${leafText(loose, type, rules)?.fits ?? 'TRUE'} OR ${loose} IS NULL`;
  }
}
