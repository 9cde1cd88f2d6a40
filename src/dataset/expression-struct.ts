import type { Expression } from './expression.ts';
import type { Call, Value } from './expression-types.ts';

/** Methods of structs. */
export class StructMethods<in Needs> {
  private readonly self: Value;
  private readonly call: Call;

  constructor(self: Value, call: Call) {
    this.self = self;
    this.call = call;
  }

  /** The field `name`; null where the struct is. */
  field<T = unknown>(name: string): Expression<T, Needs> {
    return this.call('struct.field', this.self, name);
  }
}
