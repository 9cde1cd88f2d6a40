import type { Expr, SortKey } from '../plan/expr.ts';
import type { ScalarFunction } from '../plan/functions.ts';
import type { Expression } from './expression.ts';
import type { Scalar } from './literal.ts';
import type { AnyRow, ItemOf, ItemRef, Ref } from './row-types.ts';

/**
 * Anything computed from a row: what verbs and operators accept. `T` is the JavaScript type of its values; `Needs` is
 * the row that it reads, contravariantly: a value fits a dataset whose rows have those columns with those types.
 */
export interface Value<out T = unknown, in Needs = never> {
  /** The plan's form of the value. */
  readonly node: Expr;
  /** Name of the column that it fills where none is given; undefined for computed values. */
  readonly name: string | undefined;
  readonly __value?: T;
  readonly __needs?: (row: Needs) => void;
}

/** A value that was given a name by `.as()`. */
export interface Named<Name extends string> {
  readonly __as: Name;
}

/** A key of an order, as `.asc()` and `.desc()` give it. */
export interface OrderKey<in Needs = never> {
  readonly key: SortKey;
  readonly __needs?: (row: Needs) => void;
}

/** What operators take beside an expression: an expression or a JavaScript value. */
export type Operand = Value | Scalar;

/** Builds the call of a scalar function; handed to the method families so that they need not import `Expression`. */
export type Call = <T, Needs>(fn: ScalarFunction, ...args: readonly unknown[]) => Expression<T, Needs>;

export type Numeric = number | bigint;

type Nullable<V> = V | null | undefined;

/** A need that no row meets: shows in the compiler's message which type stood where another was needed. */
export interface Mismatch<Found, Expected> {
  readonly 'operand of the wrong type': { readonly found: Found; readonly expected: Expected };
}

/** What must hold of the row for a value of type `T` to be a `V`; of several types (`coalesce`, `when`), what holds for each. */
export type Need<T, V> = unknown extends T
  ? unknown
  : (T extends unknown ? (row: NeedOfOne<T, V>) => void : never) extends (row: infer Row) => void
    ? Row
    : unknown;

type NeedOfOne<T, V> =
  T extends Ref<infer Name>
    ? { readonly [K in Name]: Nullable<V> }
    : T extends ItemRef<infer Name>
      ? { readonly [K in Name]: Nullable<readonly Nullable<V>[]> }
      : T extends Nullable<V>
        ? unknown
        : Mismatch<T, V>;

/** Value type of an item of a list of type `T`. */
export type ListItem<T> =
  T extends Ref<infer Name> ? ItemRef<Name> : T extends ItemRef<string> ? AnyRow[string] : ItemOf<T>;

/** Types that compare with `O`. */
export type Comparable<O> = O extends Numeric
  ? Numeric
  : O extends string
    ? string
    : O extends boolean
      ? boolean
      : O extends Date
        ? Date
        : unknown;

/** Needs of an operand itself. */
export type NeedsOf<O> = O extends Value<infer _T, infer N> ? N : unknown;

/** Types that are known only when a verb gives the row. */
type Reference = Ref<string> | ItemRef<string>;

/** What all values together need of the row. */
export type AllNeeds<A extends readonly unknown[]> = (
  A[number] extends infer O
    ? O extends Value<infer _T, infer N>
      ? (row: N) => void
      : never
    : never
) extends (row: infer Row) => void
  ? Row
  : unknown;

/** What must hold of the row for `T` to be compared with `O`. */
export type Compared<T, O> =
  O extends Value<infer U, infer N>
    ? N &
        ([U] extends [Reference]
          ? [T] extends [Reference]
            ? unknown
            : Need<U, Comparable<T>>
          : Need<T, Comparable<U>>)
    : O extends null | undefined
      ? unknown
      : Need<T, Comparable<O>>;

/** What must hold of the row for both operands to be numbers. */
export type Arithmetic<T, O> = Need<T, Numeric> &
  (O extends Value<infer U, infer N>
    ? N & Need<U, Numeric>
    : O extends Nullable<Numeric>
      ? unknown
      : Mismatch<O, Numeric>);

/** JavaScript type of a literal, widened. */
export type Widen<T> = T extends number
  ? number
  : T extends string
    ? string
    : T extends boolean
      ? boolean
      : T extends bigint
        ? bigint
        : T extends undefined
          ? null
          : T;

/** Value type of an operand: a literal's own type, widened, or the expression's. */
export type ValueOf<O> = O extends Value<infer T, infer _N> ? T : Widen<O>;

interface TypeNames {
  boolean: boolean;
  bool: boolean;
  int8: number;
  int16: number;
  int32: number;
  int64: number;
  int128: number;
  uint8: number;
  uint16: number;
  uint32: number;
  uint64: number;
  float32: number;
  float64: number;
  int: number;
  integer: number;
  bigint: number;
  double: number;
  number: number;
  string: string;
  text: string;
  varchar: string;
  uuid: string;
  time: string;
  date: Date;
  timestamp: Date;
  timestamptz: Date;
  binary: Uint8Array;
}

/** JavaScript type of the values of a type name, as results give them by default. */
export type TypeOfName<Name extends string> = Name extends keyof TypeNames
  ? TypeNames[Name]
  : Name extends `decimal${string}`
    ? number
    : Name extends `${infer Item}[]` | `list<${infer Item}>`
      ? TypeOfName<Item>[]
      : unknown;
