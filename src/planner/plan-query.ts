import type { DuckDBConnection } from '@duckdb/node-api';
import { describeSchema } from '../engine/describe.ts';
import type { LogicalNode } from '../plan/logical.ts';
import { type PhysicalPlan, type SinkMode, type TaskOutput, taskVersion } from '../plan/task.ts';
import { bind } from './bind.ts';
import { gatherEvidence, type Lookups } from './gather-evidence.ts';
import { optimize } from './optimize.ts';
import { shiftZones } from './shift-zones.ts';
import { toWire } from './wire.ts';

/** The outside world, as far as planning looks at it. */
export interface PlanningEnvironment extends Lookups {
  /** IANA name of the zone in which date functions see zoned timestamps. */
  readonly timeZone: string;
  /** DuckDB's version on the driver. */
  engineVersion(): Promise<string>;
  /** A connection to an empty engine, for binding names and types; the planner closes it. */
  connect(): Promise<DuckDBConnection>;
}

/** What is wanted of a query. */
export interface PlanRequest {
  readonly node: LogicalNode;
  readonly output: TaskOutput;
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
    const plan = request.wireTypes ? toWire(optimized, schema) : optimized;
    const engineVersion = await environment.engineVersion();
    const task = {
      version: taskVersion,
      id: '0-0',
      stage: 0,
      engineVersion,
      plan,
      schema,
      output: request.output,
    } as const;
    return { schema, sinkMode: request.sinkMode, stages: [{ id: 0, tasks: [task] }] };
  } finally {
    connection.closeSync();
  }
}
