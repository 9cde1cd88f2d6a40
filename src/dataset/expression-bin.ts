import type { Expression } from './expression.ts';
import type { Call, Value } from './expression-types.ts';

/** Methods of binary values. */
export class BinaryMethods<in Needs> {
  private readonly self: Value;
  private readonly call: Call;

  constructor(self: Value, call: Call) {
    this.self = self;
    this.call = call;
  }

  /** Number of bytes. */
  length(): Expression<number, Needs> {
    return this.call('bin.length', this.self);
  }
}
