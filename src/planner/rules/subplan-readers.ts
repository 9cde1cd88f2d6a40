import type { Expr } from '../../plan/expr.ts';
import { type JoinRel, type RelNode, relInputs } from '../../plan/relation.ts';
import { conjunctsOf } from './conjuncts.ts';

/** One place where a plan reads a subplan. */
export interface SubplanReader {
  /** Conditions on the rows that are read. */
  readonly conditions: readonly Expr[];
  /** Whether all rows that meet the conditions are wanted: no join above may leave some out before they are computed. */
  readonly wantsAll: boolean;
}

/** Where a plan reads the subplan `id`. */
export function readersOf(plan: RelNode, id: number): readonly SubplanReader[] {
  return find(plan, id, true, []);
}

function find(node: RelNode, id: number, wantsAll: boolean, conditions: readonly Expr[]): readonly SubplanReader[] {
  switch (node.kind) {
    case 'reuse':
      return node.subplan === id ? [{ conditions, wantsAll }] : [];
    case 'filter':
      return find(node.input, id, wantsAll, conjunctsOf(node.predicate));
    case 'aggregate':
      return find(node.input, id, wantsAll || node.keys.length === 0, []);
    case 'limit':
      return find(node.input, id, true, []);
    case 'join':
      return [
        ...find(node.left, id, wantsAll && !leavesOut(node, 'left', id), []),
        ...find(node.right, id, wantsAll && !leavesOut(node, 'right', id), []),
      ];
    default:
      return relInputs(node).flatMap((input) => find(input, id, wantsAll, []));
  }
}

/** Whether a join leaves out rows of a side, by what the engine knows of the other before it computes this one. */
function leavesOut(join: JoinRel, side: 'left' | 'right', id: number): boolean {
  const other = side === 'left' ? join.right : join.left;
  // What comes of the same rows says nothing new of them.
  if (readersOf(other, id).length > 0) return false;
  switch (join.how) {
    case 'inner':
    case 'semi':
      return true;
    case 'cross':
      return !isOneRow(other);
    case 'left':
    case 'anti':
      return side === 'right';
    case 'right':
      return side === 'left';
    case 'full':
      return false;
  }
}

/** Whether a node gives exactly one row, whatever it reads. */
export function isOneRow(node: RelNode): boolean {
  if (node.kind === 'project') return isOneRow(node.input);
  return node.kind === 'aggregate' && node.keys.length === 0;
}
