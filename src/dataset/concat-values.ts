import type { Values } from './convert/values.ts';

/** One column of all its batches' values; typed only if every part is. Never the parts' own memory. */
export function concatValues(parts: readonly Values[]): Values {
  const [first] = parts;
  if (first === undefined || !parts.every((part) => ArrayBuffer.isView(part))) {
    return parts.flatMap((part) => Array.from(part as ArrayLike<unknown>));
  }
  const length = parts.reduce((sum, part) => sum + part.length, 0);
  // All parts of a column have one class: it follows from the column's type and the options.
  const joined = new (first.constructor as new (length: number) => Float64Array)(length);
  let at = 0;
  for (const part of parts) {
    joined.set(part as Float64Array, at);
    at += part.length;
  }
  return joined;
}
