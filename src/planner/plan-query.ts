import type { DuckDBConnection } from '@duckdb/node-api';
import { describeSchema } from '../engine/describe.ts';
import { PlanError, UnknownColumnError } from '../errors.ts';
import type { ParquetFooter } from '../formats/parquet/footer.ts';
import type { LogicalNode } from '../plan/logical.ts';
import type { RelNode, ScanRel } from '../plan/relation.ts';
import type { ScanFile } from '../plan/source.ts';
import type { PhysicalPlan, SinkMode } from '../plan/stage.ts';
import type { TaskOutput } from '../plan/task.ts';
import type { Schema } from '../plan/types.ts';
import type { ObjectStore } from '../storage/store.ts';
import { bind } from './bind.ts';
import { gatherEvidence, type Lookups } from './gather-evidence.ts';
import { optimize, optimizeForOneTask } from './optimize.ts';
import { shiftZones } from './shift-zones.ts';
import type { InspectedScan } from './stages/inspect-footers.ts';
import { inOneTask, type SpreadContext, spreadQuery } from './stages/spread-query.ts';
import { toWire, wireSchema } from './wire.ts';

/** The outside world, as far as planning looks at it. */
export interface PlanningEnvironment extends Lookups {
  readonly store: ObjectStore;
  /** How queries are spread, and over what; null to run each as one task. */
  spread(): Promise<Pick<SpreadContext, 'spread' | 'driver' | 'backend'> | null>;
  /** IANA name of the zone in which date functions see zoned timestamps. */
  readonly timeZone: string;
  /** DuckDB's version on the driver. */
  engineVersion(): Promise<string>;
  /** A connection to an empty engine, for binding names and types; the planner closes it. */
  connect(): Promise<DuckDBConnection>;
  /** A Parquet file's footer, read when the session does not know it. */
  footer(file: ScanFile, read: () => Promise<ParquetFooter>): Promise<ParquetFooter>;
  /** Lets workers read the footers of a scan's files; left out where there are no workers. */
  inspect?(scan: ScanRel, signal?: AbortSignal): Promise<InspectedScan>;
  /** Ends what planning lets workers do. */
  readonly signal?: AbortSignal;
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
    checkPartitionBy(request, schema);
    const local = environment.timeZone === 'UTC' ? bound : await shiftZones(connection, bound, environment.timeZone);
    const sent = (rel: RelNode) => (request.wireTypes ? toWire(rel, schema) : rel);
    const alone = sent(optimizeForOneTask(local, evidence));
    const spread = await environment.spread();
    const stored = request.wireTypes ? wireSchema(schema) : schema;
    return {
      schema,
      sink: sinkOf(request),
      engineVersion: await environment.engineVersion(),
      ...(spread
        ? await spreadQuery({ rel: sent(optimize(local, evidence)), alone }, stored, request.output, {
            ...spread,
            rules: evidence,
            connection,
            io: environment,
          })
        : await inOneTask(alone, stored, request.output, environment)),
    };
  } finally {
    connection.closeSync();
  }
}

function sinkOf({ output, sinkMode }: PlanRequest): PhysicalPlan['sink'] {
  if (output.kind !== 'sink') return null;
  return { mode: sinkMode, folder: output.layout.kind === 'folder' ? output.uri : null };
}

function checkPartitionBy({ output }: PlanRequest, schema: Schema): void {
  if (output.kind !== 'sink' || output.layout.kind === 'file') return;
  const names = schema.map((field) => field.name);
  const { partitionBy } = output.layout;
  const missing = partitionBy.find((name) => !names.includes(name));
  if (missing !== undefined) throw new UnknownColumnError(missing, names, 'partitionBy');
  if (partitionBy.length >= names.length)
    throw new PlanError('INVALID_ARGUMENT', 'partitionBy names every column; the files themselves need one at least.');
}
