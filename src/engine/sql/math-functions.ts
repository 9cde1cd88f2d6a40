import type { ScalarFunction } from '../../plan/functions.ts';
import { named, type RenderCall } from './render-call.ts';

type MathFunction = Extract<
  ScalarFunction,
  | 'add'
  | 'sub'
  | 'mul'
  | 'div'
  | 'intDiv'
  | 'mod'
  | 'pow'
  | 'neg'
  | 'abs'
  | 'sign'
  | 'round'
  | 'floor'
  | 'ceil'
  | 'trunc'
  | 'sqrt'
  | 'cbrt'
  | 'exp'
  | 'ln'
  | 'log10'
  | 'log2'
  | 'sin'
  | 'cos'
  | 'tan'
  | 'asin'
  | 'acos'
  | 'atan'
  | 'atan2'
  | 'isNaN'
  | 'isFinite'
  | 'bitAnd'
  | 'bitOr'
  | 'bitXor'
  | 'shiftLeft'
  | 'shiftRight'
  | 'greatest'
  | 'least'
>;

/**
 * Arithmetic. Integers overflow with an error, never wrap; `div` is exact division (a float64 of integers and decimals
 * too); `round` is half away from zero; `greatest` and `least` skip nulls.
 */
export const mathFunctions: Readonly<Record<MathFunction, RenderCall>> = {
  add: (a, b) => `(${a} + ${b})`,
  sub: (a, b) => `(${a} - ${b})`,
  mul: (a, b) => `(${a} * ${b})`,
  div: (a, b) => `(${a} / ${b})`,
  // DuckDB's // of floats and decimals does not drop the fraction; trunc leaves integers as they are.
  intDiv: (a, b) => `trunc(${a} // ${b})`,
  mod: (a, b) => `(${a} % ${b})`,
  pow: named('pow'),
  neg: (a) => `(-${a})`,
  abs: named('abs'),
  sign: named('sign'),
  round: named('round'),
  floor: named('floor'),
  ceil: named('ceil'),
  trunc: named('trunc'),
  sqrt: named('sqrt'),
  cbrt: named('cbrt'),
  exp: named('exp'),
  ln: named('ln'),
  log10: named('log10'),
  log2: named('log2'),
  sin: named('sin'),
  cos: named('cos'),
  tan: named('tan'),
  asin: named('asin'),
  acos: named('acos'),
  atan: named('atan'),
  atan2: named('atan2'),
  isNaN: named('isnan'),
  isFinite: named('isfinite'),
  bitAnd: (a, b) => `(${a} & ${b})`,
  bitOr: (a, b) => `(${a} | ${b})`,
  bitXor: named('xor'),
  shiftLeft: (a, b) => `(${a} << ${b})`,
  shiftRight: (a, b) => `(${a} >> ${b})`,
  greatest: named('greatest'),
  least: named('least'),
};
