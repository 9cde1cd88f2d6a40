import { type Expr, mapSame, update } from '../../plan/expr.ts';
import {
  columnNames,
  type JoinRel,
  type Partitioning,
  type RelNode,
  relInputs,
  type ScanRel,
  type Subplan,
  type ValuesRel,
  type WithRel,
} from '../../plan/relation.ts';
import { columnsUsed } from '../columns-used.ts';
import type { Rule, RuleContext } from './rule.ts';

/** Leaves out columns that nobody reads, down to the scans. */
export const pruneColumns: Rule = {
  name: 'prune-columns',
  apply: (plan, context) => prune(plan, new Set(columnNames(plan)), context),
};

/** The node with at least the columns of `wanted`, and no column that neither `wanted` nor the node itself needs. */
function prune(node: RelNode, wanted: ReadonlySet<string>, context: RuleContext): RelNode {
  const need = (exprs: readonly Expr[]) => exprs.flatMap((expr) => [...columnsUsed(expr, context.fragments)]);
  const inner = (input: RelNode, names: Iterable<string>) => prune(input, new Set(names), context);
  switch (node.kind) {
    case 'scan':
      return pruneScan(node, wanted);
    case 'values':
      return pruneValues(node, wanted);
    case 'read':
    case 'reuse':
      return update(node, { columns: atLeastOne(node.columns, (name) => wanted.has(name)) });
    case 'exchange': {
      const used = new Set([...wanted, ...need(exchangeKeys(node.partitioning))]);
      const kept = atLeastOne(columnNames(node.input), (name) => used.has(name));
      return update(node, { input: exactly(inner(node.input, kept), kept) });
    }
    case 'project': {
      const kept = atLeastOne(node.columns, (column) => wanted.has(column.name));
      return update(node, { columns: kept, input: inner(node.input, need(kept.map((column) => column.expr))) });
    }
    case 'filter':
      return update(node, { input: inner(node.input, [...wanted, ...need([node.predicate])]) });
    case 'sort':
      return update(node, { input: inner(node.input, [...wanted, ...need(node.keys.map((key) => key.expr))]) });
    case 'explode':
      return update(node, { input: inner(node.input, [...wanted, node.column]) });
    case 'limit':
      return update(node, { input: inner(node.input, wanted) });
    case 'aggregate': {
      const aggregates = keepSame(node.aggregates, (column) => wanted.has(column.name));
      // Without keys there is one row, whatever is computed; it needs a column.
      const kept =
        node.keys.length === 0 ? atLeastOne(node.aggregates, (column) => wanted.has(column.name)) : aggregates;
      return update(node, {
        aggregates: kept,
        input: inner(node.input, need([...node.keys, ...kept].map((column) => column.expr))),
      });
    }
    case 'distinct':
      return update(node, { input: inner(node.input, node.on ? [...wanted, ...node.on] : columnNames(node.input)) });
    case 'join':
      return pruneJoin(node, wanted, context);
    case 'union': {
      const kept = atLeastOne(columnNames(node), (name) => wanted.has(name));
      return update(node, { inputs: mapSame(node.inputs, (input) => exactly(inner(input, kept), kept)) });
    }
    case 'set-operation':
      return update(node, {
        left: inner(node.left, columnNames(node.left)),
        right: inner(node.right, columnNames(node.right)),
      });
    case 'with':
      return pruneWith(node, wanted, context);
  }
}

/** A subplan has the columns that any of its readers wants. */
function pruneWith(node: WithRel, wanted: ReadonlySet<string>, context: RuleContext): WithRel {
  const input = prune(node.input, wanted, context);
  const pruned: Subplan[] = [];
  for (const subplan of [...node.subplans].reverse()) {
    const read = [input, ...pruned.map(({ plan }) => plan)].flatMap((rel) => columnsReused(rel, subplan.id));
    pruned.unshift(update(subplan, { plan: prune(subplan.plan, new Set(read), context) }));
  }
  const same = pruned.every((subplan, index) => subplan === node.subplans[index]);
  return update(node, { input, subplans: same ? node.subplans : pruned });
}

function columnsReused(node: RelNode, id: number): readonly string[] {
  if (node.kind === 'reuse') return node.subplan === id ? node.columns : [];
  return relInputs(node).flatMap((input) => columnsReused(input, id));
}

function exchangeKeys(partitioning: Partitioning): readonly Expr[] {
  switch (partitioning.kind) {
    case 'hash':
      return partitioning.keys;
    case 'range':
      return partitioning.keys.map((key) => key.expr);
    case 'keep':
      return partitioning.sampleKeys.map((key) => key.expr);
    case 'single':
    case 'broadcast':
      return [];
  }
}

function pruneScan(node: ScanRel, wanted: ReadonlySet<string>): ScanRel {
  const columns = atLeastOne(node.columns, (name) => wanted.has(name));
  const rowIdentity = node.rowIdentity !== null && columns.includes(node.rowIdentity) ? node.rowIdentity : null;
  return update(node, { columns, rowIdentity });
}

function pruneValues(node: ValuesRel, wanted: ReadonlySet<string>): ValuesRel {
  const indexes = atLeastOne([...node.schema.keys()], (index) => wanted.has(node.schema[index]?.name ?? ''));
  if (indexes.length === node.schema.length) return node;
  return {
    ...node,
    schema: node.schema.filter((_, index) => indexes.includes(index)),
    rows: node.rows.map((row) => row.filter((_, index) => indexes.includes(index))),
  };
}

function pruneJoin(node: JoinRel, wanted: ReadonlySet<string>, context: RuleContext): JoinRel {
  const used = (exprs: readonly Expr[]) => exprs.flatMap((expr) => [...columnsUsed(expr, context.fragments)]);
  const columns = atLeastOne(node.columns, (name) => wanted.has(name));
  const named = new Set([...columns, ...(node.where ? used([node.where]) : [])]);
  const scope = keepSame(node.scope, (column) => named.has(column.name));
  const side = (name: 'left' | 'right') => [
    ...scope.flatMap((column) => column[name] ?? []),
    ...used(node.on.map((pair) => pair[name])),
  ];
  const left = prune(node.left, new Set(side('left')), context);
  const right = prune(node.right, new Set(side('right')), context);
  return update(node, { scope, columns, left, right });
}

/** `node` cut to the columns `names`, in their order: a union needs the same columns on all sides. */
function exactly(node: RelNode, names: readonly string[]): RelNode {
  const current = columnNames(node);
  if (current.length === names.length && current.every((name, index) => name === names[index])) return node;
  return { kind: 'project', input: node, columns: names.map((name) => ({ name, expr: { kind: 'column', name } })) };
}

/** Those that pass, or the first when none does: a table without columns would lose its rows. */
function atLeastOne<T>(items: readonly T[], test: (item: T) => boolean): readonly T[] {
  const kept = keepSame(items, test);
  if (kept.length > 0) return kept;
  return items.length > 1 ? items.slice(0, 1) : items;
}

/** `items.filter(test)`, or `items` itself when all pass. */
function keepSame<T>(items: readonly T[], test: (item: T) => boolean): readonly T[] {
  const kept = items.filter(test);
  return kept.length === items.length ? items : kept;
}
