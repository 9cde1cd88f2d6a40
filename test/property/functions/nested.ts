import { list } from '../../../src/index.ts';
import { formatType } from '../../../src/plan/type-name.ts';
import type { DataType } from '../../../src/plan/types.ts';
import type { Choices } from '../choices.ts';
import {
  boolean,
  type Catalog,
  type FunctionSpec,
  float64,
  int32,
  int64,
  integerList,
  numberOf,
  type Operands,
  string,
  stringList,
  type Typed,
} from './function-spec.ts';

const first = ([a]: Operands<Typed>) => a.type;
const bound = ([a]: Operands<Typed>) => a.bound;
const floatList: DataType = { kind: 'list', item: float64 };
const pair: DataType = {
  kind: 'struct',
  fields: [
    { name: 'x', type: int32 },
    { name: 'y', type: string },
  ],
};
const records = 'list<struct<k: date, v: list<int64>>>';
const recordItem: DataType = {
  kind: 'struct',
  fields: [
    { name: 'k', type: { kind: 'date' } },
    { name: 'v', type: integerList },
  ],
};

/** Functions that every kind of list has. */
function listFunctions(label: string, type: DataType & { kind: 'list' }): Catalog {
  const takes = [formatType(type)];
  const same = { takes, gives: first, bound } as const;
  const position = (choices: Choices) => [choices.between(-3, 3)];
  return {
    [`get${label}`]: {
      takes,
      gives: type.item,
      bound,
      params: position,
      build: ([a], [at]) => a.list.get(numberOf(at)),
      sql: ([a], [at]) => `${a}[${numberOf(at) < 0 ? at : numberOf(at) + 1}]`,
    },
    [`slice${label}`]: {
      ...same,
      params: (choices) => [choices.between(-3, 3), choices.between(0, 3)],
      build: ([a], [start, length]) => a.list.slice(numberOf(start), numberOf(length)),
      sql: ([a], [start, length]) => {
        const from = numberOf(start) < 0 ? `greatest(len(${a}) + ${start}, 0)` : `${start}`;
        return `list_filter(${a}, lambda item, i: i > ${from} AND i <= ${from} + ${length})`;
      },
    },
    [`reverse${label}`]: {
      ...same,
      build: ([a]) => a.list.reverse(),
      sql: ([a]) => `list_reverse(${a})`,
    },
    [`sort${label}`]: { ...same, build: ([a]) => a.list.sort(), sql: ([a]) => `list_sort(${a}, 'ASC', 'NULLS LAST')` },
    [`distinct${label}`]: {
      ...same,
      build: ([a]) => a.list.distinct().list.sort(),
      sql: ([a]) => `list_sort(list_distinct(${a}), 'ASC', 'NULLS LAST')`,
    },
    [`concat${label}`]: {
      ...same,
      takes: [...takes, ...takes],
      bound: ([a, b]) => Math.max(a.bound, b.bound),
      build: ([a, b]) => a.list.concat(b),
      sql: ([a, b]) => `list_concat(${a}, ${b})`,
    },
    [`length${label}`]: {
      takes,
      gives: int64,
      bound: () => 1e4,
      build: ([a]) => a.list.length(),
      sql: ([a]) => `len(${a})`,
    },
    [`smallest${label}`]: {
      takes,
      gives: type.item,
      bound,
      build: ([a]) => a.list.min(),
      sql: ([a]) => `list_min(${a})`,
    },
    [`largest${label}`]: {
      takes,
      gives: type.item,
      bound,
      build: ([a]) => a.list.max(),
      sql: ([a]) => `list_max(${a})`,
    },
  };
}

function contains(kind: DataType, item: string): FunctionSpec {
  return {
    takes: [formatType(kind), item],
    gives: boolean,
    build: ([a, b]) => a.list.contains(b),
    sql: ([a, b]) => `list_contains(${a}, ${b})`,
  };
}

/** Functions of lists and structs. */
export const nestedFunctions: Catalog = {
  ...listFunctions('Integers', { kind: 'list', item: int64 }),
  ...listFunctions('Texts', { kind: 'list', item: string }),
  ...listFunctions('Floats', { kind: 'list', item: float64 }),
  containsText: contains(stringList, 'string'),
  containsFloat: contains(floatList, 'float64'),
  indexOfText: {
    takes: [formatType(stringList), 'string'],
    gives: int64,
    bound: () => 1e4,
    build: ([a, b]) => a.list.indexOf(b),
    sql: ([a, b]) => `CASE WHEN ${a} IS NOT NULL THEN coalesce(list_position(${a}, ${b}), 0) - 1 END`,
  },
  sumOfIntegers: {
    takes: [formatType(integerList)],
    gives: { kind: 'int128' },
    bound: ([a]) => a.bound * 1e4,
    build: ([a]) => a.list.sum(),
    sql: ([a]) => `list_sum(${a})`,
  },
  joinTexts: {
    takes: [formatType(stringList)],
    gives: string,
    build: ([a]) => a.list.join('|'),
    sql: ([a]) => `array_to_string(${a}, '|')`,
  },
  listOfTexts: {
    takes: ['string', 'string'],
    gives: stringList,
    build: ([a, b]) => list(a, b),
    sql: ([a, b]) => `[${a}, ${b}]`,
  },
  fieldX: {
    takes: [formatType(pair)],
    gives: int32,
    bound,
    build: ([a]) => a.struct.field('x'),
    sql: ([a]) => `(${a}).x`,
  },
  fieldY: { takes: [formatType(pair)], gives: string, build: ([a]) => a.struct.field('y'), sql: ([a]) => `(${a}).y` },
  lengthOfRecords: {
    takes: [records],
    gives: int64,
    bound: () => 100,
    build: ([a]) => a.list.length(),
    sql: ([a]) => `len(${a})`,
  },
  firstRecord: { takes: [records], gives: recordItem, bound, build: ([a]) => a.list.get(0), sql: ([a]) => `${a}[1]` },
  fieldK: {
    takes: [formatType(recordItem)],
    gives: { kind: 'date' },
    build: ([a]) => a.struct.field('k'),
    sql: ([a]) => `(${a}).k`,
  },
  fieldV: {
    takes: [formatType(recordItem)],
    gives: integerList,
    bound,
    build: ([a]) => a.struct.field('v'),
    sql: ([a]) => `(${a}).v`,
  },
};
