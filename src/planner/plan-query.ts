import type { DuckDBConnection } from '@duckdb/node-api';
import { describeSchema } from '../engine/describe.ts';
import type { ParquetFooter } from '../formats/parquet/footer.ts';
import type { LogicalNode } from '../plan/logical.ts';
import type { RelNode } from '../plan/relation.ts';
import type { ScanFile } from '../plan/source.ts';
import type { PhysicalPlan, SinkMode } from '../plan/stage.ts';
import type { TaskOutput } from '../plan/task.ts';
import type { Schema } from '../plan/types.ts';
import type { ObjectStore } from '../storage/store.ts';
import { bind } from './bind.ts';
import type { Evidence } from './evidence.ts';
import { gatherEvidence, type Lookups } from './gather-evidence.ts';
import { optimize } from './optimize.ts';
import { pruneColumns } from './rules/prune-columns.ts';
import { shiftZones } from './shift-zones.ts';
import { bindKeys } from './stages/bind-keys.ts';
import { cutStages } from './stages/cut-stages.ts';
import { describeExchanges } from './stages/describe-exchanges.ts';
import { distribute } from './stages/distribute.ts';
import { gather } from './stages/distribution.ts';
import { splitScans } from './stages/split-scans.ts';
import { partitionTargetBytes } from './stages/task-plans.ts';
import { toWire } from './wire.ts';

/** How far a query is spread. */
export interface Spread {
  /** Bytes that a task fetches, about. */
  readonly splitBytes: number;
  /** Partitions of exchanges by key; null: about {@link partitionTargetBytes} each, as many as slots at least. */
  readonly partitions: number | null;
  /** Largest side of a join that every task reads whole, bytes. */
  readonly broadcastBytes: number;
  /** Tasks that run at once. */
  readonly slots: number;
  /** Cut queries also where one task would be done sooner. */
  readonly always: boolean;
}

/** A side of a join up to so many bytes is read whole by every task. */
export const broadcastTargetBytes = 64 << 20;

/** Partitions of an exchange at most: beyond, their files are many and small. */
const maxPartitions = 512;

/** The outside world, as far as planning looks at it. */
export interface PlanningEnvironment extends Lookups {
  readonly store: ObjectStore;
  /** How queries are spread over tasks; null to run each as one. */
  readonly spread: Spread | null;
  /** IANA name of the zone in which date functions see zoned timestamps. */
  readonly timeZone: string;
  /** DuckDB's version on the driver. */
  engineVersion(): Promise<string>;
  /** A connection to an empty engine, for binding names and types; the planner closes it. */
  connect(): Promise<DuckDBConnection>;
  /** A Parquet file's footer, read when the session does not know it. */
  footer(file: ScanFile, read: () => Promise<ParquetFooter>): Promise<ParquetFooter>;
}

/** What is wanted of a query. */
export interface PlanRequest {
  readonly node: LogicalNode;
  readonly output: Extract<TaskOutput, { readonly kind: 'result' | 'sink' }>;
  readonly sinkMode: SinkMode;
  /** Whether files are for shoal itself, which reads them back as the plan's own types. */
  readonly wireTypes: boolean;
}

/**
 * Plans a query: looks up what it reads, binds names and types, applies the rules, cuts it into stages.
 *
 * @throws {PlanError} for mistakes in the query; {SourceError}, {StorageError} for what it reads
 */
export async function planQuery(request: PlanRequest, environment: PlanningEnvironment): Promise<PhysicalPlan> {
  const evidence = await gatherEvidence(request.node, environment, environment.connect);
  const bound = bind(request.node, evidence);
  const connection = await environment.connect();
  try {
    const schema = await describeSchema(connection, bound);
    const local = environment.timeZone === 'UTC' ? bound : await shiftZones(connection, bound, environment.timeZone);
    const optimized = optimize(local, evidence);
    const rel = request.wireTypes ? toWire(optimized, schema) : optimized;
    return {
      schema,
      sinkMode: request.sinkMode,
      engineVersion: await environment.engineVersion(),
      timeZone: environment.timeZone,
      ...(await cutQuery(rel, schema, request, { evidence, connection, environment })),
    };
  } finally {
    connection.closeSync();
  }
}

interface CutContext {
  readonly evidence: Evidence;
  readonly connection: DuckDBConnection;
  readonly environment: PlanningEnvironment;
}

async function cutQuery(
  rel: RelNode,
  schema: Schema,
  { output }: PlanRequest,
  { evidence, connection, environment }: CutContext,
): Promise<Pick<PhysicalPlan, 'stages' | 'splits' | 'slots' | 'broadcastBytes' | 'warnings'>> {
  const { spread } = environment;
  if (!spread) return { stages: cutStages(rel, schema, output), splits: new Map(), slots: 1, broadcastBytes: 0, warnings: [] };
  const keyed = await bindKeys(rel, connection);
  const splits = await splitScans(keyed, spread.splitBytes, environment);
  const warnings: string[] = [];
  let exchanges = 0;
  const bytes = [...splits.values()].flatMap((scan) => scan.splits).reduce((sum, split) => sum + split.bytes, 0);
  const partitions = spread.partitions ?? Math.min(maxPartitions, Math.max(spread.slots, Math.ceil(bytes / partitionTargetBytes)));
  const context = { ...spread, partitions, splits, nextExchange: () => exchanges++, warn: (message: string) => void warnings.push(message) };
  const gathered = gather(distribute(keyed, context), context);
  const cut = await describeExchanges(pruneColumns.apply(gathered, evidence), connection);
  return { stages: cutStages(cut, schema, output), splits, slots: spread.slots, broadcastBytes: spread.broadcastBytes, warnings: [...new Set(warnings)] };
}
