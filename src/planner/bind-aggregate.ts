import { PlanError } from '../errors.ts';
import {
  childrenOf,
  type Expr,
  type LambdaExpr,
  mapExpr,
  type NamedExpr,
  someExpr,
  type WindowExpr,
} from '../plan/expr.ts';
import type { AggregateNode } from '../plan/logical.ts';
import { columnNames, type RelNode } from '../plan/relation.ts';
import type { Evidence } from './evidence.ts';

/** Whether a window expression stands in `expr`. */
export function hasWindow(expr: Expr): boolean {
  return someExpr(expr, (part) => part.kind === 'window');
}

/** Refuses aggregates outside of windows. */
export function checkNoAggregate(exprs: readonly Expr[], verb: string, hint: string): void {
  for (const expr of exprs) {
    const fn = bareAggregate(expr);
    if (fn)
      throw new PlanError(
        'INVALID_EXPRESSION',
        `${verb}() computes a value from each row, and ${fn}() needs many rows. ${hint}`,
      );
  }
}

/** Refuses window expressions. */
export function checkNoWindow(exprs: readonly Expr[], verb: string): void {
  if (exprs.some(hasWindow)) {
    throw new PlanError(
      'INVALID_EXPRESSION',
      `${verb}() takes no window expression; compute it first: .withColumns({ w: ….over(…) }).${verb}('w').`,
    );
  }
}

/** Refuses columns that are neither inside an aggregate nor keys of the group: a group has many values of them. */
export function checkGroupedColumns(node: AggregateNode, evidence: Evidence): void {
  const keys = new Set(node.keys.map((key) => JSON.stringify(key.expr)));
  for (const { name, expr } of node.aggregates) {
    if (hasWindow(expr)) checkNoWindow([expr], 'agg');
    const loose = looseColumn(expr, keys, evidence);
    if (loose !== undefined) {
      throw new PlanError(
        'INVALID_EXPRESSION',
        `agg() cannot say which ${JSON.stringify(loose)} of a group belongs in ${JSON.stringify(name)}: use an aggregate such as min('${loose}'), or make it a key of groupBy().`,
      );
    }
    if (!someExpr(expr, (part) => part.kind === 'aggregate')) {
      throw new PlanError(
        'INVALID_EXPRESSION',
        `agg() needs an aggregate in ${JSON.stringify(name)}, such as sum('x') or count(); it has none.`,
      );
    }
  }
}

/** A filter on window expressions: they become columns first, and go again afterwards. */
export function filterByWindow(input: RelNode, predicate: Expr): RelNode {
  const names = columnNames(input);
  const windows: NamedExpr[] = [];
  const replaced = mapExpr(predicate, (part) =>
    part.kind === 'window' ? { kind: 'column', name: windowColumn(part, windows, names) } : part,
  );
  const own: NamedExpr[] = names.map((name) => ({ name, expr: { kind: 'column', name } }));
  const computed: RelNode = { kind: 'project', input, columns: [...own, ...windows] };
  return { kind: 'project', input: { kind: 'filter', input: computed, predicate: replaced }, columns: own };
}

function windowColumn(expr: WindowExpr, windows: NamedExpr[], taken: readonly string[]): string {
  let name = `window ${windows.length + 1}`;
  while (taken.includes(name)) name += "'";
  windows.push({ name, expr });
  return name;
}

function bareAggregate(expr: Expr): string | undefined {
  if (expr.kind === 'aggregate') return expr.fn;
  const operands =
    expr.kind === 'window'
      ? [...(expr.fn.kind === 'aggregate' ? expr.fn.args : []), ...childrenOf(expr).slice(1)]
      : childrenOf(expr);
  for (const operand of operands) {
    const found = bareAggregate(operand);
    if (found) return found;
  }
  return undefined;
}

function looseColumn(expr: Expr, keys: ReadonlySet<string>, evidence: Evidence): string | undefined {
  if (keys.has(JSON.stringify(expr)) || expr.kind === 'aggregate') return undefined;
  if (expr.kind === 'column') return expr.name;
  if (expr.kind === 'sql') return evidence.fragments.get(expr.text)?.[0];
  // Within a list function its parameter stands for an item, not for a column.
  const bound = expr.kind === 'lambda' ? new Set([...keys, JSON.stringify(parameterOf(expr))]) : keys;
  for (const child of childrenOf(expr)) {
    const found = looseColumn(child, bound, evidence);
    if (found !== undefined) return found;
  }
  return undefined;
}

function parameterOf({ parameter }: LambdaExpr): Expr {
  return { kind: 'column', name: parameter };
}
