import { childrenOf, type Expr } from '../plan/expr.ts';
import type { Evidence } from './evidence.ts';

/**
 * Names of the input's columns that an expression reads; a list function's parameter is none within its body.
 *
 * @param fragments columns of `sql()` fragments by their text
 */
export function columnsUsed(expr: Expr, fragments: Evidence['fragments']): ReadonlySet<string> {
  const used = new Set<string>();
  collect(expr, fragments, new Set(), used);
  return used;
}

function collect(expr: Expr, fragments: Evidence['fragments'], shadowed: ReadonlySet<string>, used: Set<string>): void {
  switch (expr.kind) {
    case 'column':
      if (!shadowed.has(expr.name)) used.add(expr.name);
      return;
    case 'sql':
      for (const name of fragments.get(expr.text) ?? []) if (!shadowed.has(name)) used.add(name);
      return;
    case 'lambda':
      collect(expr.body, fragments, new Set([...shadowed, expr.parameter]), used);
      return;
    default:
      for (const child of childrenOf(expr)) collect(child, fragments, shadowed, used);
  }
}
