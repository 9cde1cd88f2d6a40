import { PlanError, UnknownColumnError } from '../errors.ts';
import type { JoinNode } from '../plan/logical.ts';
import { columnNames, type JoinColumn, type JoinRel, type RelNode } from '../plan/relation.ts';
import { checkNoAggregate, checkNoWindow } from './bind-aggregate.ts';
import { checkColumns, checkNames } from './check-columns.ts';
import { columnsUsed } from './columns-used.ts';
import type { Evidence } from './evidence.ts';
import { withFragmentKeys } from './fragment-keys.ts';

/**
 * A join with its scope: left columns, then right ones, clashing right names with the suffix, shared keys once.
 *
 * @throws {UnknownColumnError} for keys and conditions; {PlanError} AMBIGUOUS_COLUMN when the suffix does not help
 */
export function bindJoin(node: JoinNode, left: RelNode, right: RelNode, evidence: Evidence): JoinRel {
  checkNames(node.using, left, 'the left side of join');
  checkNames(node.using, right, 'the right side of join');
  const leftKeys = node.on.map((pair) => pair.left);
  const rightKeys = node.on.map((pair) => pair.right);
  checkColumns(leftKeys, left, 'the left side of join', evidence);
  checkColumns(rightKeys, right, 'the right side of join', evidence);
  const conditions = [...leftKeys, ...rightKeys, ...(node.where ? [node.where] : [])];
  checkNoAggregate(conditions, 'join', 'Aggregate first, then join.');
  checkNoWindow(conditions, 'join');
  const scope = joinScope(node, columnNames(left), columnNames(right));
  const names = scope.map((column) => column.name);
  for (const name of node.where ? columnsUsed(node.where, evidence.fragments) : []) {
    if (!names.includes(name)) throw new UnknownColumnError(name, names, 'the `where` of join()');
  }
  const leftOnly = node.how === 'semi' || node.how === 'anti';
  const columns = leftOnly ? columnNames(left) : names;
  const leftSide = withFragmentKeys(left, leftKeys);
  const rightSide = withFragmentKeys(right, rightKeys);
  const on = node.on.map((pair, index) => ({
    left: leftSide.keys[index] ?? pair.left,
    right: rightSide.keys[index] ?? pair.right,
  }));
  const { how, where } = node;
  return { kind: 'join', left: leftSide.side, right: rightSide.side, how, on, where, scope, columns };
}

function joinScope(node: JoinNode, left: readonly string[], right: readonly string[]): JoinColumn[] {
  const scope: JoinColumn[] = left.map((name) => ({
    name,
    left: name,
    right: node.using.includes(name) ? name : null,
  }));
  const taken = new Set(left);
  for (const column of right) {
    if (node.using.includes(column)) continue;
    const name = taken.has(column) ? column + node.suffix : column;
    if (taken.has(name)) {
      throw new PlanError(
        'AMBIGUOUS_COLUMN',
        `join() would give two columns the name ${JSON.stringify(name)}; choose another one: { suffix: '…' }, or rename or drop columns before.`,
      );
    }
    taken.add(name);
    scope.push({ name, left: null, right: column });
  }
  return scope;
}
