import type { JsonValue } from '../errors.ts';
import type { AggregateFunction, ScalarFunction, WindowFunction } from './functions.ts';
import type { DataType } from './types.ts';

/**
 * A constant. `type: 'number'` is a JavaScript number whose SQL type the other operand decides: an integer fits any
 * integer type, a fraction compares exactly and is a float64 in arithmetic. All other constants carry their type.
 *
 * `value` by type: null for null; boolean; string for string, uuid, enum; a number for `number` and floats, or 'NaN',
 * 'Infinity', '-Infinity', '-0'; decimal digits in a string for 64- and 128-bit integers and decimals; ISO text for dates,
 * times and timestamps; base64 for binary; an array for list and array; an array of values in field order for struct;
 * an array of [key, value] for map.
 */
export interface LiteralExpr {
  readonly kind: 'literal';
  readonly type: DataType | { readonly kind: 'number' };
  readonly value: JsonValue;
}

/** A column of the input, by name. */
export interface ColumnExpr {
  readonly kind: 'column';
  readonly name: string;
}

/** An operator or scalar function; argument counts are those of `scalarFunctions`. */
export interface CallExpr {
  readonly kind: 'call';
  readonly fn: ScalarFunction;
  readonly args: readonly Expr[];
}

/** `when(...).then(...)… .otherwise(...)`; without `otherwise` it is null. */
export interface CaseExpr {
  readonly kind: 'case';
  readonly branches: readonly { readonly when: Expr; readonly value: Expr }[];
  readonly otherwise: Expr | null;
}

/** A conversion; `safe` gives null instead of an error for values that do not convert. */
export interface CastExpr {
  readonly kind: 'cast';
  readonly input: Expr;
  readonly type: DataType;
  readonly safe: boolean;
}

/** An aggregate over a group's rows (or a window's, inside {@link WindowExpr}). */
export interface AggregateExpr {
  readonly kind: 'aggregate';
  readonly fn: AggregateFunction;
  readonly args: readonly Expr[];
  readonly distinct: boolean;
  readonly orderBy: readonly SortKey[];
  /** Rows where it is not true are left out. */
  readonly filter: Expr | null;
}

/** A function over the rows around each row. */
export interface WindowExpr {
  readonly kind: 'window';
  readonly fn:
    | AggregateExpr
    | { readonly kind: 'window-function'; readonly fn: WindowFunction; readonly args: readonly Expr[] };
  readonly partitionBy: readonly Expr[];
  readonly orderBy: readonly SortKey[];
  readonly frame: WindowFrame | null;
}

/** Rows or values around the current one; null is unbounded, 0 the current row, negative before it. */
export interface WindowFrame {
  readonly unit: 'rows' | 'range';
  readonly start: number | null;
  readonly end: number | null;
}

/** `(x) => body` of a list function; `parameter` shadows a column of the same name within `body`. */
export interface LambdaExpr {
  readonly kind: 'lambda';
  readonly parameter: string;
  readonly body: Expr;
}

/** A user's SQL expression; the engine parses it and refuses all that is not one row-wise expression. */
export interface SqlExpr {
  readonly kind: 'sql';
  readonly text: string;
}

/** Everything that can be computed from a row; plain frozen data. */
export type Expr =
  | LiteralExpr
  | ColumnExpr
  | CallExpr
  | CaseExpr
  | CastExpr
  | AggregateExpr
  | WindowExpr
  | LambdaExpr
  | SqlExpr;

/** An expression and the name of the column that it fills. */
export interface NamedExpr {
  readonly name: string;
  readonly expr: Expr;
}

/** One key of an order; nulls come last unless `nullsFirst`. */
export interface SortKey {
  readonly expr: Expr;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** Direct operands of an expression, in source order. */
export function childrenOf(expr: Expr): readonly Expr[] {
  switch (expr.kind) {
    case 'literal':
    case 'column':
    case 'sql':
      return [];
    case 'call':
      return expr.args;
    case 'case':
      return [
        ...expr.branches.flatMap(({ when, value }) => [when, value]),
        ...(expr.otherwise ? [expr.otherwise] : []),
      ];
    case 'cast':
      return [expr.input];
    case 'aggregate':
      return [...expr.args, ...expr.orderBy.map((key) => key.expr), ...(expr.filter ? [expr.filter] : [])];
    case 'window':
      return [
        ...(expr.fn.kind === 'aggregate' ? [expr.fn] : expr.fn.args),
        ...expr.partitionBy,
        ...expr.orderBy.map((key) => key.expr),
      ];
    case 'lambda':
      return [expr.body];
  }
}

/** Whether `test` holds for the expression or any part of it. */
export function someExpr(expr: Expr, test: (part: Expr) => boolean): boolean {
  return test(expr) || childrenOf(expr).some((child) => someExpr(child, test));
}

/**
 * Rebuilds an expression bottom-up with `replace`; gives back the same object where nothing changed.
 */
export function mapExpr(expr: Expr, replace: (part: Expr) => Expr): Expr {
  return replace(mapChildrenOf(expr, (child) => mapExpr(child, replace)));
}

/** The expression over changed direct operands; the same object where `inner` gave every one back. */
export function mapChildrenOf(expr: Expr, inner: (child: Expr) => Expr): Expr {
  const list = (parts: readonly Expr[]) => mapSame(parts, inner);
  const keys = (parts: readonly SortKey[]) =>
    mapSame(parts, (key) => {
      const changed = inner(key.expr);
      return changed === key.expr ? key : { ...key, expr: changed };
    });
  return mapChildren(expr, inner, list, keys);
}

function mapChildren(
  expr: Expr,
  inner: (part: Expr) => Expr,
  list: (parts: readonly Expr[]) => readonly Expr[],
  keys: (parts: readonly SortKey[]) => readonly SortKey[],
): Expr {
  switch (expr.kind) {
    case 'literal':
    case 'column':
    case 'sql':
      return expr;
    case 'call':
      return update(expr, { args: list(expr.args) });
    case 'case':
      return update(expr, {
        branches: mapSame(expr.branches, (branch) =>
          update(branch, { when: inner(branch.when), value: inner(branch.value) }),
        ),
        otherwise: expr.otherwise && inner(expr.otherwise),
      });
    case 'cast':
      return update(expr, { input: inner(expr.input) });
    case 'aggregate':
      return update(expr, {
        args: list(expr.args),
        orderBy: keys(expr.orderBy),
        filter: expr.filter && inner(expr.filter),
      });
    case 'window': {
      const fn = expr.fn;
      const changed = fn.kind === 'aggregate' ? (inner(fn) as AggregateExpr) : update(fn, { args: list(fn.args) });
      return update(expr, { fn: changed, partitionBy: list(expr.partitionBy), orderBy: keys(expr.orderBy) });
    }
    case 'lambda':
      return update(expr, { body: inner(expr.body) });
  }
}

/** `array.map(change)`, or `array` itself when `change` gave every element back. */
export function mapSame<T>(array: readonly T[], change: (element: T) => T): readonly T[] {
  const changed = array.map(change);
  return changed.every((element, index) => element === array[index]) ? array : changed;
}

/** `{ ...object, ...changes }`, or `object` itself when every change is the value that stands there. */
export function update<T extends object>(object: T, changes: Partial<T>): T {
  const same = (Object.keys(changes) as (keyof T)[]).every((key) => changes[key] === object[key]);
  return same ? object : { ...object, ...changes };
}
