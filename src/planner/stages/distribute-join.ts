import type { Expr } from '../../plan/expr.ts';
import type { JoinHow } from '../../plan/logical.ts';
import type { JoinKey, JoinRel, RelNode } from '../../plan/relation.ts';
import { conjunction } from '../rules/conjuncts.ts';
import {
  byHash,
  type DistributeContext,
  type Distribution,
  exchange,
  gather,
  type Placed,
  single,
  spread,
} from './distribution.ts';
import { estimateBytes } from './estimate.ts';

/** Sides that every task may read whole: those of which no row comes out alone. */
const mayBroadcast: Readonly<Record<JoinHow, readonly ('left' | 'right')[]>> = {
  inner: ['right', 'left'],
  cross: ['right', 'left'],
  left: ['right'],
  semi: ['right'],
  anti: ['right'],
  right: ['left'],
  full: [],
};

/** Sides whose rows without partner come out: their rows with null keys stay. */
const preserves: Readonly<Record<JoinHow, readonly ('left' | 'right')[]>> = {
  inner: [],
  cross: ['left', 'right'],
  left: ['left'],
  semi: [],
  anti: ['left'],
  right: ['right'],
  full: ['left', 'right'],
};

/** A join in one task, against a side that every task reads whole, or with both sides dealt by their keys. */
export function distributeJoin(rel: JoinRel, left: Placed, right: Placed, context: DistributeContext): Placed {
  const sides = { left, right };
  if (left.at.kind === 'single' && right.at.kind === 'single')
    return { rel: { ...rel, left: left.rel, right: right.rel }, at: single };
  const whole = sideToBroadcast(rel, sides, context);
  if (whole) return broadcast(rel, sides, whole, context);
  if (rel.on.length > 0) return byKeys(rel, sides, context);
  context.warn(`A ${rel.how} join without equal keys runs in one task.`);
  return { rel: { ...rel, left: gather(left, context), right: gather(right, context) }, at: single };
}

type Sides = Readonly<Record<'left' | 'right', Placed>>;

function sideToBroadcast(rel: JoinRel, sides: Sides, context: DistributeContext): 'left' | 'right' | null {
  const sizes = {
    left: estimateBytes(sides.left.rel, context.splits),
    right: estimateBytes(sides.right.rel, context.splits),
  };
  // Against a side that is in one task anyway the other one would be read by that task alone.
  const allowed = mayBroadcast[rel.how].filter(
    (side) => sides[side === 'left' ? 'right' : 'left'].at.kind !== 'single',
  );
  const small = allowed.filter((side) => sizes[side] <= context.broadcastBytes);
  // Without keys there is no other way to use many tasks.
  const candidates = rel.on.length > 0 ? small : allowed;
  return [...candidates].sort((a, b) => sizes[a] - sizes[b])[0] ?? null;
}

function broadcast(rel: JoinRel, sides: Sides, side: 'left' | 'right', context: DistributeContext): Placed {
  const whole = exchange(sides[side].rel, { kind: 'broadcast' }, context);
  const probe = side === 'left' ? 'right' : 'left';
  const joined: JoinRel = { ...rel, [side]: whole, [probe]: sides[probe].rel };
  return { rel: joined, at: throughScope(sides[probe].at, rel, probe) };
}

function byKeys(rel: JoinRel, sides: Sides, context: DistributeContext): Placed {
  const deal = (side: 'left' | 'right'): RelNode => {
    const keys = rel.on.map((key) => castKey(key, side));
    const rows = preserves[rel.how].includes(side)
      ? sides[side].rel
      : withoutNulls(
          sides[side].rel,
          rel.on.map((key) => key[side]),
        );
    return byHash(rows, keys, false, context);
  };
  const build = buildSide(rel, sides, context);
  // Rows are not said to be together by the keys: should the built side turn out small, the other one is not dealt at all.
  return { rel: { ...rel, left: deal('left'), right: deal('right'), ...(build ? { build } : {}) }, at: spread };
}

function buildSide(rel: JoinRel, sides: Sides, context: DistributeContext): 'left' | 'right' | undefined {
  const bySize = [...mayBroadcast[rel.how]].sort(
    (a, b) => estimateBytes(sides[a].rel, context.splits) - estimateBytes(sides[b].rel, context.splits),
  );
  return bySize[0];
}

/** Keys are dealt by the type that both sides have in common: an integer and a float hash apart. */
function castKey(key: JoinKey, side: 'left' | 'right'): Expr {
  return key.type ? { kind: 'cast', input: key[side], type: key.type, safe: false } : key[side];
}

/** Rows with a null key have no partner. */
function withoutNulls(rel: RelNode, keys: readonly Expr[]): RelNode {
  const [first, ...rest] = keys.map((key): Expr => ({ kind: 'call', fn: 'isNotNull', args: [key] }));
  return first ? { kind: 'filter', input: rel, predicate: conjunction([first, ...rest]) } : rel;
}

/** A side's distribution under the names of the join's result. */
function throughScope(at: Distribution, rel: JoinRel, side: 'left' | 'right'): Distribution {
  if (at.kind !== 'hash') return at;
  const names = at.columns.map((column) => rel.scope.find((candidate) => candidate[side] === column)?.name);
  return names.every((name) => name !== undefined && rel.columns.includes(name))
    ? { kind: 'hash', columns: names as string[] }
    : spread;
}
