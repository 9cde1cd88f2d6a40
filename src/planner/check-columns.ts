import { UnknownColumnError } from '../errors.ts';
import type { Expr } from '../plan/expr.ts';
import { columnNames, type RelNode } from '../plan/relation.ts';
import { columnsUsed } from './columns-used.ts';
import type { Evidence } from './evidence.ts';

/** Refuses names that the node doesn't have. */
export function checkNames(names: readonly string[], input: RelNode, verb: string): void {
  const available = columnNames(input);
  const missing = names.find((name) => !available.includes(name));
  if (missing !== undefined) throw new UnknownColumnError(missing, available, `${verb}()`);
}

/** Refuses expressions that name a column which the input doesn't have. */
export function checkColumns(exprs: readonly Expr[], input: RelNode, verb: string, evidence: Evidence): void {
  checkNames(
    exprs.flatMap((expr) => [...columnsUsed(expr, evidence.fragments)]),
    input,
    verb,
  );
}
