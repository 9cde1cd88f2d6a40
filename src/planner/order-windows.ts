import { type Expr, mapExpr, type SortKey, type WindowExpr } from '../plan/expr.ts';
import type { WindowFunction } from '../plan/functions.ts';

/** Functions whose answer for a row depends on where it stands among ties; the others give all ties the same. */
const dependsOnTies: Readonly<Record<WindowFunction, boolean>> = {
  rowNumber: true,
  ntile: true,
  lag: true,
  lead: true,
  firstValue: true,
  rank: false,
  denseRank: false,
  percentRank: false,
  cumeDist: false,
  // Without a frame of rows these see the current row's ties, which further keys would take away.
  lastValue: false,
  nthValue: false,
};

/**
 * The expression with its windows in a total order: where the place among ties matters, all columns of the input follow the
 * user's keys, so that the same rows give the same answer whatever comes first. A window over all rows that has no order
 * at all keeps that of the source.
 *
 * @param columns names of the input's columns
 */
export function orderWindows(expr: Expr, columns: readonly string[]): Expr {
  return mapExpr(expr, (part) => (part.kind === 'window' && needsOrder(part) ? withColumns(part, columns) : part));
}

function needsOrder({ fn, frame, orderBy, partitionBy }: WindowExpr): boolean {
  if (orderBy.length + partitionBy.length === 0) return false;
  return frame?.unit === 'rows' || (frame === null && fn.kind === 'window-function' && dependsOnTies[fn.fn]);
}

function withColumns(window: WindowExpr, columns: readonly string[]): WindowExpr {
  const given = [...window.partitionBy, ...window.orderBy.map((key) => key.expr)];
  const isGiven = (name: string) => given.some((expr) => expr.kind === 'column' && expr.name === name);
  const further = columns
    .filter((name) => !isGiven(name))
    .map((name): SortKey => ({ expr: { kind: 'column', name }, descending: false, nullsFirst: false }));
  return further.length === 0 ? window : { ...window, orderBy: [...window.orderBy, ...further] };
}
