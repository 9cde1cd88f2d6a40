import type { ScalarFunction } from '../../plan/functions.ts';
import { notNegative, sliceStart } from './position.ts';
import { named, type RenderCall } from './render-call.ts';

type StringFunction = Extract<ScalarFunction, `str.${string}` | `bin.${string}`>;

/**
 * Text. Lengths and positions count code points, positions from 0; `contains`, `startsWith`, `endsWith` and `replace` take
 * their text as it stands; regular expressions are RE2's, `matches` finds one anywhere, `extract` gives '' where there
 * is none, `replaceRegex` replaces all; `slice` takes a length, like JavaScript's `substr`; `padStart` and `padEnd` cut what is longer.
 */
export const stringFunctions: Readonly<Record<StringFunction, RenderCall>> = {
  'str.length': named('length'),
  'str.lower': named('lower'),
  'str.upper': named('upper'),
  'str.trim': named('trim'),
  'str.trimStart': named('ltrim'),
  'str.trimEnd': named('rtrim'),
  'str.contains': named('contains'),
  'str.startsWith': named('starts_with'),
  'str.endsWith': named('ends_with'),
  'str.like': (x, pattern) => `(${x} LIKE ${pattern})`,
  'str.ilike': (x, pattern) => `(${x} ILIKE ${pattern})`,
  'str.matches': named('regexp_matches'),
  'str.extract': (x, pattern, group?: string) => `regexp_extract(${x}, ${pattern}, ${group ?? '0'})`,
  'str.replace': named('replace'),
  'str.replaceRegex': (x, pattern, replacement) => `regexp_replace(${x}, ${pattern}, ${replacement}, 'g')`,
  'str.slice': (x, start, length?: string) => {
    const begin = sliceStart(start, `length(${x})`);
    return length === undefined ? `substring(${x}, ${begin})` : `substring(${x}, ${begin}, ${notNegative(length)})`;
  },
  'str.split': named('string_split'),
  'str.concat': (...parts) => (parts.length === 1 ? `CAST(${parts[0]} AS VARCHAR)` : `(${parts.join(' || ')})`),
  'str.repeat': named('repeat'),
  'str.reverse': named('reverse'),
  'str.padStart': named('lpad'),
  'str.padEnd': named('rpad'),
  'str.indexOf': (x, part) => `(instr(${x}, ${part}) - 1)`,
  'str.toDate': (x, format) => `CAST(strptime(${x}, ${format}) AS DATE)`,
  'str.toTimestamp': named('strptime'),
  'str.md5': named('md5'),
  'str.sha256': named('sha256'),
  'bin.length': named('octet_length'),
};
