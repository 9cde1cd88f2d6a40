import type { Expression } from './expression.ts';
import type { Call, Operand, Value } from './expression-types.ts';

/** Methods of maps. */
export class MapMethods<in Needs> {
  private readonly self: Value;
  private readonly call: Call;

  constructor(self: Value, call: Call) {
    this.self = self;
    this.call = call;
  }

  /** The value of `key`; null where there is none. */
  get<T = unknown>(key: Operand): Expression<T, Needs> {
    return this.call('map.get', this.self, key);
  }
  /** Keys, in their order. */
  keys<T = unknown>(): Expression<T[], Needs> {
    return this.call('map.keys', this.self);
  }
  /** Values, in the order of their keys. */
  values<T = unknown>(): Expression<T[], Needs> {
    return this.call('map.values', this.self);
  }
  /** Number of entries. */
  length(): Expression<number, Needs> {
    return this.call('map.length', this.self);
  }
}
