import { type Expr, mapExpr, mapSame, someExpr, update } from '../../plan/expr.ts';
import {
  columnNames,
  type FilterRel,
  type JoinColumn,
  type JoinRel,
  mapInputs,
  type ProjectRel,
  type RelNode,
} from '../../plan/relation.ts';
import { columnsUsed } from '../columns-used.ts';
import { conjunctsOf, filtered } from './conjuncts.ts';
import type { Rule, RuleContext } from './rule.ts';

/**
 * Moves each condition of a filter as near to the scans as it may go, and tells scans which conditions hold for every
 * row that is wanted. Conditions go alike whether they can fail or not, as in the engine's own optimizer: use `tryCast`
 * where a filter is to keep a cast from values that it refuses.
 */
export const pushDownFilter: Rule = {
  name: 'push-down-filter',
  apply: (plan, context) => push(plan, [], context),
};

/** `conditions` hold for every row that is wanted from `node`; what comes back has them applied. */
function push(node: RelNode, conditions: readonly Expr[], context: RuleContext): RelNode {
  switch (node.kind) {
    case 'filter': {
      const moved = push(node.input, [...conjunctsOf(node.predicate), ...conditions], context);
      return sameRelation(moved, node) ? node : moved;
    }
    case 'project': {
      const [below, above] = split(conditions, (condition) => throughProject(condition, node, context));
      return filtered(update(node, { input: push(node.input, below, context) }), above);
    }
    case 'sort':
      return update(node, { input: push(node.input, conditions, context) });
    case 'distinct': {
      // Which row stands for a combination depends on the rows that are there, so only conditions on the combination pass.
      const [below, above] = split(conditions, (condition) =>
        !node.on || reads(condition, node.on, context) ? condition : null,
      );
      return filtered(update(node, { input: push(node.input, below, context) }), above);
    }
    case 'explode': {
      const others = columnNames(node).filter((name) => name !== node.column);
      const [below, above] = split(conditions, (condition) => (reads(condition, others, context) ? condition : null));
      return filtered(update(node, { input: push(node.input, below, context) }), above);
    }
    case 'aggregate': {
      const keys = new Map(node.keys.map((key) => [key.name, key.expr]));
      const [below, above] = split(conditions, (condition) =>
        keys.size > 0 && standsOver(node.input, condition) ? substitute(condition, keys, context) : null,
      );
      return filtered(update(node, { input: push(node.input, below, context) }), above);
    }
    case 'union':
      return update(node, { inputs: mapSame(node.inputs, (input) => push(input, conditions, context)) });
    case 'set-operation':
      return update(node, { left: push(node.left, conditions, context), right: push(node.right, conditions, context) });
    case 'join':
      return pushJoin(node, conditions, context);
    case 'scan':
      return filtered(sameConditions(node.prune, conditions) ? node : { ...node, prune: conditions }, conditions);
    case 'with': {
      const subplans = mapSame(node.subplans, (subplan) => update(subplan, { plan: push(subplan.plan, [], context) }));
      return update(node, { subplans, input: push(node.input, conditions, context) });
    }
    case 'limit':
    case 'exchange':
    case 'read':
    case 'reuse':
    case 'values':
      return filtered(
        mapInputs(node, (input) => push(input, [], context)),
        conditions,
      );
  }
}

/** A side that is padded with nulls keeps its conditions above; the side that pads takes them below. */
function pushJoin(node: JoinRel, conditions: readonly Expr[], context: RuleContext): RelNode {
  const { how } = node;
  const intoLeft = how !== 'right' && how !== 'full';
  const intoRight = how === 'inner' || how === 'cross' || how === 'right';
  const [left, rest] = split(conditions, (condition) =>
    intoLeft ? throughScope(condition, node.scope, 'left', context) : null,
  );
  const [right, above] = split(rest, (condition) =>
    intoRight ? throughScope(condition, node.scope, 'right', context) : null,
  );
  return filtered(
    update(node, { left: push(node.left, left, context), right: push(node.right, right, context) }),
    above,
  );
}

function throughScope(
  condition: Expr,
  scope: readonly JoinColumn[],
  side: 'left' | 'right',
  context: RuleContext,
): Expr | null {
  const columns = scope.flatMap((column): [string, Expr][] => {
    const name = column[side];
    return name === null ? [] : [[column.name, { kind: 'column', name }]];
  });
  return substitute(condition, new Map(columns), context);
}

function throughProject(condition: Expr, node: ProjectRel, context: RuleContext): Expr | null {
  // A window sees the rows that a condition would take away.
  if (node.columns.some((column) => someExpr(column.expr, (part) => part.kind === 'window'))) return null;
  if (!standsOver(node.input, condition)) return null;
  return substitute(condition, new Map(node.columns.map((column) => [column.name, column.expr])), context);
}

/** The engine does not tell names apart that differ in case only, and a fragment's cannot be changed. */
function standsOver(input: RelNode, condition: Expr): boolean {
  const names = columnNames(input);
  const clash = new Set(names.map((name) => name.toLowerCase())).size < names.length;
  return !clash || !someExpr(condition, (part) => part.kind === 'sql');
}

/**
 * The condition with names replaced by what they stand for; null when it reads others, or would compute anything but
 * columns earlier or more often than the query says.
 */
function substitute(condition: Expr, meaning: ReadonlyMap<string, Expr>, context: RuleContext): Expr | null {
  const used = [...columnsUsed(condition, context.fragments)];
  const renamed = used.some((name) => !isSameColumn(meaning.get(name), name));
  if (used.some((name) => meaning.get(name)?.kind !== 'column')) return null;
  // The text of a fragment, and names inside a list function, are not rewritten.
  if (renamed && someExpr(condition, (part) => part.kind === 'sql' || part.kind === 'lambda')) return null;
  return mapExpr(condition, (part) => (part.kind === 'column' ? (meaning.get(part.name) ?? part) : part));
}

function isSameColumn(expr: Expr | undefined, name: string): boolean {
  return expr?.kind === 'column' && expr.name === name;
}

function reads(condition: Expr, names: readonly string[], context: RuleContext): boolean {
  return [...columnsUsed(condition, context.fragments)].every((name) => names.includes(name));
}

function split(conditions: readonly Expr[], below: (condition: Expr) => Expr | null): readonly [Expr[], Expr[]] {
  const moved: Expr[] = [];
  const stay: Expr[] = [];
  for (const condition of conditions) {
    const changed = below(condition);
    if (changed) moved.push(changed);
    else stay.push(condition);
  }
  return [moved, stay];
}

function sameConditions(a: readonly Expr[], b: readonly Expr[]): boolean {
  return a.length === b.length && a.every((condition, index) => condition === b[index]);
}

/** Whether a rebuilt filter says what the old one said, over the very same input. */
function sameRelation(rebuilt: RelNode, before: FilterRel): boolean {
  return (
    rebuilt.kind === 'filter' &&
    rebuilt.input === before.input &&
    sameConditions(conjunctsOf(rebuilt.predicate), conjunctsOf(before.predicate))
  );
}
