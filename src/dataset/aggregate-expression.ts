import type { AggregateExpr, Expr } from '../plan/expr.ts';
import { type Condition, Expression } from './expression.ts';
import { type WindowSpec, windowOf } from './window.ts';

/** A value computed from a group of rows; {@link over} makes one for each row of it. */
export class Aggregate<T = unknown, Needs = unknown> extends Expression<T, Needs> {
  private readonly aggregate: AggregateExpr;

  constructor(aggregate: AggregateExpr, name?: string) {
    super(aggregate, name);
    this.aggregate = aggregate;
  }

  /** Over the rows that `window` groups, orders and frames, for each row. */
  over<N = unknown>(window: WindowSpec<N> = {}): Expression<T, Needs & N> {
    return new Expression(windowOf(this.aggregate, window));
  }

  /** Leaves out the rows where `condition` is not true; called twice, both have to be. */
  where<N>(condition: Condition<N>): Aggregate<T, Needs & N> {
    return new Aggregate(filteredAggregate(this.aggregate, condition.node), this.name);
  }
}

/** The aggregate over those of its rows where `condition` is true. */
export function filteredAggregate(aggregate: AggregateExpr, condition: Expr): AggregateExpr {
  const { filter } = aggregate;
  return { ...aggregate, filter: filter ? { kind: 'call', fn: 'and', args: [filter, condition] } : condition };
}
