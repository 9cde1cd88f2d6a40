import { someExpr } from '../../plan/expr.ts';
import { hasOrder } from '../../plan/order.ts';
import { columnNames, mapInputs, type RelNode, relInputs, type Subplan, type WithRel } from '../../plan/relation.ts';
import type { ResolvedSource } from '../../plan/source.ts';
import { hasWindows, isWorthSharing } from './worth-sharing.ts';

/** A plan in which every subplan that occurs twice stands once. */
export interface RepeatedSubplans {
  readonly plan: WithRel;
  /** What each subplan is without reuse of others, by its id. */
  readonly whole: ReadonlyMap<number, RelNode>;
}

/**
 * Finds subplans that occur more than once where nobody looks at the order of their rows, and puts each into a place of its
 * own; those within others too, since those may be taken apart again. Null where there are none. Pure.
 */
export function repeatedSubplans(plan: RelNode): RepeatedSubplans | null {
  const classes = classify(plan);
  if (!classes) return null;
  const counts = new Map<number, number>();
  walk(plan, true, (node, ordered) => {
    const id = classes.get(node);
    if (id !== undefined && isCandidate(node, ordered)) counts.set(id, (counts.get(id) ?? 0) + 1);
  });
  const isRepeated = (id: number | undefined) => id !== undefined && (counts.get(id) ?? 0) > 1;
  const subplans: Subplan[] = [];
  const whole = new Map<number, RelNode>();
  const rebuild = (node: RelNode, ordered: boolean): RelNode => {
    const id = classes.get(node);
    if (id === undefined || !isRepeated(id) || !isCandidate(node, ordered)) return inside(node, ordered);
    if (!whole.has(id)) {
      whole.set(id, node);
      subplans.push({ id, plan: inside(node, false) });
    }
    return { kind: 'reuse', subplan: id, columns: columnNames(node) };
  };
  const inside = (node: RelNode, ordered: boolean) =>
    mapInputs(node, (input) => rebuild(input, looksAt(node, ordered)));
  const input = rebuild(plan, true);
  return subplans.length > 0 ? { plan: { kind: 'with', subplans, input }, whole } : null;
}

function isCandidate(node: RelNode, ordered: boolean): boolean {
  return !(ordered && hasOrder(node)) && isWorthSharing(node);
}

function walk(node: RelNode, ordered: boolean, visit: (node: RelNode, ordered: boolean) => void): void {
  visit(node, ordered);
  for (const input of relInputs(node)) walk(input, looksAt(node, ordered), visit);
}

/** Whether the order of a node's input matters, given whether its own does: rows that are computed once have none. */
function looksAt(node: RelNode, ordered: boolean): boolean {
  switch (node.kind) {
    case 'project':
      return ordered || hasWindows(node);
    case 'sort':
      return node.stable;
    case 'distinct':
      return node.on !== null;
    case 'limit':
      return true;
    case 'filter':
    case 'explode':
    case 'union':
    case 'with':
      return ordered;
    case 'aggregate':
      return node.aggregates.some(({ expr }) =>
        someExpr(expr, (part) => part.kind === 'aggregate' && part.fn === 'collectList'),
      );
    case 'scan':
    case 'values':
    case 'join':
    case 'set-operation':
    case 'exchange':
    case 'read':
    case 'reuse':
      return false;
  }
}

/** Numbers of the nodes of a plan: equal ones are of equal subplans. Null where no table is read twice. */
function classify(plan: RelNode): ReadonlyMap<RelNode, number> | null {
  const sources: ResolvedSource[] = [];
  const numberOf = (source: ResolvedSource): number => {
    const known = sources.findIndex((other) => sameSource(other, source));
    return known >= 0 ? known : sources.push(source) - 1;
  };
  const scans = scansOf(plan).map((scan) => numberOf(scan.source));
  if (new Set(scans).size === scans.length) return null;
  const classes = new Map<RelNode, number>();
  const texts = new Map<string, number>();
  const number = (node: RelNode): number => {
    const own = mapInputs(node, (input) => ({ kind: 'reuse', subplan: number(input), columns: [] }));
    const text = JSON.stringify(own.kind === 'scan' ? { ...own, source: numberOf(own.source) } : own);
    const id = texts.get(text) ?? texts.size;
    texts.set(text, id);
    classes.set(node, id);
    return id;
  };
  number(plan);
  return classes;
}

function scansOf(plan: RelNode): readonly Extract<RelNode, { kind: 'scan' }>[] {
  return plan.kind === 'scan' ? [plan] : relInputs(plan).flatMap(scansOf);
}

/** The whole text is compared last: it may be that of thousands of files. */
function sameSource(a: ResolvedSource, b: ResolvedSource): boolean {
  if (a === b) return true;
  if (a.files.length !== b.files.length || a.files[0]?.uri !== b.files[0]?.uri) return false;
  return JSON.stringify(a) === JSON.stringify(b);
}
