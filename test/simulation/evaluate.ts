import type { Expr } from '../../src/plan/expr.ts';
import type { JoinRel, Partitioning, RelNode } from '../../src/plan/relation.ts';
import { hash32, hashText } from './random.ts';
import { idOf, keyOf, type Row, row } from './rows.ts';

/** Rows of a plan's scans and reads. */
export type LeafRows = (leaf: Extract<RelNode, { readonly kind: 'scan' | 'read' }>) => readonly Row[];

type Subplans = ReadonlyMap<number, readonly Row[]>;

/**
 * What a plan makes of simulated rows. Operators do what they are for with keys and ids in place of columns, so that any way to
 * run the same query gives the same rows: an aggregate's id is the sum of its rows' ids, a joined pair's follows from both.
 */
export function evaluate(node: RelNode, leafRows: LeafRows, subplans: Subplans = new Map()): readonly Row[] {
  const rowsOf = (input: RelNode) => evaluate(input, leafRows, subplans);
  switch (node.kind) {
    case 'scan':
    case 'read':
      return leafRows(node);
    case 'values':
      return node.rows.map((values, index) => row(hash32(hashText(JSON.stringify(values)), index)));
    case 'project':
    case 'exchange':
      return rowsOf(node.input);
    case 'filter':
      return filter(rowsOf(node.input), node.predicate);
    case 'aggregate':
      return aggregate(rowsOf(node.input), node.keys.length > 0);
    case 'explode':
      return rowsOf(node.input).flatMap((value) => [value, row(hash32(idOf(value), 2), keyOf(value))]);
    case 'distinct':
      return node.on ? firstOfKeys(rowsOf(node.input)) : [...new Set(rowsOf(node.input))];
    case 'sort':
      return [...rowsOf(node.input)].sort((a, b) => idOf(a) - idOf(b) || a - b);
    case 'limit':
      return rowsOf(node.input).slice(node.offset, node.limit === null ? undefined : node.offset + node.limit);
    case 'join':
      return join(rowsOf(node.left), rowsOf(node.right), node.how);
    case 'union':
      return node.inputs.flatMap(rowsOf);
    case 'reuse':
      return subplans.get(node.subplan) ?? [];
    case 'with': {
      const known = new Map(subplans);
      for (const { id, plan } of node.subplans) known.set(id, evaluate(plan, leafRows, known));
      return evaluate(node.input, leafRows, known);
    }
    case 'set-operation': {
      const right = new Set(rowsOf(node.right));
      return [...new Set(rowsOf(node.left))].filter((value) => right.has(value) === (node.op === 'intersect'));
    }
  }
}

/** Most rows pass; which ones hangs on the predicate. No key is ever null, so that the planner's own filters change nothing. */
function filter(rows: readonly Row[], predicate: Expr): readonly Row[] {
  const text = JSON.stringify(predicate);
  if (text.includes('"isNotNull"')) return rows;
  const salt = hashText(text);
  return rows.filter((value) => hash32(idOf(value), salt) % 4 > 0);
}

function aggregate(rows: readonly Row[], byKey: boolean): readonly Row[] {
  const sums = new Map<number, number>(byKey ? [] : [[0, 0]]);
  for (const value of rows) {
    const key = byKey ? keyOf(value) : 0;
    sums.set(key, ((sums.get(key) ?? 0) + idOf(value)) >>> 0);
  }
  return [...sums].map(([key, sum]) => row(sum, key));
}

function firstOfKeys(rows: readonly Row[]): readonly Row[] {
  const first = new Map<number, Row>();
  for (const value of rows) if (!first.has(keyOf(value))) first.set(keyOf(value), value);
  return [...first.values()];
}

/** Stands for the missing side of a row without partner. */
const nobody = 0x5eed;

function join(left: readonly Row[], right: readonly Row[], how: JoinRel['how']): readonly Row[] {
  const pair = (a: Row, b: Row) => row(hash32(idOf(a), idOf(b)), keyOf(a));
  if (how === 'cross') return left.flatMap((a) => right.map((b) => pair(a, b)));
  const byKey = new Map<number, Row[]>();
  for (const b of right) byKey.set(keyOf(b), [...(byKey.get(keyOf(b)) ?? []), b]);
  const partners = (a: Row) => byKey.get(keyOf(a)) ?? [];
  if (how === 'semi') return left.filter((a) => partners(a).length > 0);
  if (how === 'anti') return left.filter((a) => partners(a).length === 0);
  const pairs = left.flatMap((a) => partners(a).map((b) => pair(a, b)));
  const aloneLeft = how === 'left' || how === 'full' ? left.filter((a) => partners(a).length === 0) : [];
  const keys = new Set(left.map(keyOf));
  const aloneRight = how === 'right' || how === 'full' ? right.filter((b) => !keys.has(keyOf(b))) : [];
  return [
    ...pairs,
    ...aloneLeft.map((a) => row(hash32(idOf(a), nobody), keyOf(a))),
    ...aloneRight.map((b) => row(hash32(nobody, idOf(b)), keyOf(b))),
  ];
}

/** A row's sort key, as workers tell it. */
export function sortKeyOf(value: Row): string {
  return idOf(value).toString(16).padStart(8, '0');
}

/** Which partition a row is dealt to. */
export function partitionOf(value: Row, partitioning: Partitioning): number {
  switch (partitioning.kind) {
    case 'single':
    case 'broadcast':
    case 'keep':
      return 0;
    case 'hash':
      return hash32(keyOf(value), 3) % partitioning.partitions;
    case 'range': {
      const key = sortKeyOf(value);
      const index = partitioning.bounds.findIndex((bound) => key <= bound);
      return index < 0 ? partitioning.bounds.length : index;
    }
  }
}
