import { fn, greatest, least } from '../../../src/index.ts';
import { limitOf, someDecimal } from '../kinds.ts';
import { type Catalog, float64, int32, int64, numberOf, type Operands, type Typed } from './function-spec.ts';

const fits = ([a]: Operands<Typed>): boolean => a.bound <= limitOf(a.type);
const typeOfFirst = ([a]: Operands<Typed>) => a.type;
const boundOfFirst = ([a]: Operands<Typed>) => a.bound;

/** Functions of numbers that do not overflow; the arithmetic of integers is a matter of its own. */
export const numberFunctions: Catalog = {
  absInteger: {
    takes: ['integer'],
    gives: typeOfFirst,
    bound: boundOfFirst,
    safe: fits,
    build: ([a]) => a.abs(),
    sql: ([a]) => `abs(${a})`,
  },
  signInteger: {
    takes: ['integer'],
    gives: { kind: 'int8' },
    bound: () => 1,
    build: ([a]) => a.sign(),
    sql: ([a]) => `CASE WHEN ${a} > 0 THEN 1 WHEN ${a} < 0 THEN -1 WHEN ${a} = 0 THEN 0 END::TINYINT`,
  },
  booleanToInteger: {
    takes: ['boolean'],
    gives: int32,
    bound: () => 1,
    build: ([a]) => a.cast('int32'),
    sql: ([a]) => `CASE WHEN ${a} THEN 1 WHEN NOT ${a} THEN 0 END::INTEGER`,
  },
  lowBits: {
    takes: ['integer'],
    gives: int64,
    bound: () => 255,
    safe: ([a]) => a.bound < 2 ** 63,
    build: ([a]) => fn('bitAnd', a.cast('int64'), 255),
    sql: ([a]) => `(${a}::BIGINT & 255)`,
  },
  divideIntegers: {
    takes: ['integer', 'integer'],
    gives: float64,
    build: ([a, b]) => a.div(b),
    sql: ([a, b]) => `(${a}::DOUBLE / ${b}::DOUBLE)`,
  },
  integerToFloat: {
    takes: ['integer'],
    gives: float64,
    build: ([a]) => a.cast('float64'),
    sql: ([a]) => `${a}::DOUBLE`,
  },
  decimalToFloat: {
    takes: ['decimal'],
    gives: float64,
    build: ([a]) => a.cast('float64'),
    sql: ([a]) => `${a}::DOUBLE`,
  },
  addFloats: {
    takes: ['float64', 'float64'],
    gives: float64,
    build: ([a, b]) => a.add(b),
    sql: ([a, b]) => `(${a} + ${b})`,
  },
  subtractFloats: {
    takes: ['float64', 'float64'],
    gives: float64,
    build: ([a, b]) => a.sub(b),
    sql: ([a, b]) => `(${a} - ${b})`,
  },
  multiplyFloats: {
    takes: ['float64', 'float64'],
    gives: float64,
    build: ([a, b]) => a.mul(b),
    sql: ([a, b]) => `(${a} * ${b})`,
  },
  divideFloat: {
    takes: ['float64'],
    gives: float64,
    params: (choices) => [choices.pick([2, 3, -0.1, 1e9])],
    build: ([a], [by]) => a.div(numberOf(by)),
    sql: ([a], [by]) => `(${a} / '${by}'::DOUBLE)`,
  },
  remainderOfFloat: {
    takes: ['float64'],
    gives: float64,
    params: (choices) => [choices.pick([3, -2, 0.5])],
    build: ([a], [by]) => a.mod(numberOf(by)),
    sql: ([a], [by]) => `(${a} % '${by}'::DOUBLE)`,
  },
  addFraction: {
    takes: ['integer'],
    gives: float64,
    params: (choices) => [choices.pick([0.5, 0.1, -2.25])],
    build: ([a], [by]) => a.add(numberOf(by)),
    sql: ([a], [by]) => `(${a}::DOUBLE + '${by}'::DOUBLE)`,
  },
  rootOfFloat: { takes: ['float64'], gives: float64, build: ([a]) => a.abs().sqrt(), sql: ([a]) => `sqrt(abs(${a}))` },
  cubeRoot: { takes: ['float64'], gives: float64, build: ([a]) => fn('cbrt', a), sql: ([a]) => `cbrt(${a})` },
  arcTangent: { takes: ['float64'], gives: float64, build: ([a]) => fn('atan', a), sql: ([a]) => `atan(${a})` },
  floorFloat: { takes: ['float64'], gives: float64, build: ([a]) => a.floor(), sql: ([a]) => `floor(${a})` },
  ceilFloat: { takes: ['float64'], gives: float64, build: ([a]) => a.ceil(), sql: ([a]) => `-floor(-(${a}))` },
  negateFloat: { takes: ['float64'], gives: float64, build: ([a]) => a.neg(), sql: ([a]) => `(-(${a}))` },
  roundFloat: {
    takes: ['float64'],
    gives: float64,
    params: (choices) => [choices.between(0, 2)],
    build: ([a], [digits]) => a.round(numberOf(digits)),
    sql: ([a], [digits]) => `round(${a}, ${digits})`,
  },
  greatestFloat: {
    takes: ['float64', 'float64'],
    gives: float64,
    build: ([a, b]) => greatest(a, b),
    sql: ([a, b]) => `CASE WHEN ${a} IS NULL OR ${b} > ${a} THEN ${b} ELSE ${a} END`,
  },
  leastFloat: {
    takes: ['float64', 'float64'],
    gives: float64,
    build: ([a, b]) => least(a, b),
    sql: ([a, b]) => `CASE WHEN ${a} IS NULL OR ${b} < ${a} THEN ${b} ELSE ${a} END`,
  },
  // The engine takes the negation of a constant null for an INTEGER.
  negateDecimal: {
    takes: ['decimal'],
    gives: typeOfFirst,
    safe: isColumn,
    build: ([a]) => a.neg(),
    sql: ([a]) => `(-(${a}))`,
  },
  absDecimal: { takes: ['decimal'], gives: typeOfFirst, build: ([a]) => a.abs(), sql: ([a]) => `abs(${a})` },
  floorDecimal: {
    takes: ['decimal'],
    gives: someDecimal,
    safe: isSmall,
    build: ([a]) => a.floor(),
    sql: ([a]) => `floor(${a})`,
  },
  roundDecimal: {
    takes: ['decimal'],
    gives: someDecimal,
    safe: isSmall,
    params: (choices) => [choices.between(0, 1)],
    build: ([a], [digits]) => a.round(numberOf(digits)),
    sql: ([a], [digits]) => `round(${a}, ${digits})`,
  },
  addDecimals: {
    takes: ['decimal', 'decimal'],
    gives: someDecimal,
    safe: areSmall,
    build: ([a, b]) => a.add(b),
    sql: ([a, b]) => `(${a} + ${b})`,
  },
  multiplyDecimals: {
    takes: ['decimal', 'decimal'],
    gives: someDecimal,
    safe: areSmall,
    build: ([a, b]) => a.mul(b),
    sql: ([a, b]) => `(${a} * ${b})`,
  },
  subtractFromDecimal: {
    takes: ['decimal'],
    gives: someDecimal,
    safe: isSmall,
    params: (choices) => [choices.between(0, 9)],
    build: ([a], [by]) => a.sub(numberOf(by)),
    sql: ([a], [by]) => `(${a} - ${by})`,
  },
  divideDecimal: {
    takes: ['decimal'],
    gives: float64,
    params: (choices) => [choices.between(1, 7)],
    build: ([a], [by]) => a.div(numberOf(by)),
    sql: ([a], [by]) => `(${a}::DOUBLE / ${by}::DOUBLE)`,
  },
  integerToDecimal: {
    takes: ['integer'],
    gives: { kind: 'decimal', precision: 18, scale: 4 },
    bound: boundOfFirst,
    safe: ([a]) => a.bound < 1e14,
    build: ([a]) => a.cast('decimal(18, 4)'),
    sql: ([a]) => `${a}::DECIMAL(18, 4)`,
  },
};

/** Decimals of nine digits: sums and products of two have room. */
function isSmall([a]: readonly [Typed, ...Typed[]]): boolean {
  return a.type.kind === 'decimal' && a.type.precision === 9;
}

function areSmall([a, b]: Operands<Typed>): boolean {
  return isSmall([a]) && isSmall([b]);
}

function isColumn([a]: Operands<Typed>): boolean {
  return a.expr.kind === 'column';
}
