import { InternalError, UnknownColumnError } from '../../errors.ts';
import type {
  AggregateExpr,
  CallExpr,
  CaseExpr,
  CastExpr,
  Expr,
  LambdaExpr,
  SortKey,
  WindowExpr,
} from '../../plan/expr.ts';
import { aggregateFunctionSql } from './aggregate-functions.ts';
import { checkedCondition, checkedFunctions } from './comparison-functions.ts';
import { comparing, isWord, scalarFunctionSql } from './functions.ts';
import { renderLiteral } from './literal.ts';
import { foldCase, freshName } from './names.ts';
import { hideNestedBounds } from './nested-bounds.ts';
import type { NumberPlace } from './number-literal.ts';
import { quoteIdentifier } from './quote.ts';
import { renderType } from './type.ts';
import { renderOver, windowFunctionSql } from './window.ts';

/** What names mean where an expression stands. */
export interface Scope {
  /** SQL of each column, by name. */
  readonly columns: ReadonlyMap<string, string>;
  /** The SQL is bound, never run: operands of comparisons and conditions must be of fitting types. */
  readonly checked: boolean;
}

/**
 * The SQL of an expression; operators stand in parentheses.
 *
 * `sql()` fragments are put in as they are: they must have passed `checkFragment`, and every column of the scope must stand
 * for itself.
 *
 * @throws {UnknownColumnError} for a column that the scope doesn't have
 */
export function renderExpr(expr: Expr, scope: Scope, place: NumberPlace = 'value'): string {
  switch (expr.kind) {
    case 'literal':
      return renderLiteral(expr, place);
    case 'column':
      return renderColumn(expr.name, scope);
    case 'call':
      return renderCall(expr, scope);
    case 'case':
      return renderCase(expr, scope);
    case 'cast':
      return renderCast(expr, scope);
    case 'aggregate':
      return renderAggregate(expr, scope);
    case 'window':
      return renderWindow(expr, scope);
    case 'lambda':
      return renderLambda(expr, scope, false);
    case 'sql':
      // The newline ends a comment that the fragment may end with.
      return `(${expr.text}\n)`;
  }
}

/** The SQL of a condition: of a filter, a join, a `when`. */
export function renderCondition(expr: Expr, scope: Scope): string {
  const sql = renderExpr(expr, scope);
  return scope.checked ? checkedCondition(sql) : sql;
}

/** `a ASC NULLS LAST, b DESC …` */
export function renderSortKeys(keys: readonly SortKey[], scope: Scope): string {
  return keys.map((key) => renderSortKey(renderExpr(key.expr, scope), key)).join(', ');
}

/** A key of an order, from the SQL of its value. Direction and nulls are always said: the engine's defaults can be changed. */
export function renderSortKey(sql: string, key: Pick<SortKey, 'descending' | 'nullsFirst'>): string {
  return `${sql} ${key.descending ? 'DESC' : 'ASC'} NULLS ${key.nullsFirst ? 'FIRST' : 'LAST'}`;
}

/**
 * An aggregate with its filter, as it stands in a SELECT or before OVER.
 *
 * @param name another aggregate of the same arguments
 */
export function renderAggregate(expr: AggregateExpr, scope: Scope, name?: string): string {
  const sql = aggregateFunctionSql[expr.fn](...expr.args.map((arg) => renderExpr(arg, scope)));
  const distinct = expr.distinct || sql.distinct ? 'DISTINCT ' : '';
  const keys = expr.orderBy.map((key) => renderSortKey(renderExpr(key.expr, scope), key));
  if (sql.tieBreak) keys.push(renderSortKey(sql.tieBreak, { descending: false, nullsFirst: false }));
  const order = keys.length > 0 ? ` ORDER BY ${keys.join(', ')}` : '';
  const conditions = [...(sql.where ? [sql.where] : []), ...(expr.filter ? [renderCondition(expr.filter, scope)] : [])];
  const filter = conditions.length > 0 ? ` FILTER (WHERE ${conditions.join(' AND ')})` : '';
  return `${name ?? sql.name}(${distinct}${sql.args}${order})${filter}`;
}

function renderWindow(expr: WindowExpr, scope: Scope): string {
  const { fn } = expr;
  const list = (parts: readonly Expr[]) => parts.map((part) => renderExpr(part, scope)).join(', ');
  const over = renderOver(list(expr.partitionBy), renderSortKeys(expr.orderBy, scope), expr.frame);
  if (fn.kind === 'window-function') return `${windowFunctionSql[fn.fn]}(${list(fn.args)}) ${over}`;
  // Before OVER the engine takes `first` and `last` for window functions, which have no FILTER: the end of a list is the same.
  const end = fn.filter && fn.fn === 'first' ? '[1]' : fn.filter && fn.fn === 'last' ? '[-1]' : null;
  return end === null
    ? `${renderAggregate(fn, scope)} ${over}`
    : `(${renderAggregate(fn, scope, 'list')} ${over})${end}`;
}

function renderColumn(name: string, scope: Scope): string {
  const sql = scope.columns.get(name);
  if (sql === undefined) throw new UnknownColumnError(name, [...scope.columns.keys()]);
  return sql;
}

function renderCall(expr: CallExpr, scope: Scope): string {
  const place = comparing.has(expr.fn) ? 'comparison' : 'value';
  const args = expr.args.map((arg, index) => {
    if (isWord(expr.fn, index)) return word(arg);
    return arg.kind === 'lambda' ? renderLambda(arg, scope, expr.fn === 'list.filter') : renderExpr(arg, scope, place);
  });
  const render = (scope.checked ? checkedFunctions[expr.fn] : undefined) ?? scalarFunctionSql[expr.fn];
  return render(...(scope.checked ? args : hideNestedBounds(expr, args)));
}

function word(arg: Expr): string {
  if (arg.kind === 'literal' && typeof arg.value === 'string') return arg.value;
  throw new InternalError(`A unit or field name in the plan is of kind ${arg.kind}; it must be a constant text.`);
}

function renderCase(expr: CaseExpr, scope: Scope): string {
  const branches = expr.branches.map(
    ({ when, value }) => `WHEN ${renderCondition(when, scope)} THEN ${renderExpr(value, scope)}`,
  );
  const otherwise = expr.otherwise ? ` ELSE ${renderExpr(expr.otherwise, scope)}` : '';
  return `CASE ${branches.join(' ')}${otherwise} END`;
}

/** A fraction is cast from the decimal that the user wrote, not from the float64 next to it. */
function renderCast(expr: CastExpr, scope: Scope): string {
  return `${expr.safe ? 'TRY_CAST' : 'CAST'}(${renderExpr(expr.input, scope, 'cast')} AS ${renderType(expr.type)})`;
}

/** The parameter shadows a column of its name; one that differs from it in case only must not be shadowed. */
function renderLambda(expr: LambdaExpr, scope: Scope, isCondition: boolean): string {
  const folded = foldCase(expr.parameter);
  const others = [...scope.columns.keys()].filter((name) => name !== expr.parameter).map(foldCase);
  const name = others.includes(folded)
    ? freshName(`${expr.parameter}_`, (candidate) => others.includes(candidate))
    : expr.parameter;
  const parameter = quoteIdentifier(name);
  const inner: Scope = { ...scope, columns: new Map([...scope.columns, [expr.parameter, parameter]]) };
  return `lambda ${parameter}: ${isCondition ? renderCondition(expr.body, inner) : renderExpr(expr.body, inner)}`;
}
