import { PlanError } from '../errors.ts';
import type { NamedExpr } from '../plan/expr.ts';
import type { Named, Value } from './expression-types.ts';
import type { AnyRow, ColumnName, Computed, Expressions, Ref, Resolve, Scope, Simplify } from './row-types.ts';

/** What `select` and `groupBy` take: a column's name, an expression that has a name, or expressions by name. */
export type Selection<Row> = ColumnName<Row> | Value<unknown, Scope<Row>> | Expressions<Row>;

/** Row type of a list of selections. */
export type SelectionRow<Row, S extends readonly unknown[]> = string extends keyof Row
  ? AnyRow
  : Simplify<UnionToIntersection<SelectedRow<Row, S[number]>>>;

type SelectedRow<Row, S> = S extends keyof Row
  ? { [K in S]: Row[K] }
  : S extends Value<infer T, infer _N> & Named<infer Name>
    ? { [K in Name]: Resolve<T, Row> }
    : S extends Value<infer T, infer _N>
      ? T extends Ref<infer Name>
        ? { [K in Name]: Resolve<T, Row> }
        : AnyRow
      : Computed<Row, S>;

type UnionToIntersection<U> = (U extends unknown ? (part: U) => void : never) extends (whole: infer I) => void
  ? I
  : never;

/**
 * Names and expressions of what a verb was given.
 *
 * @throws {PlanError} INVALID_ARGUMENT for an expression without a name, DUPLICATE_COLUMN for a name given twice
 */
export function namedExprs(items: readonly unknown[], verb: string): NamedExpr[] {
  const named = items.flatMap((item) => namedExprsOf(item, verb));
  const seen = new Set<string>();
  for (const { name } of named) {
    if (seen.has(name))
      throw new PlanError(
        'DUPLICATE_COLUMN',
        `${verb}() fills the column ${JSON.stringify(name)} twice; give one of them another name with .as('…').`,
      );
    seen.add(name);
  }
  return named;
}

function namedExprsOf(item: unknown, verb: string): NamedExpr[] {
  if (typeof item === 'string') return [{ name: item, expr: { kind: 'column', name: item } }];
  if (isValue(item)) {
    if (item.name === undefined) {
      throw new PlanError(
        'INVALID_ARGUMENT',
        `${verb}() needs a name for a computed column: ${verb}({ name: expression }) or expression.as('name').`,
      );
    }
    return [{ name: item.name, expr: item.node }];
  }
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    throw new PlanError(
      'INVALID_ARGUMENT',
      `${verb}() takes column names, expressions, or an object of expressions by name; it was given ${String(item)}.`,
    );
  }
  return Object.entries(item).map(([name, value]) => {
    if (isValue(value)) return { name, expr: value.node };
    throw new PlanError(
      'INVALID_ARGUMENT',
      `${verb}() was given ${typeof value === 'object' ? JSON.stringify(value) : String(value)} for ${JSON.stringify(name)}; wrap constants in lit(…) and name columns with col('…').`,
    );
  });
}

function isValue(item: unknown): item is Value {
  return typeof item === 'object' && item !== null && 'node' in item && 'name' in item;
}
