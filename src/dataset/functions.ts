import { PlanError } from '../errors.ts';
import type { CaseExpr } from '../plan/expr.ts';
import { type ScalarFunction, scalarFunctions } from '../plan/functions.ts';
import { type Condition, call, Expression, toExpr } from './expression.ts';
import type { AllNeeds, NeedsOf, Operand, ValueOf, Widen } from './expression-types.ts';
import { literal, type Scalar } from './literal.ts';
import type { AnyRow, Ref } from './row-types.ts';

/** The column `name` of the row. */
export function col<Name extends string>(name: Name): Expression<Ref<Name>, { readonly [K in Name]: AnyRow[string] }> {
  if (typeof name !== 'string' || name === '') {
    throw new PlanError(
      'INVALID_ARGUMENT',
      `col() takes a column's name, not ${JSON.stringify(name) ?? String(name)}.`,
    );
  }
  return new Expression({ kind: 'column', name });
}

/**
 * A constant. Numbers take the type that the other operand asks for; a `Date` at UTC midnight is a date.
 *
 * @throws {PlanError} INVALID_ARGUMENT for values that no column can hold
 */
export function lit<T extends Scalar>(value: T): Expression<Widen<T>> {
  return new Expression(literal(value));
}

/** A chain of conditions; without {@link otherwise} it is null where none holds. */
export class Case<T, Needs> extends Expression<T, Needs> {
  private readonly chain: CaseExpr;

  constructor(chain: CaseExpr) {
    super(chain);
    this.chain = chain;
  }

  /** `value` where no earlier condition holds and this one does. */
  when<N, V extends Operand>(condition: Condition<N>, value: V): Case<T | ValueOf<V>, Needs & N & NeedsOf<V>> {
    return new Case({
      ...this.chain,
      branches: [...this.chain.branches, { when: condition.node, value: toExpr(value) }],
    });
  }

  /** `value` where no condition holds. */
  otherwise<V extends Operand>(value: V): Expression<Exclude<T, null> | ValueOf<V>, Needs & NeedsOf<V>> {
    return new Expression({ ...this.chain, otherwise: toExpr(value) });
  }
}

/** `value` where `condition` is true: `when(c, a).when(d, b).otherwise(e)`. */
export function when<N, V extends Operand>(condition: Condition<N>, value: V): Case<ValueOf<V> | null, N & NeedsOf<V>> {
  return new Case({ kind: 'case', branches: [{ when: condition.node, value: toExpr(value) }], otherwise: null });
}

/**
 * An expression in DuckDB's SQL, over the input's columns: `sql<number>('a + b % 7')`. It is parsed before anything
 * runs and refused unless it is one row-wise expression without subquery, table function or volatile function.
 */
export function sql<T = AnyRow[string]>(text: string): Expression<T, AnyRow[string]> {
  return new Expression({ kind: 'sql', text });
}

/** The scalar function `name` of the table in docs/expressions.md, by its name. */
export function fn<T = AnyRow[string]>(
  name: ScalarFunction,
  ...args: readonly Operand[]
): Expression<T, AnyRow[string]> {
  if (!Object.hasOwn(scalarFunctions, name)) {
    throw new PlanError(
      'UNKNOWN_FUNCTION',
      `Unknown function ${JSON.stringify(name)}. Available: ${Object.keys(scalarFunctions).join(', ')}`,
    );
  }
  return call(name, ...args);
}

/** The first of the values that is not null. */
export function coalesce<const A extends readonly Operand[]>(
  ...values: A
): Expression<ValueOf<A[number]>, AllNeeds<A>> {
  return call('coalesce', ...values);
}

/** The largest of the values; nulls are skipped. */
export function greatest<const A extends readonly Operand[]>(
  ...values: A
): Expression<ValueOf<A[number]>, AllNeeds<A>> {
  return call('greatest', ...values);
}

/** The smallest of the values; nulls are skipped. */
export function least<const A extends readonly Operand[]>(...values: A): Expression<ValueOf<A[number]>, AllNeeds<A>> {
  return call('least', ...values);
}

/** A list of the values, which share one type. */
export function list<const A extends readonly Operand[]>(...values: A): Expression<ValueOf<A[number]>[], AllNeeds<A>> {
  return call('list.of', ...values);
}

/** A struct of named values. */
export function struct<F extends Readonly<Record<string, Operand>>>(
  fields: F,
): Expression<{ [K in keyof F]: ValueOf<F[K]> }, AllNeeds<readonly F[keyof F][]>> {
  return call('struct.of', ...Object.entries(fields).flat());
}
