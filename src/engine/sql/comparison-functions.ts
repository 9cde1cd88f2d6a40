import type { ScalarFunction } from '../../plan/functions.ts';
import { named, type RenderCall } from './render-call.ts';

type ComparisonFunction = Extract<
  ScalarFunction,
  | 'eq'
  | 'ne'
  | 'lt'
  | 'lte'
  | 'gt'
  | 'gte'
  | 'eqNullSafe'
  | 'between'
  | 'isIn'
  | 'isNull'
  | 'isNotNull'
  | 'and'
  | 'or'
  | 'not'
  | 'coalesce'
  | 'nullIf'
>;

/** Comparison and logic with SQL's three values. NaN equals itself and sorts above +∞, −0 equals 0. */
export const comparisonFunctions: Readonly<Record<ComparisonFunction, RenderCall>> = {
  eq: (a, b) => `(${a} = ${b})`,
  ne: (a, b) => `(${a} <> ${b})`,
  lt: (a, b) => `(${a} < ${b})`,
  lte: (a, b) => `(${a} <= ${b})`,
  gt: (a, b) => `(${a} > ${b})`,
  gte: (a, b) => `(${a} >= ${b})`,
  eqNullSafe: (a, b) => `(${a} IS NOT DISTINCT FROM ${b})`,
  between: (a, low, high) => `(${a} BETWEEN ${low} AND ${high})`,
  isIn: (a, ...items) => (items.length > 0 ? `(${a} IN (${items.join(', ')}))` : 'FALSE'),
  isNull: (a) => `(${a} IS NULL)`,
  isNotNull: (a) => `(${a} IS NOT NULL)`,
  and: (...items) => `(${items.join(' AND ')})`,
  or: (...items) => `(${items.join(' OR ')})`,
  not: (a) => `(NOT ${a})`,
  coalesce: named('coalesce'),
  nullIf: named('nullif'),
};

/**
 * The same functions in a form whose binding refuses operands that do not go together: DuckDB's own comparisons accept
 * `bigint = 'abc'` and `NOT 'abc'` and fail on the rows. For binding only, never run.
 *
 * BETWEEN and coalesce find a common type without casting from text; `list_bool_and` takes booleans only.
 */
export const checkedFunctions: Readonly<Partial<Record<ScalarFunction, RenderCall>>> = {
  eq: sameType,
  ne: sameType,
  lt: sameType,
  lte: sameType,
  gt: sameType,
  gte: sameType,
  eqNullSafe: (a, b) => `(${sameType(a, b)} IS NOT NULL)`,
  isIn: (...items) => `(coalesce(${items.join(', ')}) IS NULL)`,
  and: (...items) => `(${items.map(checkedCondition).join(' AND ')})`,
  or: (...items) => `(${items.map(checkedCondition).join(' OR ')})`,
  not: (a) => `(NOT ${checkedCondition(a)})`,
  nullIf: (a, b) => `CASE WHEN ${sameType(a, b)} THEN NULL ELSE ${a} END`,
  'dt.date': (x) => `CAST(date_trunc('day', ${x}) AS DATE)`,
  'dt.epochMs': (x) => `epoch_ms(date_trunc('day', ${x}))`,
};

/** `condition` in a form that binds only when it is boolean (or null); for binding only. */
export function checkedCondition(condition: string): string {
  return `list_bool_and([${condition}])`;
}

function sameType(a = '', b = ''): string {
  return `(${a} BETWEEN ${b} AND ${b})`;
}
