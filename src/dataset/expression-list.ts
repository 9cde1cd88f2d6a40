import type { Condition, Expression } from './expression.ts';
import type { Call, ListItem, NeedsOf, Operand, Value, ValueOf } from './expression-types.ts';

/** Builds the expression of a function of an item; handed to the lists' methods like {@link Call}. */
export type Lambda = (change: (item: never) => unknown) => Value;

/** Methods of lists; positions count from 0, negative ones from the end. */
export class ListMethods<T, in Needs> {
  private readonly self: Value;
  private readonly call: Call;
  private readonly lambda: Lambda;

  constructor(self: Value, call: Call, lambda: Lambda) {
    this.self = self;
    this.call = call;
    this.lambda = lambda;
  }

  /** Number of items. */
  length(): Expression<number, Needs> {
    return this.call('list.length', this.self);
  }
  /** Item at a position; null beyond the ends. */
  get(index: number): Expression<ListItem<T>, Needs> {
    return this.call('list.get', this.self, index);
  }
  /** `length` items (default: the rest) from position `start`. */
  slice(start: number, length?: number): Expression<T, Needs> {
    return this.call('list.slice', this.self, start, ...(length === undefined ? [] : [length]));
  }
  /** Whether an item equals `value`. */
  contains(value: Operand): Expression<boolean, Needs> {
    return this.call('list.contains', this.self, value);
  }
  /** Position of the first item that equals `value`, −1 where there is none. */
  indexOf(value: Operand): Expression<number, Needs> {
    return this.call('list.indexOf', this.self, value);
  }
  /** Sum of the items; nulls are skipped. */
  sum(): Expression<number, Needs> {
    return this.call('list.sum', this.self);
  }
  avg(): Expression<number, Needs> {
    return this.call('list.avg', this.self);
  }
  min(): Expression<ListItem<T>, Needs> {
    return this.call('list.min', this.self);
  }
  max(): Expression<ListItem<T>, Needs> {
    return this.call('list.max', this.self);
  }
  /**
   * What `change` makes of each item: `col('prices').list.map((price) => price.mul(1.2))`. It is called once, to build
   * the expression, which may also read columns of the row.
   */
  map<O extends Operand>(change: (item: Expression<ListItem<T>>) => O): Expression<ValueOf<O>[], Needs & NeedsOf<O>> {
    return this.call('list.map', this.self, this.lambda(change));
  }
  /** The items for which `condition` is true: `col('tags').list.filter((tag) => tag.ne('new'))`. */
  filter<N>(condition: (item: Expression<ListItem<T>>) => Condition<N>): Expression<T, Needs & N> {
    return this.call('list.filter', this.self, this.lambda(condition));
  }
  /** Ascending, nulls last. */
  sort(): Expression<T, Needs> {
    return this.call('list.sort', this.self);
  }
  reverse(): Expression<T, Needs> {
    return this.call('list.reverse', this.self);
  }
  /** Each item once, in no order; nulls are skipped. */
  distinct(): Expression<T, Needs> {
    return this.call('list.distinct', this.self);
  }
  /** This list's items, then those of the others. */
  concat(...others: readonly Operand[]): Expression<T, Needs> {
    return this.call('list.concat', this.self, ...others);
  }
  /** Items as text with `separator` between them; nulls are skipped. */
  join(separator: string): Expression<string, Needs> {
    return this.call('list.join', this.self, separator);
  }
}
