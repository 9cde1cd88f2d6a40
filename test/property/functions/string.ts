import { coalesce, fn } from '../../../src/index.ts';
import type { Choices } from '../choices.ts';
import { boolean, type Catalog, int64, numberOf, quoted, string, stringList, textOf } from './function-spec.ts';

const texts = ['a', '', 'ab', '😀', 'e\u0301', "'", '%'];
const patterns = ['^a', 'b$', '[0-9]+', '.', '(a|b)c?', '\\s', 'É'];
const likes = ['a%', '%b', '_', '%', 'A_%', '%\u0301%'];
const text = (choices: Choices) => [choices.pick(texts)];
const slice = (choices: Choices) => [choices.between(-3, 4), choices.between(0, 4)];

/** Functions of text. */
export const stringFunctions: Catalog = {
  lower: { takes: ['string'], gives: string, build: ([a]) => a.str.lower(), sql: ([a]) => `lower(${a})` },
  upper: { takes: ['string'], gives: string, build: ([a]) => a.str.upper(), sql: ([a]) => `upper(${a})` },
  trim: { takes: ['string'], gives: string, build: ([a]) => a.str.trim(), sql: ([a]) => `ltrim(rtrim(${a}))` },
  trimStart: {
    takes: ['string'],
    gives: string,
    build: ([a]) => a.str.trimStart('a '),
    sql: ([a]) => `ltrim(${a}, 'a ')`,
  },
  trimEnd: { takes: ['string'], gives: string, build: ([a]) => a.str.trimEnd(), sql: ([a]) => `rtrim(${a})` },
  reverse: { takes: ['string'], gives: string, build: ([a]) => a.str.reverse(), sql: ([a]) => `reverse(${a})` },
  md5: { takes: ['string'], gives: string, build: ([a]) => a.str.md5(), sql: ([a]) => `md5(${a})` },
  concat: {
    takes: ['string', 'string'],
    gives: string,
    build: ([a, b]) => a.str.concat(b, '·'),
    sql: ([a, b]) => `(${a} || ${b} || '·')`,
  },
  slice: {
    takes: ['string'],
    gives: string,
    params: slice,
    build: ([a], [start, length]) => a.str.slice(numberOf(start), numberOf(length)),
    sql: ([a], [start, length]) =>
      numberOf(start) < 0
        ? `left(right(${a}, ${-numberOf(start)}), ${length})`
        : `left(substring(${a}, ${numberOf(start) + 1}), ${length})`,
  },
  sliceRest: {
    takes: ['string'],
    gives: string,
    params: (choices) => [choices.between(-3, 3)],
    build: ([a], [start]) => a.str.slice(numberOf(start)),
    sql: ([a], [start]) =>
      numberOf(start) < 0 ? `right(${a}, ${-numberOf(start)})` : `substring(${a}, ${numberOf(start) + 1})`,
  },
  replace: {
    takes: ['string', 'string'],
    gives: string,
    params: text,
    build: ([a, b], [part]) => a.str.replace(textOf(part), coalesce(b, '?')),
    sql: ([a, b], [part]) => `replace(${a}, ${quoted(part)}, coalesce(${b}, '?'))`,
  },
  replaceRegex: {
    takes: ['string'],
    gives: string,
    params: (choices) => [choices.pick(patterns)],
    build: ([a], [pattern]) => a.str.replaceRegex(textOf(pattern), '<\\0>'),
    sql: ([a], [pattern]) => `regexp_replace(${a}, ${quoted(pattern)}, '<\\0>', 'g')`,
  },
  extract: {
    takes: ['string'],
    gives: string,
    params: (choices) => [choices.pick(patterns)],
    build: ([a], [pattern]) => a.str.extract(new RegExp(textOf(pattern), 'i')),
    sql: ([a], [pattern]) => `regexp_extract(${a}, ${quoted(pattern)}, 0, 'i')`,
  },
  repeat: {
    takes: ['string'],
    gives: string,
    params: (choices) => [choices.between(0, 2)],
    build: ([a], [times]) => a.str.repeat(numberOf(times)),
    sql: ([a], [times]) => `repeat(${a}, ${times})`,
  },
  padStart: {
    takes: ['string'],
    gives: string,
    params: (choices) => [choices.between(0, 6), choices.pick(['*', '😀', 'ab'])],
    build: ([a], [length, fill]) => a.str.padStart(numberOf(length), textOf(fill)),
    sql: ([a], [length, fill]) => `lpad(${a}, ${length}, ${quoted(fill)})`,
  },
  padEnd: {
    takes: ['string'],
    gives: string,
    params: (choices) => [choices.between(0, 6)],
    build: ([a], [length]) => a.str.padEnd(numberOf(length)),
    sql: ([a], [length]) => `rpad(${a}, ${length}, ' ')`,
  },
  length: {
    takes: ['string'],
    gives: int64,
    bound: () => 1e6,
    build: ([a]) => a.str.length(),
    sql: ([a]) => `length(${a})`,
  },
  indexOf: {
    takes: ['string'],
    gives: int64,
    bound: () => 1e6,
    params: text,
    build: ([a], [part]) => a.str.indexOf(textOf(part)),
    sql: ([a], [part]) => `(strpos(${a}, ${quoted(part)}) - 1)`,
  },
  contains: {
    takes: ['string', 'string'],
    gives: boolean,
    build: ([a, b]) => a.str.contains(b),
    sql: ([a, b]) => `contains(${a}, ${b})`,
  },
  startsWith: {
    takes: ['string'],
    gives: boolean,
    params: text,
    build: ([a], [part]) => a.str.startsWith(textOf(part)),
    sql: ([a], [part]) => `prefix(${a}, ${quoted(part)})`,
  },
  endsWith: {
    takes: ['string'],
    gives: boolean,
    params: text,
    build: ([a], [part]) => a.str.endsWith(textOf(part)),
    sql: ([a], [part]) => `suffix(${a}, ${quoted(part)})`,
  },
  like: {
    takes: ['string'],
    gives: boolean,
    params: (choices) => [choices.pick(likes)],
    build: ([a], [pattern]) => a.str.like(textOf(pattern)),
    sql: ([a], [pattern]) => `(${a} LIKE ${quoted(pattern)})`,
  },
  ilike: {
    takes: ['string'],
    gives: boolean,
    params: (choices) => [choices.pick(likes)],
    build: ([a], [pattern]) => a.str.ilike(textOf(pattern)),
    sql: ([a], [pattern]) => `(${a} ILIKE ${quoted(pattern)})`,
  },
  matches: {
    takes: ['string'],
    gives: boolean,
    params: (choices) => [choices.pick(patterns)],
    build: ([a], [pattern]) => a.str.matches(textOf(pattern)),
    sql: ([a], [pattern]) => `regexp_matches(${a}, ${quoted(pattern)})`,
  },
  split: {
    takes: ['string'],
    gives: stringList,
    build: ([a]) => a.str.split(','),
    sql: ([a]) => `string_split(${a}, ',')`,
  },
  hashEqual: {
    takes: ['string', 'string'],
    gives: boolean,
    build: ([a, b]) => fn('hash', a).eq(fn('hash', b)),
    sql: ([a, b]) => `(${a} IS NOT DISTINCT FROM ${b})`,
  },
  integerToText: { takes: ['integer'], gives: string, build: ([a]) => a.cast('string'), sql: ([a]) => `${a}::VARCHAR` },
  decimalToText: { takes: ['decimal'], gives: string, build: ([a]) => a.cast('string'), sql: ([a]) => `${a}::VARCHAR` },
  dateToText: { takes: ['date'], gives: string, build: ([a]) => a.cast('string'), sql: ([a]) => `${a}::VARCHAR` },
  timestampToText: {
    takes: ['timestamp'],
    gives: string,
    build: ([a]) => a.cast('string'),
    sql: ([a]) => `${a}::VARCHAR`,
  },
  booleanToText: {
    takes: ['boolean'],
    gives: string,
    build: ([a]) => a.cast('string'),
    sql: ([a]) => `CASE WHEN ${a} THEN 'true' WHEN NOT ${a} THEN 'false' END`,
  },
  textToInteger: {
    takes: ['string'],
    gives: int64,
    bound: () => 2 ** 63,
    build: ([a]) => a.tryCast('int64'),
    sql: ([a]) => `TRY_CAST(${a} AS BIGINT)`,
  },
  textToFloat: {
    takes: ['string'],
    gives: { kind: 'float64' },
    build: ([a]) => a.tryCast('float64'),
    sql: ([a]) => `TRY_CAST(${a} AS DOUBLE)`,
  },
  textToDate: {
    takes: ['string'],
    gives: { kind: 'date' },
    build: ([a]) => a.tryCast('date'),
    sql: ([a]) => `TRY_CAST(${a} AS DATE)`,
  },
};
