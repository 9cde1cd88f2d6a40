import { type AggregateExpr, type Expr, mapExpr, type NamedExpr, someExpr } from '../../plan/expr.ts';
import type { AggregateRel, RelNode } from '../../plan/relation.ts';

/** An aggregate in two steps: one over the rows of each task, one over what those gave. */
export interface Decomposed {
  readonly partial: AggregateRel;
  /** The whole aggregate, given the rows of all partial ones (of a key, at least). */
  readonly final: (rows: RelNode) => AggregateRel;
}

/**
 * The two steps of an aggregate whose functions all allow it (sum, avg, count, min, max, some, every); null when one
 * needs all rows of a group at once.
 */
export function decompose(node: AggregateRel): Decomposed | null {
  const parts = aggregatesIn(node);
  if (!parts.every(isDecomposable)) return null;
  const columns: NamedExpr[] = [];
  const finals = new Map<string, Expr>();
  const prefix = freshPrefix(node);
  for (const [index, part] of parts.entries())
    finals.set(JSON.stringify(part), split(part, `${prefix}${index}`, columns));
  const merge = (expr: Expr) =>
    mapExpr(expr, (part) => (part.kind === 'aggregate' ? (finals.get(JSON.stringify(part)) ?? part) : part));
  return {
    partial: { kind: 'aggregate', input: node.input, keys: node.keys, aggregates: columns },
    final: (rows) => ({
      kind: 'aggregate',
      input: rows,
      keys: node.keys.map(({ name }) => ({ name, expr: { kind: 'column', name } })),
      aggregates: node.aggregates.map(({ name, expr }) => ({ name, expr: merge(overKeys(expr, node.keys)) })),
    }),
  };
}

/**
 * `countDistinct` as a count over groups by key and value, when all of the node's are of one value and everything beside
 * them decomposes: no task then needs all rows of a group. Null where that does not hold.
 */
export function expandCountDistinct(node: AggregateRel): AggregateRel | null {
  const parts = aggregatesIn(node);
  const distinct = parts.filter((part) => part.fn === 'countDistinct');
  const [first] = distinct;
  const others = parts.filter((part) => part.fn !== 'countDistinct');
  if (
    !first ||
    distinct.some((part) => part.filter || JSON.stringify(part) !== JSON.stringify(first)) ||
    !others.every(isDecomposable)
  )
    return null;
  const [value] = first.args;
  if (!value) return null;
  const inner: NamedExpr[] = [];
  const finals = new Map<string, Expr>(
    others.map((part, index) => [JSON.stringify(part), split(part, `partial ${index}`, inner)]),
  );
  finals.set(JSON.stringify(first), { ...first, fn: 'count', args: [{ kind: 'column', name: 'value' }] });
  const keys = node.keys.map(({ expr }, index): NamedExpr => ({ name: `key ${index}`, expr }));
  const byValue: AggregateRel = {
    kind: 'aggregate',
    input: node.input,
    keys: [...keys, { name: 'value', expr: value }],
    aggregates: inner,
  };
  const merge = (expr: Expr) =>
    mapExpr(expr, (part) => (part.kind === 'aggregate' ? (finals.get(JSON.stringify(part)) ?? part) : part));
  return {
    kind: 'aggregate',
    input: byValue,
    keys: node.keys.map(({ name }, index) => ({ name, expr: { kind: 'column', name: `key ${index}` } })),
    aggregates: node.aggregates.map(({ name, expr }) => ({
      name,
      expr: merge(overKeys(expr, node.keys, (index) => `key ${index}`)),
    })),
  };
}

/** What no key's name begins with. */
function freshPrefix(node: AggregateRel): string {
  let prefix = 'partial ';
  while (node.keys.some((key) => key.name.startsWith(prefix))) prefix = `${prefix}'`;
  return prefix;
}

/** Every different aggregate of a node, in order of appearance. */
function aggregatesIn(node: AggregateRel): readonly AggregateExpr[] {
  const found = new Map<string, AggregateExpr>();
  for (const { expr } of node.aggregates) {
    someExpr(expr, (part) => {
      if (part.kind === 'aggregate') found.set(JSON.stringify(part), part);
      return false;
    });
  }
  return [...found.values()];
}

const decomposable: ReadonlySet<AggregateExpr['fn']> = new Set(['sum', 'avg', 'count', 'min', 'max', 'some', 'every']);

function isDecomposable(part: AggregateExpr): boolean {
  return decomposable.has(part.fn) && !part.distinct;
}

/** Adds the columns of a part's first step, and gives its second. */
function split(part: AggregateExpr, prefix: string, columns: NamedExpr[]): Expr {
  const add = (fn: AggregateExpr['fn'], suffix: string): Expr => {
    const expr: AggregateExpr = { ...part, fn };
    // A sum and a mean of the same values share their sum.
    const known = columns.find((column) => JSON.stringify(column.expr) === JSON.stringify(expr));
    const name = known?.name ?? `${prefix}.${suffix}`;
    if (!known) columns.push({ name, expr });
    return { kind: 'column', name };
  };
  switch (part.fn) {
    case 'count':
      return totalCount(add('count', 'count'));
    case 'avg': {
      const total = aggregate('sum', add('sum', 'sum'));
      return { kind: 'call', fn: 'div', args: [total, totalCount(add('count', 'count'))] };
    }
    default:
      return aggregate(part.fn, add(part.fn, part.fn));
  }
}

/** A sum of counts is a count again: 64 bits, 0 where there is none. */
function totalCount(column: Expr): Expr {
  const total: Expr = { kind: 'cast', input: aggregate('sum', column), type: { kind: 'int64' }, safe: false };
  return { kind: 'call', fn: 'coalesce', args: [total, { kind: 'literal', type: { kind: 'int64' }, value: '0' }] };
}

function aggregate(fn: AggregateExpr['fn'], column: Expr): AggregateExpr {
  return { kind: 'aggregate', fn, args: [column], distinct: false, orderBy: [], filter: null };
}

/** Keys that stand outside of aggregates are columns of the first step. */
function overKeys(expr: Expr, keys: readonly NamedExpr[], nameOf?: (index: number) => string): Expr {
  const names = new Map(keys.map((key, index) => [JSON.stringify(key.expr), nameOf ? nameOf(index) : key.name]));
  const replace = (part: Expr): Expr => {
    const name = names.get(JSON.stringify(part));
    if (name !== undefined) return { kind: 'column', name };
    if (part.kind === 'aggregate' || part.kind === 'literal' || part.kind === 'column' || part.kind === 'sql')
      return part;
    return part.kind === 'call'
      ? { ...part, args: part.args.map(replace) }
      : part.kind === 'cast'
        ? { ...part, input: replace(part.input) }
        : part;
  };
  return replace(expr);
}
