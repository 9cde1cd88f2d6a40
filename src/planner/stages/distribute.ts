import { InternalError } from '../../errors.ts';
import { type Expr, type NamedExpr, someExpr, type WindowExpr } from '../../plan/expr.ts';
import { hasOrder } from '../../plan/order.ts';
import {
  type AggregateRel,
  columnNames,
  type DistinctRel,
  type LimitRel,
  type ProjectRel,
  type RelNode,
  type SetOperationRel,
  type SortRel,
  type UnionRel,
} from '../../plan/relation.ts';
import { decompose, expandCountDistinct } from './decompose-aggregate.ts';
import { distributeJoin } from './distribute-join.ts';
import {
  byHash,
  columnsAsExprs,
  type DistributeContext,
  type Distribution,
  exchange,
  gather,
  isTogether,
  type Placed,
  plainColumns,
  single,
  spread,
} from './distribution.ts';
import { estimateBytes } from './estimate.ts';
import { partitionTargetBytes } from './task-plans.ts';

/**
 * Puts exchanges into a plan where partitioning must change, so that what lies between two of them can run as many tasks.
 * Aggregates are split into a partial and a final step where algebra allows. Pure.
 *
 * @param ordered whether somebody looks at the order of the rows: what deals them to other tasks then has to be one task
 */
export function distribute(rel: RelNode, context: DistributeContext, ordered: boolean): Placed {
  const place = (input: RelNode, order: boolean) => distribute(input, context, order && hasOrder(input));
  switch (rel.kind) {
    case 'scan':
      return { rel, at: (context.splits.get(rel)?.splits.length ?? 1) > 1 ? spread : single };
    case 'values':
    case 'read':
      return { rel, at: single };
    case 'filter': {
      const input = place(rel.input, ordered);
      return { rel: { ...rel, input: input.rel }, at: input.at };
    }
    case 'project':
      return distributeProject(rel, place(rel.input, ordered), ordered && hasOrder(rel.input), context);
    case 'explode': {
      const input = place(rel.input, ordered);
      const lost = input.at.kind === 'hash' && input.at.columns.includes(rel.column);
      return { rel: { ...rel, input: input.rel }, at: lost ? spread : input.at };
    }
    case 'aggregate':
      return distributeAggregate(rel, context);
    case 'distinct':
      return distributeDistinct(rel, place(rel.input, rel.on !== null), context);
    case 'sort':
      return distributeSort(rel, place(rel.input, rel.stable), context);
    case 'limit':
      return distributeLimit(rel, context);
    case 'join':
      return distributeJoin(rel, place(rel.left, false), place(rel.right, false), context);
    case 'union':
      return distributeUnion(
        rel,
        rel.inputs.map((input) => place(input, ordered)),
      );
    case 'set-operation':
      return distributeSetOperation(rel, place(rel.left, false), place(rel.right, false), context);
    case 'exchange':
      return { rel, at: rel.partitioning.kind === 'single' ? single : spread };
    case 'with':
    case 'reuse':
      throw new InternalError('A plan that is to be spread computes a subplan once, which only a single task does.');
  }
}

function distributeProject(rel: ProjectRel, input: Placed, ordered: boolean, context: DistributeContext): Placed {
  const windows = rel.columns.flatMap(({ expr }) => windowsIn(expr));
  if (windows.length === 0 || input.at.kind === 'single') {
    return { rel: { ...rel, input: input.rel }, at: renamed(input.at, rel.columns) };
  }
  if (ordered) {
    context.warn(
      'A window over rows in the order of their files runs in one task; sort after it, and it runs in many.',
    );
    return { rel: { ...rel, input: gather(input, context) }, at: single };
  }
  const keys = sharedKeys(windows);
  if (keys.length === 0) {
    context.warn('A window without partitionBy (or windows that share none) needs all rows in one task.');
    return { rel: { ...rel, input: gather(input, context) }, at: single };
  }
  const names = plainColumns(keys);
  if (isTogether(input.at, names)) return { rel: { ...rel, input: input.rel }, at: renamed(input.at, rel.columns) };
  const at: Distribution = names ? { kind: 'hash', columns: names } : spread;
  return { rel: { ...rel, input: byHash(input.rel, keys, true, context) }, at: renamed(at, rel.columns) };
}

function windowsIn(expr: Expr): readonly WindowExpr[] {
  const found: WindowExpr[] = [];
  someExpr(expr, (part) => {
    if (part.kind === 'window') found.push(part);
    return false;
  });
  return found;
}

/** Keys that all windows are partitioned by: rows that are together by them are together for each. */
function sharedKeys(windows: readonly WindowExpr[]): readonly Expr[] {
  const [first, ...rest] = windows.map(
    (window) => new Map(window.partitionBy.map((key) => [JSON.stringify(key), key])),
  );
  return [...(first ?? new Map<string, Expr>())]
    .filter(([text]) => rest.every((keys) => keys.has(text)))
    .map(([, key]) => key);
}

/** The distribution under the names that a projection gives; spread when a column of it is lost. */
function renamed(at: Distribution, columns: readonly NamedExpr[]): Distribution {
  if (at.kind !== 'hash') return at;
  const names = at.columns.map(
    (column) => columns.find(({ expr }) => expr.kind === 'column' && expr.name === column)?.name,
  );
  return names.every((name) => name !== undefined) ? { kind: 'hash', columns: names } : spread;
}

function distributeAggregate(rel: AggregateRel, context: DistributeContext): Placed {
  const input = distribute(rel.input, context, false);
  const keys = rel.keys.map((key) => key.expr);
  if (isTogether(input.at, plainColumns(keys)) && (rel.keys.length > 0 || input.at.kind === 'single')) {
    return { rel: { ...rel, input: input.rel }, at: renamed(input.at, rel.keys) };
  }
  const steps = decompose(rel);
  const expanded = steps ? null : expandCountDistinct(rel);
  if (expanded) return distributeAggregate(expanded, context);
  const rows: RelNode = steps ? { ...steps.partial, input: input.rel } : input.rel;
  const finish = (from: RelNode): AggregateRel => (steps ? steps.final(from) : { ...rel, input: from });
  if (rel.keys.length === 0) {
    if (!steps) context.warn('An aggregate over all rows that needs them at once (such as median) runs in one task.');
    return { rel: finish(exchange(rows, { kind: 'single' }, context)), at: single };
  }
  const names = rel.keys.map((key) => key.name);
  const exchanged = byHash(rows, steps ? columnsAsExprs(names) : keys, true, context);
  return { rel: finish(exchanged), at: { kind: 'hash', columns: names } };
}

function distributeDistinct(rel: DistinctRel, input: Placed, context: DistributeContext): Placed {
  const columns = rel.on ?? columnNames(rel.input);
  const whole: RelNode = { ...rel, input: input.rel };
  if (isTogether(input.at, columns)) return { rel: whole, at: input.at };
  // Which row stands for a combination is the first in source order, which only one task can tell.
  if (rel.on) return { rel: { ...rel, input: gather({ rel: whole, at: input.at }, context) }, at: single };
  return {
    rel: { ...rel, input: byHash(whole, columnsAsExprs(columns), true, context) },
    at: { kind: 'hash', columns },
  };
}

function distributeSort(rel: SortRel, input: Placed, context: DistributeContext): Placed {
  // Ties of a stable sort keep the order of the tasks, which rows lose when they are dealt by range.
  if (rel.stable || input.at.kind === 'single' || estimateBytes(input.rel, context.splits) <= partitionTargetBytes) {
    return { rel: { ...rel, input: gather(input, context) }, at: single };
  }
  const kept = exchange(input.rel, { kind: 'keep', sampleKeys: rel.keys }, context);
  const dealt = exchange(kept, { kind: 'range', keys: rel.keys, bounds: [] }, context);
  return { rel: { ...rel, input: dealt }, at: spread };
}

/** Every task gives as many rows as are wanted at all; of a sort, its own first ones. */
function distributeLimit(rel: LimitRel, context: DistributeContext): Placed {
  const sort = rel.input.kind === 'sort' ? rel.input : null;
  const from = sort ? sort.input : rel.input;
  const input = distribute(from, context, (sort ? sort.stable : true) && hasOrder(from));
  const sorted = (rows: RelNode): RelNode => (sort ? { ...sort, input: rows } : rows);
  if (input.at.kind === 'single') return { rel: { ...rel, input: sorted(input.rel) }, at: single };
  const enough = rel.limit === null ? null : rel.limit + rel.offset;
  // Ties of a stable sort keep the order of the tasks, which the gathered rows have.
  const rows: RelNode =
    enough === null ? input.rel : { kind: 'limit', input: sorted(input.rel), limit: enough, offset: 0 };
  return { rel: { ...rel, input: sorted(exchange(rows, { kind: 'single' }, context)) }, at: single };
}

function distributeUnion(rel: UnionRel, inputs: readonly Placed[]): Placed {
  const at = inputs.every((input) => input.at.kind === 'single') ? single : spread;
  return { rel: { ...rel, inputs: inputs.map((input) => input.rel) }, at };
}

function distributeSetOperation(rel: SetOperationRel, left: Placed, right: Placed, context: DistributeContext): Placed {
  if (left.at.kind === 'single' && right.at.kind === 'single')
    return { rel: { ...rel, left: left.rel, right: right.rel }, at: single };
  const names = columnNames(rel.left);
  const deal = (input: Placed) => byHash(input.rel, columnsAsExprs(names), true, context);
  return { rel: { ...rel, left: deal(left), right: deal(right) }, at: { kind: 'hash', columns: names } };
}
