import type { Expr } from '../../plan/expr.ts';
import type { ExchangeRel, Partitioning, RelNode } from '../../plan/relation.ts';
import type { SplitEvidence } from '../../plan/stage.ts';

/** Where the rows of a relation are while tasks run. */
export type Distribution =
  /** In one task. */
  | { readonly kind: 'single' }
  /** In several tasks; in the order of the tasks where rows have an order. */
  | { readonly kind: 'spread' }
  /** In several tasks, rows with equal values in these columns in the same one. */
  | { readonly kind: 'hash'; readonly columns: readonly string[] };

/** A relation with exchanges in it, and where its rows are. */
export interface Placed {
  readonly rel: RelNode;
  readonly at: Distribution;
}

/** What the cutting of a plan goes by. */
export interface DistributeContext {
  readonly splits: SplitEvidence;
  /** Partitions of hash and range exchanges. */
  readonly partitions: number;
  /** Largest side of a join that every task reads whole, bytes. */
  readonly broadcastBytes: number;
  /** A number for the next exchange. */
  nextExchange(): number;
  /** Takes what the user should know of the plan, such as work that one task alone can do. */
  warn(message: string): void;
}

export const single: Distribution = { kind: 'single' };
export const spread: Distribution = { kind: 'spread' };

/** An exchange over `input`; its columns' types are bound later. */
export function exchange(input: RelNode, partitioning: Partitioning, context: DistributeContext): ExchangeRel {
  return { kind: 'exchange', id: context.nextExchange(), input, partitioning, schema: [] };
}

/** The relation in one task, in the order of its tasks. */
export function gather(placed: Placed, context: DistributeContext): RelNode {
  return placed.at.kind === 'single' ? placed.rel : exchange(placed.rel, { kind: 'single' }, context);
}

/** The relation with equal keys together. */
export function byHash(
  rel: RelNode,
  keys: readonly Expr[],
  nullsTogether: boolean,
  context: DistributeContext,
): RelNode {
  return exchange(rel, { kind: 'hash', keys, partitions: context.partitions, nullsTogether }, context);
}

/** Columns of a relation as expressions. */
export function columnsAsExprs(names: readonly string[]): Expr[] {
  return names.map((name) => ({ kind: 'column', name }));
}

/** Names of those expressions that are plain columns; null when one is not. */
export function plainColumns(exprs: readonly Expr[]): readonly string[] | null {
  const names = exprs.flatMap((expr) => (expr.kind === 'column' ? [expr.name] : []));
  return names.length === exprs.length ? names : null;
}

/** Whether rows that are equal in `columns` are in one task already. */
export function isTogether(at: Distribution, columns: readonly string[] | null): boolean {
  return (
    at.kind === 'single' ||
    (at.kind === 'hash' && columns !== null && at.columns.every((column) => columns.includes(column)))
  );
}
