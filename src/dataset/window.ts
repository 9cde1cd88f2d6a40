import { PlanError } from '../errors.ts';
import type { SortKey, WindowExpr, WindowFrame } from '../plan/expr.ts';
import type { OrderKey, Value } from './expression-types.ts';

/** Where an order is given: a column's name, an expression (ascending, nulls last) or a sort key. */
export type OrderItem<Row> = string | Value<unknown, Row> | OrderKey<Row>;

/** Which rows an expression with `over` sees, for each row. */
export interface WindowSpec<Row = unknown> {
  /** Rows with equal values belong together; left out, all rows do. */
  readonly partitionBy?: OneOrMany<string | Value<unknown, Row>>;
  readonly orderBy?: OneOrMany<OrderItem<Row>>;
  /** Rows from `rows[0]` to `rows[1]` around the current one (negative before it, null for all); needs an order. */
  readonly rows?: readonly [start: number | null, end: number | null];
  /** Rows whose order key lies from `range[0]` to `range[1]` around the current one's; needs an order. */
  readonly range?: readonly [start: number | null, end: number | null];
}

/** One of something or a list of them. */
export type OneOrMany<T> = T | readonly T[];

/** The plan's form of `fn.over(window)`. */
export function windowOf(fn: WindowExpr['fn'], window: WindowSpec<never>): WindowExpr {
  const orderBy = toArray(window.orderBy).map(toSortKey);
  const frame = frameOf(window);
  if (frame && orderBy.length === 0) {
    throw new PlanError('INVALID_ARGUMENT', 'A window frame needs an order: pass `orderBy` beside it.');
  }
  return {
    kind: 'window',
    fn,
    partitionBy: toArray(window.partitionBy).map((item) =>
      typeof item === 'string' ? { kind: 'column', name: item } : item.node,
    ),
    orderBy,
    frame,
  };
}

/** A sort key for what `sort` and `orderBy` take: names and expressions ascending, nulls last. */
export function toSortKey(item: OrderItem<never>): SortKey {
  if (typeof item === 'string') return { expr: { kind: 'column', name: item }, descending: false, nullsFirst: false };
  return 'key' in item ? item.key : { expr: item.node, descending: false, nullsFirst: false };
}

function frameOf(window: WindowSpec<never>): WindowFrame | null {
  if (window.rows && window.range)
    throw new PlanError('INVALID_ARGUMENT', 'A window frame is given by `rows` or by `range`, not by both.');
  const [unit, bounds] = window.rows ? (['rows', window.rows] as const) : (['range', window.range] as const);
  if (!bounds) return null;
  const [start, end] = bounds;
  if (start !== null && end !== null && !(start <= end)) {
    throw new PlanError(
      'INVALID_ARGUMENT',
      `A window frame starts before it ends; ${unit}: [${start}, ${end}] does not.`,
    );
  }
  return { unit, start, end };
}

/** A list of what was given alone or as a list; empty for nothing. */
export function toArray<T>(value: OneOrMany<T> | undefined): readonly T[] {
  return value === undefined ? [] : Array.isArray(value) ? (value as readonly T[]) : [value as T];
}
