import type { Expr } from '../plan/expr.ts';
import type { SampleNode } from '../plan/logical.ts';
import { columnNames, type RelNode } from '../plan/relation.ts';
import { hasWindow } from './bind-aggregate.ts';

/**
 * Keeps the rows whose hash, mixed with the seed, lies in the lowest `fraction` of all hashes: the same rows however the
 * work is divided. Rows of Parquet files are told apart by (uri, row number); all others by their values, so that equal
 * rows stay or go together.
 */
export function bindSample(input: RelNode, node: SampleNode): RelNode {
  const names = columnNames(input);
  const columns = names.map((name): Expr => ({ kind: 'column', name }));
  const identified = identify(input, freshName(names));
  if (!identified) return { kind: 'filter', input, predicate: isSampled(columns, node) };
  const name = freshName(names);
  const sampled: RelNode = {
    kind: 'filter',
    input: identified,
    predicate: isSampled([{ kind: 'column', name }], node),
  };
  return {
    kind: 'project',
    input: sampled,
    columns: names.map((kept) => ({ name: kept, expr: { kind: 'column', name: kept } })),
  };
}

function isSampled(values: readonly Expr[], { fraction, seed }: SampleNode): Expr {
  const hash: Expr = {
    kind: 'call',
    fn: 'hash',
    args: [...values, { kind: 'literal', type: { kind: 'int64' }, value: String(seed) }],
  };
  if (fraction >= 1) return { kind: 'literal', type: { kind: 'boolean' }, value: true };
  // 53 bits of the fraction, in the highest bits of the hash's 64.
  const limit = BigInt(Math.floor(fraction * 2 ** 53)) << 11n;
  return {
    kind: 'call',
    fn: 'lt',
    args: [hash, { kind: 'literal', type: { kind: 'uint64' }, value: limit.toString() }],
  };
}

/** The relation with a further column that tells rows apart; null where rows are not those of one file. */
function identify(rel: RelNode, name: string): RelNode | null {
  switch (rel.kind) {
    case 'scan':
      return rel.source.format.kind === 'parquet'
        ? { ...rel, columns: [...rel.columns, name], rowIdentity: name }
        : null;
    case 'filter': {
      const input = identify(rel.input, name);
      return input && { ...rel, input };
    }
    case 'project': {
      if (rel.columns.some((column) => hasWindow(column.expr))) return null;
      const input = identify(rel.input, name);
      return input && { ...rel, input, columns: [...rel.columns, { name, expr: { kind: 'column', name } }] };
    }
    default:
      return null;
  }
}

function freshName(taken: readonly string[]): string {
  let name = 'row identity';
  while (taken.includes(name)) name += "'";
  return name;
}
