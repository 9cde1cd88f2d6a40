import { PlanError } from '../errors.ts';
import type { LogicalNode } from '../plan/logical.ts';
import type { Schema } from '../plan/types.ts';
import {
  type ActionOptions,
  type ExplainOptions,
  explainQuery,
  type QueryContext,
  runBatches,
  runCollect,
  runSchema,
} from './actions.ts';
import { count as countRows } from './aggregates.ts';
import type { Condition } from './expression.ts';
import type { OrderKey, Value } from './expression-types.ts';
import { GroupedDataset } from './grouped.ts';
import { type JoinOptions, joinNode } from './join.ts';
import { namedExprs, type Selection, type SelectionRow } from './named.ts';
import type { Result } from './result.ts';
import type { AnyRow, ColumnName, Expressions, Joined, Renamed, Scope, WithColumns, Without } from './row-types.ts';
import { type OrderItem, toSortKey } from './window.ts';
import { Writer } from './writer.ts';

/**
 * A table that is described, not read: every verb returns a new dataset, and nothing happens until an action
 * (`collect`, `count`, `first`, `toArray`, `toArrow`, `batches`, `show`, `write`) runs. `Row` is the type of its rows.
 */
export class Dataset<Row = AnyRow> implements AsyncIterable<Row> {
  /** The plan so far, as plain data. */
  readonly node: LogicalNode;
  private readonly context: QueryContext;
  declare readonly __row?: Row;

  /** Made by `read.*`, `from` and verbs, not by users. */
  constructor(context: QueryContext, node: LogicalNode) {
    this.context = context;
    this.node = Object.freeze(node);
  }

  // ── verbs: each describes a new dataset ──────────────────────────────────────────────────────────────────────────

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

  // ── actions: each runs the query ─────────────────────────────────────────────────────────────────────────────────

  /** All rows, in memory. */
  collect(options: ActionOptions = {}): Promise<Result<Row>> {
    return runCollect<Row>(this.context, this.node, options);
  }

  /** Number of rows. */
  async count(options: ActionOptions = {}): Promise<number> {
    const counted = this.derive<{ rows: number }>({
      kind: 'aggregate',
      input: this.node,
      keys: [],
      aggregates: [{ name: 'rows', expr: countRows().node }],
    });
    return (await counted.toArray(options))[0]?.rows ?? 0;
  }

  /** The first row, or null when there is none. */
  async first(options: ActionOptions = {}): Promise<Row | null> {
    return (await this.limit(1).toArray(options))[0] ?? null;
  }

  /** All rows as plain objects. */
  async toArray(options: ActionOptions = {}): Promise<Row[]> {
    return (await this.collect(options)).toArray();
  }

  /** All rows as an apache-arrow table. */
  async toArrow(options: ActionOptions = {}): Promise<import('apache-arrow').Table> {
    return (await this.collect(options)).toArrow();
  }

  /** Rows a batch at a time; never more than a few batches are in memory. Ending the loop early ends the query. */
  batches(options: ActionOptions & { readonly batchRows?: number } = {}): AsyncGenerator<Result<Row>> {
    return runBatches<Row>(this.context, this.node, options);
  }

  /** Row by row, read in batches. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row> {
    for await (const batch of this.batches()) yield* batch.toArray();
  }

  /** Prints the first `rows` rows as a table. */
  async show(rows = 10, options: ActionOptions = {}): Promise<void> {
    process.stdout.write(`${await this.limit(rows).collect(options)}\n`);
  }

  /** Names and types of the columns; reads no more than planning does. */
  schema(options: ActionOptions = {}): Promise<Schema> {
    return runSchema(this.context, this.node, options);
  }

  /** The plan as text: what will be read, skipped, computed where. */
  explain(options: ExplainOptions = {}): Promise<string> {
    return explainQuery(this.context, this.node, options);
  }

  /** Writes the rows to files: `write.parquet(path)`, `write.csv(path)`. */
  get write(): Writer {
    return new Writer(this.context, this.node);
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
