import type { SortKey } from '../plan/expr.ts';
import type { OrderKey } from './expression-types.ts';

/** A key of an order: an expression, its direction and where nulls go (last unless {@link nullsFirst}). */
export class SortExpression<in Needs = unknown> implements OrderKey<Needs> {
  readonly key: SortKey;
  declare readonly __needs?: (row: Needs) => void;

  constructor(key: SortKey) {
    this.key = key;
  }

  /** Puts nulls before all values. */
  nullsFirst(): SortExpression<Needs> {
    return new SortExpression({ ...this.key, nullsFirst: true });
  }
}
