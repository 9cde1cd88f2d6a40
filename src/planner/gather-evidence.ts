import type { DuckDBConnection } from '@duckdb/node-api';
import { describeSchema } from '../engine/describe.ts';
import { checkFragment } from '../engine/sql/fragment.ts';
import { someExpr } from '../plan/expr.ts';
import { inputsOf, type LogicalNode, type MemoryNode, type PersistNode } from '../plan/logical.ts';
import type { ResolvedSource, SourceSpec } from '../plan/source.ts';
import type { Schema } from '../plan/types.ts';
import { bind } from './bind.ts';
import type { Evidence } from './evidence.ts';
import { exprsOf } from './exprs-of.ts';

/** A table that the session stored: its files hold the wire types of `schema`. */
export interface StoredTable {
  readonly source: ResolvedSource;
  readonly schema: Schema;
}

/** What planning looks up outside of the engine. */
export interface Lookups {
  /** Lists a source's files and finds their schema. */
  resolveSource(spec: SourceSpec): Promise<ResolvedSource>;
  /** Puts a table of the session's memory where tasks can read it. */
  resolveTable(node: MemoryNode): Promise<StoredTable>;
  /** Computes a persisted table if that was not done yet. */
  resolvePersisted(node: PersistNode): Promise<StoredTable>;
}

/** Looks up all that planning `node` needs: the only I/O of planning. */
export async function gatherEvidence(
  node: LogicalNode,
  lookups: Lookups,
  connect: () => Promise<DuckDBConnection>,
): Promise<Evidence> {
  const nodes = [...new Set(nodesBelow(node))];
  const stored = new Map<LogicalNode, StoredTable>();
  const sources = new Map<LogicalNode, ResolvedSource>();
  await Promise.all(
    nodes.map(async (leaf) => {
      if (leaf.kind === 'scan') sources.set(leaf, await lookups.resolveSource(leaf.source));
      if (leaf.kind === 'memory') stored.set(leaf, await lookups.resolveTable(leaf));
      if (leaf.kind === 'persist') stored.set(leaf, await lookups.resolvePersisted(leaf));
    }),
  );
  const connection = await connect();
  try {
    const inputSchemas = new Map<LogicalNode, Schema>();
    for (const [leaf, table] of stored) {
      sources.set(leaf, table.source);
      inputSchemas.set(leaf, table.schema);
    }
    const evidence: Evidence = { sources, inputSchemas, fragments: await resolveFragments(nodes, connection) };
    for (const typed of nodes) {
      if (typed.kind !== 'describe' && typed.kind !== 'fillNull') continue;
      inputSchemas.set(typed, await describeSchema(connection, bind(typed.input, evidence)));
    }
    return evidence;
  } finally {
    connection.closeSync();
  }
}

/** All nodes that are to be bound, inputs before those that read them; what lies below a persisted table is not. */
function nodesBelow(node: LogicalNode): readonly LogicalNode[] {
  const inputs = node.kind === 'persist' ? [] : inputsOf(node);
  return [...inputs.flatMap(nodesBelow), node];
}

async function resolveFragments(
  nodes: readonly LogicalNode[],
  connection: DuckDBConnection,
): Promise<Evidence['fragments']> {
  const texts = new Set<string>();
  for (const expr of nodes.flatMap(exprsOf)) {
    someExpr(expr, (part) => {
      if (part.kind === 'sql') texts.add(part.text);
      return false;
    });
  }
  const fragments = new Map<string, readonly string[]>();
  for (const text of texts) fragments.set(text, (await checkFragment(connection, text)).columns);
  return fragments;
}
