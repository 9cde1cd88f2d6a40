import type { Expression } from './expression.ts';
import type { Call, Value } from './expression-types.ts';

type StringOperand = string | Value;

/** Methods of strings; lengths and positions count code points, from 0, negative positions from the end. */
export class StringMethods<in Needs> {
  private readonly self: Value;
  private readonly call: Call;

  constructor(self: Value, call: Call) {
    this.self = self;
    this.call = call;
  }

  /** Number of code points. */
  length(): Expression<number, Needs> {
    return this.call('str.length', this.self);
  }
  lower(): Expression<string, Needs> {
    return this.call('str.lower', this.self);
  }
  upper(): Expression<string, Needs> {
    return this.call('str.upper', this.self);
  }
  /** Without `characters` (default: spaces) at both ends. */
  trim(characters?: string): Expression<string, Needs> {
    return this.call('str.trim', this.self, ...optional(characters));
  }
  /** Without `characters` (default: spaces) at the start. */
  trimStart(characters?: string): Expression<string, Needs> {
    return this.call('str.trimStart', this.self, ...optional(characters));
  }
  /** Without `characters` (default: spaces) at the end. */
  trimEnd(characters?: string): Expression<string, Needs> {
    return this.call('str.trimEnd', this.self, ...optional(characters));
  }
  /** Whether `text` stands in it, letter for letter. */
  contains(text: StringOperand): Expression<boolean, Needs> {
    return this.call('str.contains', this.self, text);
  }
  startsWith(text: StringOperand): Expression<boolean, Needs> {
    return this.call('str.startsWith', this.self, text);
  }
  endsWith(text: StringOperand): Expression<boolean, Needs> {
    return this.call('str.endsWith', this.self, text);
  }
  /** Whether it fits SQL's `pattern` whole: `%` is any text, `_` any character. */
  like(pattern: string): Expression<boolean, Needs> {
    return this.call('str.like', this.self, pattern);
  }
  /** Like {@link like}, ignoring case. */
  ilike(pattern: string): Expression<boolean, Needs> {
    return this.call('str.ilike', this.self, pattern);
  }
  /** Whether the regular expression `pattern` (RE2 syntax, a string or the source of a `RegExp`) fits some part of it. */
  matches(pattern: string | RegExp): Expression<boolean, Needs> {
    return this.call('str.matches', this.self, regexText(pattern));
  }
  /** The part that the regular expression fits (or its `group`, from 1); empty where nothing fits. */
  extract(pattern: string | RegExp, group = 0): Expression<string, Needs> {
    return this.call('str.extract', this.self, regexText(pattern), group);
  }
  /** With every `text` replaced by `replacement`, letter for letter. */
  replace(text: StringOperand, replacement: StringOperand): Expression<string, Needs> {
    return this.call('str.replace', this.self, text, replacement);
  }
  /** With every fit of the regular expression replaced; `\\1` is its first group. */
  replaceRegex(pattern: string | RegExp, replacement: string): Expression<string, Needs> {
    return this.call('str.replaceRegex', this.self, regexText(pattern), replacement);
  }
  /** `length` code points (default: the rest) from position `start`. */
  slice(start: number, length?: number): Expression<string, Needs> {
    return this.call('str.slice', this.self, start, ...optional(length));
  }
  /** Parts between every `separator`. */
  split(separator: string): Expression<string[], Needs> {
    return this.call('str.split', this.self, separator);
  }
  /** This and the others, joined; null when one of them is. */
  concat(...others: readonly StringOperand[]): Expression<string, Needs> {
    return this.call('str.concat', this.self, ...others);
  }
  repeat(times: number): Expression<string, Needs> {
    return this.call('str.repeat', this.self, times);
  }
  reverse(): Expression<string, Needs> {
    return this.call('str.reverse', this.self);
  }
  /** Cut or filled with `fill` at the start to `length` code points. */
  padStart(length: number, fill = ' '): Expression<string, Needs> {
    return this.call('str.padStart', this.self, length, fill);
  }
  /** Cut or filled with `fill` at the end to `length` code points. */
  padEnd(length: number, fill = ' '): Expression<string, Needs> {
    return this.call('str.padEnd', this.self, length, fill);
  }
  /** Position of the first `text`, −1 where there is none. */
  indexOf(text: StringOperand): Expression<number, Needs> {
    return this.call('str.indexOf', this.self, text);
  }
  /** Reads a date by a strptime `format` such as `%d/%m/%Y`; a text that does not fit is an error. */
  toDate(format: string): Expression<Date, Needs> {
    return this.call('str.toDate', this.self, format);
  }
  /** Reads a timestamp by a strptime `format`; a text that does not fit is an error. */
  toTimestamp(format: string): Expression<Date, Needs> {
    return this.call('str.toTimestamp', this.self, format);
  }
  /** MD5 of its UTF-8 bytes, 32 hexadecimal digits. */
  md5(): Expression<string, Needs> {
    return this.call('str.md5', this.self);
  }
  /** SHA-256 of its UTF-8 bytes, 64 hexadecimal digits. */
  sha256(): Expression<string, Needs> {
    return this.call('str.sha256', this.self);
  }
}

function regexText(pattern: string | RegExp): string {
  if (typeof pattern === 'string') return pattern;
  // RE2 takes the flags inside the pattern; `g`, `y` and `d` say how JavaScript walks a text, not what fits.
  const flags = [...pattern.flags].filter((flag) => 'ims'.includes(flag)).join('');
  return flags ? `(?${flags})${pattern.source}` : pattern.source;
}

function optional<T>(value: T | undefined): readonly T[] {
  return value === undefined ? [] : [value];
}
