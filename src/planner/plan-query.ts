import type { DuckDBConnection } from '@duckdb/node-api';
import { describeSchema } from '../engine/describe.ts';
import { checkFragment } from '../engine/sql/fragment.ts';
import { childrenOf, type Expr } from '../plan/expr.ts';
import { inputsOf, type LogicalNode, type MemoryNode } from '../plan/logical.ts';
import type { ResolvedSource, SourceSpec } from '../plan/source.ts';
import { type PhysicalPlan, type SinkMode, type TaskOutput, taskVersion } from '../plan/task.ts';
import { bind } from './bind.ts';
import type { Evidence } from './evidence.ts';
import { exprsOf } from './exprs-of.ts';
import { optimize } from './optimize.ts';

/** The outside world, as far as planning looks at it. */
export interface PlanningEnvironment {
  /** DuckDB's version on the driver. */
  engineVersion(): Promise<string>;
  /** Lists a source's files and finds their schema. */
  resolveSource(spec: SourceSpec): Promise<ResolvedSource>;
  /** Puts a table of the session's memory where tasks can read it. */
  resolveTable(node: MemoryNode): Promise<ResolvedSource>;
  /** A connection to an empty engine, for binding types; the planner closes it. */
  connect(): Promise<DuckDBConnection>;
}

/**
 * Plans a query: looks up what it reads, binds names and types, applies the rules, cuts it into stages.
 *
 * @throws {PlanError} for mistakes in the query; {SourceError}, {StorageError} for what it reads
 */
export async function planQuery(
  node: LogicalNode,
  output: TaskOutput,
  sinkMode: SinkMode,
  environment: PlanningEnvironment,
): Promise<PhysicalPlan> {
  const sources = await resolveSources(node, environment);
  const connection = await environment.connect();
  try {
    const evidence: Evidence = { sources, fragments: await resolveFragments(node, connection) };
    const bound = bind(node, evidence);
    const schema = await describeSchema(connection, bound);
    const plan = optimize(bound, evidence);
    const task = {
      version: taskVersion,
      id: '0-0',
      stage: 0,
      engineVersion: await environment.engineVersion(),
      plan,
      schema,
      output,
    } as const;
    return { schema, sinkMode, stages: [{ id: 0, tasks: [task] }] };
  } finally {
    connection.closeSync();
  }
}

async function resolveSources(node: LogicalNode, environment: PlanningEnvironment): Promise<Evidence['sources']> {
  const leaves = new Set<LogicalNode>();
  collectLeaves(node, leaves);
  const resolved = await Promise.all(
    [...leaves].map(async (leaf): Promise<[LogicalNode, ResolvedSource][]> => {
      if (leaf.kind === 'scan') return [[leaf, await environment.resolveSource(leaf.source)]];
      if (leaf.kind === 'memory') return [[leaf, await environment.resolveTable(leaf)]];
      return [];
    }),
  );
  return new Map(resolved.flat());
}

function collectLeaves(node: LogicalNode, leaves: Set<LogicalNode>): void {
  const inputs = inputsOf(node);
  if (inputs.length === 0) leaves.add(node);
  for (const input of inputs) collectLeaves(input, leaves);
}

async function resolveFragments(node: LogicalNode, connection: DuckDBConnection): Promise<Evidence['fragments']> {
  const texts = new Set<string>();
  collectFragments(node, texts);
  const fragments = new Map<string, readonly string[]>();
  for (const text of texts) fragments.set(text, (await checkFragment(connection, text)).columns);
  return fragments;
}

function collectFragments(node: LogicalNode, texts: Set<string>): void {
  const visit = (expr: Expr): void => {
    if (expr.kind === 'sql') texts.add(expr.text);
    childrenOf(expr).forEach(visit);
  };
  exprsOf(node).forEach(visit);
  for (const input of inputsOf(node)) collectFragments(input, texts);
}
