import type { Values } from './values.ts';

/** Makes `count` objects from columns and puts them into `out` from `at` on. */
export type RowBuilder = (count: number, out: object[], at: number, columns: readonly Values[]) => void;

const builders = new Map<string, RowBuilder>();

/** Schemas whose builders are kept: generated code lives as long as they do. */
const maxBuilders = 200;

/**
 * A builder of plain objects with these keys, in this order. It is generated code, one object literal: all rows share one
 * hidden class, three times as fast as setting keys one by one. Where code generation is forbidden, they are.
 */
export function rowBuilder(names: readonly string[]): RowBuilder {
  const key = JSON.stringify(names);
  let builder = builders.get(key);
  if (!builder) {
    builder = generate(names) ?? ((count, out, at, columns) => buildByKeys(names, count, out, at, columns));
    if (builders.size >= maxBuilders) builders.clear();
    builders.set(key, builder);
  }
  return builder;
}

function generate(names: readonly string[]): RowBuilder | null {
  // A name enters the source as a JSON string, which is a JavaScript string literal whatever it holds; only `__proto__`
  // means something else as a plain key.
  const property = (name: string, index: number) =>
    `${name === '__proto__' ? '["__proto__"]' : JSON.stringify(name)}: c${index}[i]`;
  const source = [
    ...names.map((_, index) => `const c${index} = columns[${index}];`),
    `for (let i = 0; i < count; i++) out[at + i] = { ${names.map(property).join(', ')} };`,
  ].join('\n');
  try {
    return new Function('count', 'out', 'at', 'columns', source) as RowBuilder;
  } catch {
    return null;
  }
}

/** The same without generated code. */
export function buildByKeys(
  names: readonly string[],
  count: number,
  out: object[],
  at: number,
  columns: readonly Values[],
): void {
  for (let index = 0; index < count; index++) {
    out[at + index] = Object.fromEntries(names.map((name, column) => [name, columns[column]?.[index]]));
  }
}
