import { PlanError } from '../errors.ts';
import type { AggregateExpr, Expr, WindowExpr } from '../plan/expr.ts';
import { type ScalarFunction, scalarFunctions } from '../plan/functions.ts';
import { parseType } from '../plan/type-name.ts';
import { BinaryMethods } from './expression-bin.ts';
import { DateMethods } from './expression-dt.ts';
import { lambdaExpr } from './expression-lambda.ts';
import { ListMethods } from './expression-list.ts';
import { MapMethods } from './expression-map.ts';
import { StringMethods } from './expression-str.ts';
import { StructMethods } from './expression-struct.ts';
import type {
  AllNeeds,
  Arithmetic,
  Compared,
  Named,
  Need,
  Numeric,
  Operand,
  TypeOfName,
  Value,
} from './expression-types.ts';
import { literal, type Scalar } from './literal.ts';
import type { Ref } from './row-types.ts';
import { SortExpression } from './sort-expression.ts';
import { type WindowSpec, windowOf } from './window.ts';

/** A value that can be true, false or null. */
export type Condition<N> = Value<boolean | null | Ref<string>, N>;

type NumericOperand = Value | Numeric | null;

/**
 * A value computed from a row, built by `col`, `lit`, operators and functions; immutable. What it needs of the row is
 * part of its type, so that TypeScript refuses wrong names and operands.
 */
export class Expression<T = unknown, Needs = unknown> implements Value<T, Needs> {
  readonly node: Expr;
  readonly name: string | undefined;
  declare readonly __value?: T;
  declare readonly __needs?: (row: Needs) => void;

  constructor(node: Expr, name?: string) {
    this.node = node;
    this.name = name ?? (node.kind === 'column' ? node.name : undefined);
  }

  /** The same value under the name `name`. */
  as<Name extends string>(name: Name): Expression<T, Needs> & Named<Name> {
    // The name is part of the type only: `__as` is never there.
    return new Expression<T, Needs>(this.node, name) as Expression<T, Needs> & Named<Name>;
  }

  // Comparisons follow SQL's three values: null when either side is null.

  eq<O extends Operand>(other: O): Expression<boolean, Needs & Compared<T, O>> {
    return call('eq', this, other);
  }
  ne<O extends Operand>(other: O): Expression<boolean, Needs & Compared<T, O>> {
    return call('ne', this, other);
  }
  lt<O extends Operand>(other: O): Expression<boolean, Needs & Compared<T, O>> {
    return call('lt', this, other);
  }
  lte<O extends Operand>(other: O): Expression<boolean, Needs & Compared<T, O>> {
    return call('lte', this, other);
  }
  gt<O extends Operand>(other: O): Expression<boolean, Needs & Compared<T, O>> {
    return call('gt', this, other);
  }
  gte<O extends Operand>(other: O): Expression<boolean, Needs & Compared<T, O>> {
    return call('gte', this, other);
  }
  /** Equal, where null equals null; never null itself. */
  eqNullSafe<O extends Operand>(other: O): Expression<boolean, Needs & Compared<T, O>> {
    return call('eqNullSafe', this, other);
  }
  /** `low ≤ this ≤ high`. */
  between<L extends Operand, H extends Operand>(
    low: L,
    high: H,
  ): Expression<boolean, Needs & Compared<T, L> & Compared<T, H>> {
    return call('between', this, low, high);
  }
  /** Equal to one of `values`; an empty list is false. */
  isIn<O extends Operand>(values: readonly O[]): Expression<boolean, Needs & Compared<T, O>> {
    return values.length === 0 ? new Expression(literal(false)) : call('isIn', this, ...values);
  }
  isNull(): Expression<boolean, Needs> {
    return call('isNull', this);
  }
  isNotNull(): Expression<boolean, Needs> {
    return call('isNotNull', this);
  }

  // Logic follows SQL's three values.

  and<const C extends readonly Condition<never>[]>(
    ...others: C
  ): Expression<boolean, Needs & Need<T, boolean> & AllNeeds<C>> {
    return others.length === 0 ? new Expression(this.node) : call('and', this, ...others);
  }
  or<const C extends readonly Condition<never>[]>(
    ...others: C
  ): Expression<boolean, Needs & Need<T, boolean> & AllNeeds<C>> {
    return others.length === 0 ? new Expression(this.node) : call('or', this, ...others);
  }
  not(): Expression<boolean, Needs & Need<T, boolean>> {
    return call('not', this);
  }

  // Arithmetic: an integer overflow is an error, never a wrap.

  add<O extends NumericOperand>(other: O): Expression<number, Needs & Arithmetic<T, O>> {
    return call('add', this, other);
  }
  sub<O extends NumericOperand>(other: O): Expression<number, Needs & Arithmetic<T, O>> {
    return call('sub', this, other);
  }
  mul<O extends NumericOperand>(other: O): Expression<number, Needs & Arithmetic<T, O>> {
    return call('mul', this, other);
  }
  /** Exact division, also of integers: `5 / 2` is 2.5. */
  div<O extends NumericOperand>(other: O): Expression<number, Needs & Arithmetic<T, O>> {
    return call('div', this, other);
  }
  /** Division of integers, rounded toward zero. */
  intDiv<O extends NumericOperand>(other: O): Expression<number, Needs & Arithmetic<T, O>> {
    return call('intDiv', this, other);
  }
  /** Remainder, with the sign of the dividend. */
  mod<O extends NumericOperand>(other: O): Expression<number, Needs & Arithmetic<T, O>> {
    return call('mod', this, other);
  }
  pow<O extends NumericOperand>(other: O): Expression<number, Needs & Arithmetic<T, O>> {
    return call('pow', this, other);
  }
  neg(): Expression<number, Needs & Need<T, Numeric>> {
    return call('neg', this);
  }
  abs(): Expression<number, Needs & Need<T, Numeric>> {
    return call('abs', this);
  }
  sign(): Expression<number, Needs & Need<T, Numeric>> {
    return call('sign', this);
  }
  /** Rounded half away from zero to `digits` decimals (default 0). */
  round(digits = 0): Expression<number, Needs & Need<T, Numeric>> {
    return call('round', this, digits);
  }
  floor(): Expression<number, Needs & Need<T, Numeric>> {
    return call('floor', this);
  }
  ceil(): Expression<number, Needs & Need<T, Numeric>> {
    return call('ceil', this);
  }
  sqrt(): Expression<number, Needs & Need<T, Numeric>> {
    return call('sqrt', this);
  }
  isNaN(): Expression<boolean, Needs & Need<T, Numeric>> {
    return call('isNaN', this);
  }
  isFinite(): Expression<boolean, Needs & Need<T, Numeric>> {
    return call('isFinite', this);
  }

  // Nulls and types.

  /** This, or `value` where this is null. */
  fillNull<O extends Operand>(value: O): Expression<T, Needs & Compared<T, O>> {
    return call('coalesce', this, value);
  }
  /** Null where this equals `value`, otherwise this. */
  nullIf<O extends Operand>(value: O): Expression<T | null, Needs & Compared<T, O>> {
    return call('nullIf', this, value);
  }
  /**
   * Converts to the type named `type` (`'int64'`, `'decimal(15, 2)'`, `'date'`, `'list<string>'` …).
   * A value that does not convert is an error; see {@link tryCast}.
   *
   * @throws {PlanError} UNKNOWN_TYPE
   */
  cast<Name extends string>(type: Name): Expression<TypeOfName<Name>, Needs> {
    return new Expression({ kind: 'cast', input: this.node, type: parseType(type), safe: false }, this.name);
  }
  /** Like {@link cast}, but a value that does not convert is null. */
  tryCast<Name extends string>(type: Name): Expression<TypeOfName<Name> | null, Needs> {
    return new Expression({ kind: 'cast', input: this.node, type: parseType(type), safe: true }, this.name);
  }

  // Order, for `sort`, windows and ordered aggregates.

  asc(): SortExpression<Needs> {
    return new SortExpression({ expr: this.node, descending: false, nullsFirst: false });
  }
  desc(): SortExpression<Needs> {
    return new SortExpression({ expr: this.node, descending: true, nullsFirst: false });
  }
  /** Ascending, with nulls before all values. */
  nullsFirst(): SortExpression<Needs> {
    return this.asc().nullsFirst();
  }

  // Families of methods by type of value.

  /** Methods of strings. */
  get str(): StringMethods<Needs & Need<T, string>> {
    return new StringMethods(this, call);
  }
  /** Methods of dates and timestamps. */
  get dt(): DateMethods<Needs & Need<T, Date>> {
    return new DateMethods(this, call);
  }
  /** Methods of lists. */
  get list(): ListMethods<T, Needs & Need<T, readonly unknown[]>> {
    return new ListMethods(this, call, lambda);
  }
  /** Methods of structs. */
  get struct(): StructMethods<Needs & Need<T, object>> {
    return new StructMethods(this, call);
  }
  /** Methods of maps. */
  get map(): MapMethods<Needs & Need<T, ReadonlyMap<unknown, unknown>>> {
    return new MapMethods(this, call);
  }
  /** Methods of binary values. */
  get bin(): BinaryMethods<Needs & Need<T, Uint8Array>> {
    return new BinaryMethods(this, call);
  }
}

/** A function that only windows have; {@link over} makes it an expression. */
export class WindowFunctionCall<T = unknown, Needs = unknown> {
  private readonly fn: Exclude<WindowExpr['fn'], AggregateExpr>;
  declare readonly __needs?: (row: Needs) => void;
  declare readonly __value?: T;

  constructor(fn: Exclude<WindowExpr['fn'], AggregateExpr>) {
    this.fn = fn;
  }

  /** Over the rows that `window` groups, orders and frames, for each row. */
  over<N = unknown>(window: WindowSpec<N>): Expression<T, Needs & N> {
    return new Expression(windowOf(this.fn, window));
  }
}

/**
 * An expression for what an operator was given: expressions as they are, JavaScript values as constants.
 *
 * @throws {PlanError} INVALID_ARGUMENT for values that no column can hold
 */
export function toExpr(operand: unknown): Expr {
  if (operand instanceof Expression) return operand.node;
  if (operand instanceof SortExpression) {
    throw new PlanError('INVALID_ARGUMENT', 'A sort key (.asc(), .desc()) stands only in `sort` and `orderBy`.');
  }
  if (operand instanceof WindowFunctionCall) {
    throw new PlanError('INVALID_ARGUMENT', 'A window function needs its window: call .over({ … }) on it.');
  }
  return literal(operand as Scalar);
}

/** The call of a scalar function over operands. */
export function call<T, Needs>(fn: ScalarFunction, ...args: readonly unknown[]): Expression<T, Needs> {
  const [least, most] = scalarFunctions[fn];
  if (args.length < least || args.length > most) {
    throw new PlanError(
      'INVALID_ARGUMENT',
      `${fn} takes ${least === most ? least : `${least} to ${most}`} operands, not ${args.length}.`,
    );
  }
  return new Expression({ kind: 'call', fn, args: args.map(toExpr) });
}

/** The expression of a function of a list's item. */
function lambda(change: (item: never) => unknown): Expression {
  return new Expression(lambdaExpr((item) => toExpr(change(new Expression(item) as never))));
}
