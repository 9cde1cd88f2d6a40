import fc from 'fast-check';
import type { JsonValue } from '../../../src/errors.ts';
import type { CallExpr, Expr, LiteralExpr } from '../../../src/plan/expr.ts';
import type { ScalarFunction } from '../../../src/plan/functions.ts';
import type { DataType } from '../../../src/plan/types.ts';

/** A column and values that stand in it, in the form of DuckDB's JSON. */
export interface TestColumn {
  readonly name: string;
  readonly type: DataType;
  readonly values: readonly unknown[];
}

export const column = (name: string): Expr => ({ kind: 'column', name });
export const number = (value: JsonValue): LiteralExpr => ({ kind: 'literal', type: { kind: 'number' }, value });
export const typed = (type: DataType, value: JsonValue): LiteralExpr => ({ kind: 'literal', type, value });
export const text = (value: string): LiteralExpr => typed({ kind: 'string' }, value);
export const cast = (value: string, type: DataType): Expr => ({ kind: 'cast', input: text(value), type, safe: false });
export const call = (fn: ScalarFunction, ...args: Expr[]): CallExpr => ({ kind: 'call', fn, args });

/** Random conditions that compare columns with values like those that stand in them. */
export function conditionsOver(columns: readonly TestColumn[]): fc.Arbitrary<Expr> {
  const leaf = fc.constantFrom(...columns).chain(comparison);
  return fc.letrec<{ condition: Expr }>((tie) => ({
    condition: fc.oneof(
      { depthSize: 'small', withCrossShrink: true },
      leaf,
      fc.array(tie('condition'), { minLength: 2, maxLength: 3 }).map((parts) => call('and', ...parts)),
      fc.array(tie('condition'), { minLength: 2, maxLength: 3 }).map((parts) => call('or', ...parts)),
      tie('condition').map((part) => call('not', part)),
    ),
  })).condition;
}

function comparison(of: TestColumn): fc.Arbitrary<Expr> {
  const constant = constantOf(of);
  const operator = fc.constantFrom<ScalarFunction>('eq', 'eq', 'ne', 'lt', 'lte', 'gt', 'gte', 'eqNullSafe');
  const self = column(of.name);
  const all: fc.Arbitrary<Expr>[] = [
    fc.tuple(operator, constant).map(([fn, value]) => call(fn, self, value)),
    fc.tuple(operator, constant).map(([fn, value]) => call(fn, value, self)),
    fc.tuple(constant, constant).map(([low, high]) => call('between', self, low, high)),
    fc.array(constant, { minLength: 1, maxLength: 4 }).map((values) => call('isIn', self, ...values)),
    fc.constantFrom<ScalarFunction>('isNull', 'isNotNull').map((fn) => call(fn, self)),
  ];
  if (of.type.kind === 'boolean') all.push(fc.constant(self));
  if (of.type.kind === 'string') {
    const start = fc.tuple(value(of), fc.nat(9)).map(([whole, length]) => text(String(whole ?? '').slice(0, length)));
    // A slice may end within a pair of surrogates, which is no text.
    all.push(
      start
        .filter((prefix) => !/[\ud800-\udbff]$/.test(String(prefix.value)))
        .map((prefix) => call('str.startsWith', self, prefix)),
    );
  }
  return fc.oneof(...all);
}

function value(of: TestColumn): fc.Arbitrary<unknown> {
  return fc.constantFrom(...of.values);
}

function constantOf(of: TestColumn): fc.Arbitrary<Expr> {
  const { type } = of;
  const exact = value(of).map((item): Expr => typed(type, literalValue(type, item)));
  switch (type.kind) {
    case 'date':
    case 'timestamp':
      return fc.oneof(
        exact,
        value(of).map((item) => (item === null ? typed(type, null) : cast(String(item), type))),
        // The other one of the two.
        value(of).map((item) =>
          typed(
            type.kind === 'date' ? { kind: 'timestamp', unit: 'us' } : { kind: 'date' },
            item === null ? null : type.kind === 'date' ? `${item} 00:00:00` : String(item).slice(0, 10),
          ),
        ),
      );
    case 'string':
      return fc.oneof(
        exact,
        value(of).map((item) => text(`${item ?? ''}!`)),
      );
    case 'float32':
    case 'float64':
      return fc.oneof(
        value(of).map((item) => number(item as JsonValue)),
        fc.constantFrom(number('NaN'), number(0), number(2.5)),
      );
    case 'boolean':
    case 'binary':
    case 'uuid':
    case 'time':
    case 'timestamptz':
      return exact;
    default:
      return fc.oneof(
        exact,
        fc.tuple(value(of), fc.constantFrom(0, 1, -1, 0.5)).map(([item, step]) => near(item, step)),
      );
  }
}

/** A JavaScript number at or next to a value. */
function near(item: unknown, step: number): Expr {
  const at = Number(item);
  return item === null || !Number.isFinite(at) || Math.abs(at) > 1e15 ? number(step) : number(at + step);
}

function literalValue(type: DataType, item: unknown): JsonValue {
  if (item === null) return null;
  if (type.kind === 'binary') return Buffer.from(String(item), 'latin1').toString('base64');
  return typeof item === 'boolean' ? item : String(item);
}
