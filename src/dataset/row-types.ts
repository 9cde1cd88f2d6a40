import type { Value } from './expression-types.ts';

/** The row of a dataset whose columns TypeScript does not know: any name, any value. */
// The one documented `any` of the public API: without a row type every column may be used as anything.
// biome-ignore lint/suspicious/noExplicitAny: see above
export type AnyRow = Record<string, any>;

/** Whether the columns of a row type are known, rather than an index signature. */
export type IsKnown<Row> = string extends keyof Row ? false : true;

/** Names of a row's columns; any string where they are not known. */
export type ColumnName<Row> = IsKnown<Row> extends true ? keyof Row & string : string;

/** What an expression may ask of a row: the row's own columns, or anything where they are not known. */
// biome-ignore lint/suspicious/noExplicitAny: an unknown row satisfies every need
export type Scope<Row> = IsKnown<Row> extends true ? Row : any;

/** The type of an expression that is just a column: resolved when a verb gives it a row. */
export interface Ref<Name extends string> {
  readonly __column: Name;
}

/** The type of an item of the list column `Name`: resolved when a verb gives it a row. */
export interface ItemRef<Name extends string> {
  readonly __itemOf: Name;
}

/** The value type of an expression over rows of type `Row`. */
export type Resolve<T, Row> = T extends Ref<string> | ItemRef<string>
  ? ResolveRef<T, Row>
  : T extends (infer I)[]
    ? I extends Ref<string> | ItemRef<string>
      ? ResolveRef<I, Row>[]
      : T
    : T;

type ResolveRef<T, Row> =
  T extends Ref<infer Name>
    ? Name extends keyof Row
      ? Row[Name]
      : AnyRow[string]
    : T extends ItemRef<infer Name>
      ? Name extends keyof Row
        ? ItemOf<Row[Name]>
        : AnyRow[string]
      : never;

/** Type of a list's items, whether the list may be null or not; anything where it is no list. */
export type ItemOf<L> = NonNullable<L> extends readonly (infer I)[] ? I : AnyRow[string];

/** Flattens an intersection, so that editors show columns. */
export type Simplify<T> = { [K in keyof T]: T[K] } & {};

/** Expressions by the names of the columns that they fill. */
export type Expressions<Row> = Readonly<Record<string, Value<unknown, Scope<Row>>>>;

/** Row type of named expressions over `Row`. */
export type Computed<Row, E> = {
  -readonly [K in keyof E]: E[K] extends Value<infer T, infer _N> ? Resolve<T, Row> : never;
};

/** `Row` after columns are added or replaced. */
export type WithColumns<Row, E> =
  IsKnown<Row> extends true ? Simplify<Omit<Row, keyof E> & Computed<Row, E>> : Simplify<Row & Computed<Row, E>>;

/** `Row` without some columns. */
export type Without<Row, K extends PropertyKey> = IsKnown<Row> extends true ? Simplify<Omit<Row, K>> : Row;

/** Some columns of `Row`. */
export type Only<Row, K extends PropertyKey> = IsKnown<Row> extends true ? Simplify<Pick<Row, K & keyof Row>> : Row;

/** `Row` with columns renamed: `M` maps old names to new ones. */
export type Renamed<Row, M> =
  IsKnown<Row> extends true
    ? { [K in keyof Row as K extends keyof M ? (M[K] extends PropertyKey ? M[K] : K) : K]: Row[K] }
    : AnyRow;

/** `Row` with the list in column `K` replaced by its items. */
export type Exploded<Row, K extends PropertyKey> =
  IsKnown<Row> extends true
    ? { [P in keyof Row]: P extends K ? (Row[P] extends readonly (infer I)[] ? I : unknown) | null : Row[P] }
    : AnyRow;

/** `Row` without columns `K`, and with the columns `N` for their names and `V` for their values. */
export type Unpivoted<Row, K extends PropertyKey, N extends string, V extends string> =
  IsKnown<Row> extends true
    ? Simplify<Omit<Row, K> & { [P in N]: K & string } & { [P in V]: Row[K & keyof Row] }>
    : AnyRow;

/** Row of a join: left columns, then right ones; clashing right names get the suffix, keys of `on` stand once. */
export type Joined<Left, Right, On extends PropertyKey, How, Suffix extends string> = How extends 'semi' | 'anti'
  ? Left
  : IsKnown<Left> extends true
    ? IsKnown<Right> extends true
      ? Simplify<
          Side<Left, How extends 'right' | 'full' ? Exclude<keyof Left, On> : never> &
            RightSide<Left, Right, On, How, Suffix>
        >
      : AnyRow
    : AnyRow;

type Side<Row, Nullable> = { [K in keyof Row]: K extends Nullable ? Row[K] | null : Row[K] };

type RightSide<Left, Right, On, How, Suffix extends string> = {
  [K in Exclude<keyof Right, On> as K extends keyof Left ? `${K & string}${Suffix}` : K]: How extends 'left' | 'full'
    ? Right[K] | null
    : Right[K];
};
