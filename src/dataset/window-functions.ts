import type { Expr } from '../plan/expr.ts';
import type { WindowFunction } from '../plan/functions.ts';
import { toExpr, WindowFunctionCall } from './expression.ts';
import type { Operand, Value } from './expression-types.ts';
import { literal } from './literal.ts';
import type { AnyRow, Ref } from './row-types.ts';

/** 1, 2, 3 … in the window's order; ties are broken by the other columns, so that the answer does not depend on chance. */
export const rowNumber = (): WindowFunctionCall<number> => windowFunction('rowNumber');

/** 1 plus the number of rows before it; ties share a rank and leave a gap. */
export const rank = (): WindowFunctionCall<number> => windowFunction('rank');

/** Like {@link rank}, without gaps. */
export const denseRank = (): WindowFunctionCall<number> => windowFunction('denseRank');

/** `(rank − 1) / (rows − 1)`, 0 to 1. */
export const percentRank = (): WindowFunctionCall<number> => windowFunction('percentRank');

/** Fraction of the rows that come before it or tie with it. */
export const cumeDist = (): WindowFunctionCall<number> => windowFunction('cumeDist');

/** Number, from 1, of the bucket when the rows are dealt into `buckets` of equal size. */
export const ntile = (buckets: number): WindowFunctionCall<number> => windowFunction('ntile', literal(buckets));

/** Value of `column` `offset` rows before, or `fallback`. */
export function lag<Name extends string = never, T = Ref<Name>, N = unknown>(
  column: Name | Value<T, N>,
  offset = 1,
  fallback: Operand = null,
): WindowFunctionCall<T | null, WindowNeeds<Name, N>> {
  return windowFunction('lag', columnExpr(column), literal(offset), toExpr(fallback));
}

/** Value of `column` `offset` rows after, or `fallback`. */
export function lead<Name extends string = never, T = Ref<Name>, N = unknown>(
  column: Name | Value<T, N>,
  offset = 1,
  fallback: Operand = null,
): WindowFunctionCall<T | null, WindowNeeds<Name, N>> {
  return windowFunction('lead', columnExpr(column), literal(offset), toExpr(fallback));
}

/** Value of `column` in the first row of the frame. */
export function firstValue<Name extends string = never, T = Ref<Name>, N = unknown>(
  column: Name | Value<T, N>,
): WindowFunctionCall<T, WindowNeeds<Name, N>> {
  return windowFunction('firstValue', columnExpr(column));
}

/** Value of `column` in the last row of the frame. */
export function lastValue<Name extends string = never, T = Ref<Name>, N = unknown>(
  column: Name | Value<T, N>,
): WindowFunctionCall<T, WindowNeeds<Name, N>> {
  return windowFunction('lastValue', columnExpr(column));
}

/** Value of `column` in row `n` (from 1) of the frame; null where there is none. */
export function nthValue<Name extends string = never, T = Ref<Name>, N = unknown>(
  column: Name | Value<T, N>,
  n: number,
): WindowFunctionCall<T | null, WindowNeeds<Name, N>> {
  return windowFunction('nthValue', columnExpr(column), literal(n));
}

type WindowNeeds<Name extends string, N> = ([Name] extends [never]
  ? unknown
  : { readonly [K in Name]: AnyRow[string] }) &
  N;

function columnExpr(column: string | Value): Expr {
  return typeof column === 'string' ? { kind: 'column', name: column } : column.node;
}

function windowFunction<T, Needs>(fn: WindowFunction, ...args: readonly Expr[]): WindowFunctionCall<T, Needs> {
  return new WindowFunctionCall({ kind: 'window-function', fn, args });
}
