import { type Expr, someExpr, update } from '../../plan/expr.ts';
import {
  columnNames,
  type JoinKey,
  type JoinRel,
  mapInputs,
  type ProjectRel,
  type RelNode,
  relInputs,
} from '../../plan/relation.ts';
import type { Rule } from './rule.ts';
import { isOneRow } from './subplan-readers.ts';
import { bytesRead } from './worth-sharing.ts';

/** A large input is worth looking up in another one that is so many times smaller. */
const smallFraction = 1 / 16;

/**
 * Moves semi and anti joins below the joins of their left side, into the input that has all of their keys: the engine orders
 * inner joins by itself, and leaves a semi join where it stands (Q8 of TPC-H written with one takes 1.2 times as long then).
 * Such a join keeps or drops a row by its keys alone, as a filter does, whatever the row is joined with.
 *
 * Only joins by plain columns move. They go where a smaller input than its partner is lessened before it is joined, or, of a
 * larger one, where what is looked up is small: 6 M rows that another join would cut to a hundredth take 1.8 times as long
 * when each is looked up among a million first.
 */
export const pushDownSemiJoin: Rule = {
  name: 'push-down-semi-join',
  apply: (plan) => push(plan),
};

function push(node: RelNode): RelNode {
  const pushed = mapInputs(node, push);
  return (pushed.kind === 'join' && isMovable(pushed) && below(pushed, pushed.left)) || pushed;
}

/** A semi join whose keys are columns of its left side, all of which come out. */
function isMovable({ how, where, on, left, columns }: JoinRel): boolean {
  const names = columnNames(left);
  return (
    (how === 'semi' || how === 'anti') &&
    where === null &&
    on.length > 0 &&
    on.every((key) => key.left.kind === 'column') &&
    columns.length === names.length &&
    columns.every((name, index) => name === names[index])
  );
}

/** `node` with the semi join below a join that is in it; null where there is none that it may pass. */
function below(semi: JoinRel, node: RelNode): RelNode | null {
  switch (node.kind) {
    case 'filter':
      return above(node, below(semi, node.input));
    case 'project': {
      const renamed = throughProject(semi, node);
      return renamed && above(node, below(renamed, node.input));
    }
    case 'join':
      return intoJoin(semi, node);
    case 'scan':
    case 'values':
    case 'aggregate':
    case 'explode':
    case 'distinct':
    case 'sort':
    case 'limit':
    case 'union':
    case 'set-operation':
    case 'exchange':
    case 'read':
    case 'with':
    case 'reuse':
      return null;
  }
}

function above<T extends RelNode & { readonly input: RelNode }>(node: T, input: RelNode | null): RelNode | null {
  return input && mapInputs(node, () => input);
}

/** Sides whose rows come out once for each partner, or at least once: leaving some out before leaves out just what they give. */
const enters: Readonly<Record<JoinRel['how'], readonly ('left' | 'right')[]>> = {
  inner: ['left', 'right'],
  cross: ['left', 'right'],
  left: ['left'],
  right: ['right'],
  full: [],
  semi: ['left'],
  anti: ['left'],
};

function intoJoin(semi: JoinRel, join: JoinRel): RelNode | null {
  for (const side of enters[join.how]) {
    const renamed = throughScope(semi, join, side);
    if (!renamed) continue;
    const deeper = below(renamed, join[side]);
    // Two semi joins in a row are as good in one order as in the other.
    const lands = join.how !== 'semi' && join.how !== 'anti' && isWorthwhile(semi, join, side);
    if (!deeper && !lands) continue;
    return update(join, { [side]: deeper ?? over(renamed, join[side]) });
  }
  return null;
}

/** Nobody knows here how many rows a subplan of the plan has. */
function isWorthwhile({ right }: JoinRel, join: JoinRel, side: 'left' | 'right'): boolean {
  const partner = side === 'left' ? join.right : join.left;
  // It costs next to nothing to join one row, and few may be left by a condition on it.
  if (isOneRow(partner) || readsSubplan(join[side])) return false;
  const bytes = bytesRead(join[side]);
  return bytes <= bytesRead(partner) || (bytesRead(right) <= bytes * smallFraction && !readsSubplan(right));
}

function readsSubplan(node: RelNode): boolean {
  return node.kind === 'reuse' || relInputs(node).some(readsSubplan);
}

/** Null unless all keys are values of that side; one that stands for both sides' is the left one's, but in a right join. */
function throughScope(semi: JoinRel, { how, scope }: JoinRel, side: 'left' | 'right'): JoinRel | null {
  const other = side === 'left' ? 'right' : 'left';
  const comesFrom = how === 'right' ? 'right' : 'left';
  const columns = scope.flatMap((column): [string, Expr][] => {
    const name = column[side];
    return name === null || (side !== comesFrom && column[other] !== null)
      ? []
      : [[column.name, { kind: 'column', name }]];
  });
  return renameKeys(semi, new Map(columns));
}

function throughProject(semi: JoinRel, { columns }: ProjectRel): JoinRel | null {
  // A window sees the rows that the join would take away.
  if (columns.some(({ expr }) => someExpr(expr, (part) => part.kind === 'window'))) return null;
  return renameKeys(semi, new Map(columns.map(({ name, expr }) => [name, expr])));
}

/** The join with its left keys under the names that they have further down; null where some key is none of the columns there. */
function renameKeys(semi: JoinRel, meaning: ReadonlyMap<string, Expr>): JoinRel | null {
  const on: JoinKey[] = [];
  for (const key of semi.on) {
    const left = key.left.kind === 'column' ? meaning.get(key.left.name) : undefined;
    if (left?.kind !== 'column') return null;
    on.push({ ...key, left });
  }
  return { ...semi, on };
}

function over(semi: JoinRel, left: RelNode): JoinRel {
  const columns = columnNames(left);
  const scope = columns.map((name) => ({ name, left: name, right: null }));
  return { ...semi, left, scope, columns };
}
