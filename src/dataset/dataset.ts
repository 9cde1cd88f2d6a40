import { randomUUID } from 'node:crypto';
import { PlanError } from '../errors.ts';
import type { LogicalNode } from '../plan/logical.ts';
import type { Condition } from './expression.ts';
import type { OrderKey, Value } from './expression-types.ts';
import { GroupedDataset } from './grouped.ts';
import { type JoinOptions, joinNode } from './join.ts';
import { literal, type Scalar } from './literal.ts';
import { namedExprs, type Selection, type SelectionRow } from './named.ts';
import { type Pivoted, type PivotOptions, pivotColumns } from './pivot.ts';
import type {
  AnyRow,
  ColumnName,
  Exploded,
  Expressions,
  Joined,
  Renamed,
  Scope,
  Unpivoted,
  WithColumns,
  Without,
} from './row-types.ts';
import { Runnable } from './runnable.ts';
import { type OrderItem, toSortKey } from './window.ts';

/**
 * A table that is described, not read: every verb returns a new dataset, and nothing happens until an action
 * (`collect`, `count`, `first`, `toArray`, `toArrow`, `batches`, `show`, `write`) runs. `Row` is the type of its rows.
 */
export class Dataset<Row = AnyRow> extends Runnable<Row> {
  declare readonly __row?: Row;

  /** Exactly these columns: names, expressions with a name, or objects of expressions by name. */
  select<S extends readonly Selection<Row>[]>(...columns: S): Dataset<SelectionRow<Row, S>> {
    return this.derive({ kind: 'select', input: this.node, columns: namedExprs(columns, 'select') });
  }

  /** Without these columns. */
  drop<K extends ColumnName<Row>>(...names: readonly K[]): Dataset<Without<Row, K>> {
    return this.derive({ kind: 'drop', input: this.node, names });
  }

  /** Columns under new names: `rename({ old: 'new' })`. */
  rename<const M extends { readonly [K in ColumnName<Row>]?: string }>(names: M): Dataset<Renamed<Row, M>> {
    return this.derive({ kind: 'rename', input: this.node, names: names as Readonly<Record<string, string>> });
  }

  /** All columns and these; one of the same name is replaced in its place. Expressions see the input's columns only. */
  withColumns<E extends Expressions<Row>>(columns: E): Dataset<WithColumns<Row, E>> {
    return this.derive({ kind: 'withColumns', input: this.node, columns: namedExprs([columns], 'withColumns') });
  }

  /** Rows for which `condition` is true (not false, not null). */
  filter(condition: Condition<Scope<Row>>): Dataset<Row>;
  /** A function of the row. Functions do not run yet: the action refuses it and says which expression to write. */
  filter(condition: (row: Row) => boolean): Dataset<Row>;
  filter(condition: Condition<Scope<Row>> | ((row: Row) => boolean)): Dataset<Row> {
    if (typeof condition === 'function') {
      throw new PlanError(
        'INVALID_ARGUMENT',
        "filter() takes an expression in this version, such as filter(col('total').gt(100)); functions of the row are not supported yet.",
      );
    }
    return this.derive({ kind: 'filter', input: this.node, predicate: condition.node });
  }

  /** Rows that differ in some column; given names, one row (the first in source order) of each combination of those. */
  distinct<K extends ColumnName<Row>>(...on: readonly K[]): Dataset<Row> {
    return this.derive({ kind: 'distinct', input: this.node, on: on.length > 0 ? on : null });
  }

  /**
   * Ordered by names, expressions (ascending) or `.asc()` / `.desc()` keys; nulls last unless `.nullsFirst()`. Ties are
   * in no order unless the last argument is `{ stable: true }`.
   */
  sort(
    ...keys: readonly (ColumnName<Row> | Value<unknown, Scope<Row>> | OrderKey<Scope<Row>> | SortOptions)[]
  ): Dataset<Row> {
    const last = keys.at(-1);
    const options = isSortOptions(last) ? last : {};
    const items = (isSortOptions(last) ? keys.slice(0, -1) : keys) as readonly OrderItem<never>[];
    if (items.length === 0) throw new PlanError('INVALID_ARGUMENT', 'sort() needs at least one column or expression.');
    return this.derive({ kind: 'sort', input: this.node, keys: items.map(toSortKey), stable: options.stable ?? false });
  }

  /** The first `rows` rows, in source order (or the order of a preceding `sort`). */
  limit(rows: number): Dataset<Row> {
    return this.derive({ kind: 'limit', input: this.node, limit: wholeNumber(rows, 'limit'), offset: 0 });
  }

  /** The first `rows` rows, 5 by default. */
  head(rows = 5): Dataset<Row> {
    return this.limit(rows);
  }

  /** Without the first `rows` rows. */
  offset(rows: number): Dataset<Row> {
    return this.derive({ kind: 'limit', input: this.node, limit: null, offset: wholeNumber(rows, 'offset') });
  }

  /**
   * Rows of this and `right` whose keys are equal. Clashing names of the right side get `suffix` (`_right`); keys given
   * by `on` stand once. `how: 'semi' | 'anti'` keeps rows of this that have a partner (have none).
   */
  join<Right, const O extends JoinOptions<Row, Right>>(
    right: Dataset<Right>,
    options: O,
  ): Dataset<JoinedBy<Row, Right, O>> {
    this.sameSession(right, 'join');
    return this.derive(joinNode(this.node, right.node, options as JoinOptions<AnyRow, AnyRow>));
  }

  /** Rows of this, then of the others; columns are matched by name and must be the same. */
  union(...others: readonly Dataset<Row>[]): Dataset<Row> {
    for (const other of others) this.sameSession(other, 'union');
    return this.derive({ kind: 'union', inputs: [this.node, ...others.map((other) => other.node)] });
  }

  /** Distinct rows of this that are not in `other`; columns are matched by name, nulls are equal. */
  except(other: Dataset<Row>): Dataset<Row> {
    this.sameSession(other, 'except');
    return this.derive({ kind: 'set-operation', op: 'except', left: this.node, right: other.node });
  }

  /** Distinct rows of this that are in `other` too; columns are matched by name, nulls are equal. */
  intersect(other: Dataset<Row>): Dataset<Row> {
    this.sameSession(other, 'intersect');
    return this.derive({ kind: 'set-operation', op: 'intersect', left: this.node, right: other.node });
  }

  /**
   * About `fraction` (0 to 1) of the rows, each kept or not by its own hash: the same rows every time, with any number of
   * workers. Rows of Parquet files are told apart by file and position, all others by their values.
   */
  sample(fraction: number, options: { readonly seed?: number } = {}): Dataset<Row> {
    if (!(fraction >= 0 && fraction <= 1)) {
      throw new PlanError('INVALID_ARGUMENT', `sample() takes a fraction of the rows, 0 to 1; ${fraction} is none.`);
    }
    return this.derive({ kind: 'sample', input: this.node, fraction, seed: wholeNumber(options.seed ?? 0, 'sample') });
  }

  /** One row for each item of the list `column`; empty and null lists give a row with null unless `keepEmpty: false`. */
  explode<K extends ColumnName<Row>>(
    column: K,
    options: { readonly keepEmpty?: boolean } = {},
  ): Dataset<Exploded<Row, K>> {
    return this.derive({ kind: 'explode', input: this.node, column, keepEmpty: options.keepEmpty ?? true });
  }

  /** Columns into rows: one row for each of `columns`, with its name in `nameTo` and its value in `valueTo`. */
  unpivot<K extends ColumnName<Row>, const N extends string = 'name', const V extends string = 'value'>(
    columns: readonly K[],
    options: { readonly nameTo?: N; readonly valueTo?: V } = {},
  ): Dataset<Unpivoted<Row, K, N, V>> {
    return this.derive({
      kind: 'unpivot',
      input: this.node,
      columns,
      nameTo: options.nameTo ?? 'name',
      valueTo: options.valueTo ?? 'value',
    });
  }

  /**
   * Rows into columns: a row for each combination of `index`, in it a column for each of `values`, filled with `agg` over
   * the rows where `on` has that value (null, or a count of 0, where there is none). Other values of `on` have no column.
   */
  pivot<const O extends PivotOptions<Row>>(options: O): Dataset<Pivoted<Row, O>> {
    return this.derive({ kind: 'aggregate', input: this.node, ...pivotColumns<Row>(options) });
  }

  /** Nulls replaced by `value`, in the named columns, or in every column whose type it fits. */
  fillNull<K extends ColumnName<Row>>(
    value: Exclude<Scalar, null | undefined>,
    ...columns: readonly K[]
  ): Dataset<Row> {
    const names = columns.length > 0 ? columns : null;
    return this.derive({ kind: 'fillNull', input: this.node, names, value: literal(value) });
  }

  /** Rows without a null in the named columns, or in any. */
  dropNulls<K extends ColumnName<Row>>(...columns: readonly K[]): Dataset<Row> {
    return this.derive({ kind: 'dropNulls', input: this.node, names: columns.length > 0 ? columns : null });
  }

  /** One row for each column: type, number of values and nulls, mean, standard deviation, quartiles, extremes as text. */
  describe(): Dataset<ColumnStatistics> {
    return this.derive({ kind: 'describe', input: this.node });
  }

  /** The same rows, computed by the first query that needs them and kept until the session closes. */
  persist(): Dataset<Row> {
    return this.derive({ kind: 'persist', input: this.node, id: randomUUID() });
  }

  /** Groups by names, expressions with a name, or objects of expressions by name; `.agg()` follows. */
  groupBy<S extends readonly Selection<Row>[]>(...keys: S): GroupedDataset<Row, SelectionRow<Row, S>> {
    return new GroupedDataset(namedExprs(keys, 'groupBy'), (keyExprs, aggregates) =>
      this.derive({ kind: 'aggregate', input: this.node, keys: keyExprs, aggregates }),
    );
  }

  /** Aggregates over all rows: one row. */
  agg<E extends Expressions<Row>>(aggregates: E): Dataset<WithColumns<Record<never, never>, E>> {
    return this.groupBy().agg(aggregates) as unknown as Dataset<WithColumns<Record<never, never>, E>>;
  }

  private derive<R>(node: LogicalNode): Dataset<R> {
    return new Dataset<R>(this.context, node);
  }

  private sameSession(other: { readonly node: LogicalNode }, verb: string): void {
    if ((other as Dataset).context !== this.context) {
      throw new PlanError(
        'INVALID_ARGUMENT',
        `${verb}() takes datasets of one session; this one was made by another connect().`,
      );
    }
  }
}

/** A row of `describe()`. */
export interface ColumnStatistics {
  column: string;
  type: string;
  count: number;
  nulls: number;
  mean: number | null;
  stddev: number | null;
  min: string | null;
  q25: number | null;
  median: number | null;
  q75: number | null;
  max: string | null;
}

/** Options of `sort`, after its keys. */
export interface SortOptions {
  /** Ties keep the order of the input. */
  readonly stable?: boolean;
}

/** Row type of `left.join(right, options)`. */
export type JoinedBy<Left, Right, O> = Joined<
  Left,
  Right,
  O extends { readonly on: infer On } ? (On extends readonly (infer K)[] ? K & string : On & string) : never,
  O extends { readonly how: infer How } ? How : 'inner',
  O extends { readonly suffix: infer S extends string } ? S : '_right'
>;

function isSortOptions(item: unknown): item is SortOptions {
  return typeof item === 'object' && item !== null && !('node' in item) && !('key' in item);
}

function wholeNumber(value: number, verb: string): number {
  if (Number.isSafeInteger(value) && value >= 0) return value;
  throw new PlanError('INVALID_ARGUMENT', `${verb}() takes a whole number of rows, 0 or more; ${value} is none.`);
}
