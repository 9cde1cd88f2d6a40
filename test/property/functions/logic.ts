import { coalesce, fn, greatest, least, sql } from '../../../src/index.ts';
import { boolean, type Catalog, type FunctionSpec, int64, type Operands, type Typed } from './function-spec.ts';

/** Operands are of one type each time; the generator sees to it. */
const any: readonly string[] = [];
const typeOfFirst = ([a]: Operands<Typed>) => a.type;

function predicate(build: FunctionSpec['build'], sql: FunctionSpec['sql']): FunctionSpec {
  return { takes: any, gives: boolean, build, sql };
}

/** Comparisons of two operands. */
export const comparisons: Catalog = {
  eq: predicate(
    ([a, b]) => a.eq(b),
    ([a, b]) => `(${a} = ${b})`,
  ),
  ne: predicate(
    ([a, b]) => a.ne(b),
    ([a, b]) => `(NOT ${a} = ${b})`,
  ),
  lt: predicate(
    ([a, b]) => a.lt(b),
    ([a, b]) => `(${a} < ${b})`,
  ),
  lte: predicate(
    ([a, b]) => a.lte(b),
    ([a, b]) => `(NOT ${a} > ${b})`,
  ),
  gt: predicate(
    ([a, b]) => a.gt(b),
    ([a, b]) => `(${b} < ${a})`,
  ),
  gte: predicate(
    ([a, b]) => a.gte(b),
    ([a, b]) => `(NOT ${a} < ${b})`,
  ),
  eqNullSafe: predicate(
    ([a, b]) => a.eqNullSafe(b),
    ([a, b]) => `(${a} IS NOT DISTINCT FROM ${b})`,
  ),
};

/** What compares, tests and chooses among operands of one type. */
export const logicFunctions: Catalog = {
  ...comparisons,
  between: predicate(
    ([a, low, high]) => a.between(low, high),
    ([a, low, high]) => `(${a} >= ${low} AND ${a} <= ${high})`,
  ),
  isIn: predicate(
    ([a, ...items]) => a.isIn(items),
    ([a, ...items]) => `(${items.map((item) => `${a} = ${item}`).join(' OR ')})`,
  ),
  isNull: predicate(
    ([a]) => a.isNull(),
    ([a]) => `(${a} IS NULL)`,
  ),
  isNotNull: predicate(
    ([a]) => a.isNotNull(),
    ([a]) => `(NOT ${a} IS NULL)`,
  ),
  sqlIsNotNull: predicate(
    ([a]) => sql(`"${(a.name ?? '').replaceAll('"', '""')}" IS NOT NULL -- as it stands`),
    ([a]) => `(${a} IS NOT NULL)`,
  ),
  and: predicate(
    ([a, ...rest]) => a.and(...rest),
    (args) => `(${args.join(' AND ')})`,
  ),
  or: predicate(
    ([a, ...rest]) => a.or(...rest),
    (args) => `(${args.join(' OR ')})`,
  ),
  not: predicate(
    ([a]) => a.not(),
    ([a]) => `(NOT ${a})`,
  ),
  isNaN: predicate(
    ([a]) => a.isNaN(),
    ([a]) => `(${a} = 'NaN'::DOUBLE)`,
  ),
  isFinite: predicate(
    ([a]) => a.isFinite(),
    ([a]) => `(abs(${a}) < 'Infinity'::DOUBLE)`,
  ),
  coalesce: {
    takes: any,
    gives: typeOfFirst,
    build: (args) => coalesce(...args),
    sql: (args) => `coalesce(${args.join(', ')})`,
  },
  fillNull: { takes: any, gives: typeOfFirst, build: ([a, b]) => a.fillNull(b), sql: ([a, b]) => `ifnull(${a}, ${b})` },
  nullIf: {
    takes: any,
    gives: typeOfFirst,
    build: ([a, b]) => a.nullIf(b),
    sql: ([a, b]) => `CASE WHEN ${a} = ${b} THEN NULL ELSE ${a} END`,
  },
  greatest: {
    takes: any,
    gives: typeOfFirst,
    build: (args) => greatest(...args),
    sql: (args) => `list_max([${args.join(', ')}])`,
  },
  least: {
    takes: any,
    gives: typeOfFirst,
    build: (args) => least(...args),
    sql: (args) => `list_min([${args.join(', ')}])`,
  },
};

/** Arithmetic of integers; the generator makes room for the result, or does not where an overflow is wanted. */
export const arithmetic: Catalog = {
  add: { takes: ['integer', 'integer'], gives: int64, build: ([a, b]) => a.add(b), sql: ([a, b]) => `(${a} + ${b})` },
  sub: { takes: ['integer', 'integer'], gives: int64, build: ([a, b]) => a.sub(b), sql: ([a, b]) => `(${a} - ${b})` },
  mul: { takes: ['integer', 'integer'], gives: int64, build: ([a, b]) => a.mul(b), sql: ([a, b]) => `(${a} * ${b})` },
  intDiv: {
    takes: ['integer', 'integer'],
    gives: int64,
    build: ([a, b]) => a.intDiv(b),
    sql: ([a, b]) => `(${a} // ${b})`,
  },
  mod: { takes: ['integer', 'integer'], gives: int64, build: ([a, b]) => a.mod(b), sql: ([a, b]) => `(${a} % ${b})` },
  neg: {
    takes: ['integer', 'integer'],
    gives: int64,
    build: ([a, b]) => fn('sub', a.neg(), b),
    sql: ([a, b]) => `(-(${a}) - ${b})`,
  },
};
