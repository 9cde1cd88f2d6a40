import { randomUUID } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { Table } from 'apache-arrow';
import { type Backend, openBackend } from '../backends/backend.ts';
import { EnginePool } from '../engine/engine-pool.ts';
import { AbortError, PlanError } from '../errors.ts';
import { FileEnds } from '../formats/parquet/file-ends.ts';
import { splitTargetBytes } from '../formats/parquet/split-row-groups.ts';
import type { LogicalNode } from '../plan/logical.ts';
import type { ScanRel } from '../plan/relation.ts';
import type { InspectedScan } from '../planner/stages/inspect-footers.ts';
import { broadcastTargetBytes, type Spread } from '../planner/stages/spread-query.ts';
import { type GcResult, jobName } from '../scheduler/gc.ts';
import type { JobEvent } from '../scheduler/job.ts';
import type { LifecycleConfiguration } from '../scheduler/lifecycle-rule.ts';
import { createStore } from '../storage/create-store.ts';
import { joinUri, toUri } from '../storage/uri.ts';
import type { WorkerEnvironment } from '../worker/run-task.ts';
import { runPersist } from './actions.ts';
import { type Config, type ConnectOptions, type PlannerOptions, resolveConfig } from './config.ts';
import { Dataset } from './dataset.ts';
import type { QueryContext } from './execute.ts';
import type { TypeOfName } from './expression-types.ts';
import { type GcOptions, lifecycleRuleOf, runGc } from './gc.ts';
import { inspectFooters } from './inspect-footers.ts';
import { JobPlaces } from './job-place.ts';
import { MemoryTables } from './memory-tables.ts';
import { createPlanning } from './planning.ts';
import { parseSchema, Reader, type SchemaOption } from './reader.ts';
import type { AnyRow, IsKnown, Simplify } from './row-types.ts';
import { SessionScratch } from './session-scratch.ts';

/**
 * Opens a session: on this machine unless options, `SHOAL_*` variables or `shoal.config.*` name another backend.
 *
 * @throws {PlanError} INVALID_ARGUMENT for settings that make no sense
 */
export async function connect(options: ConnectOptions = {}): Promise<Session> {
  return new Session(await resolveConfig(options, process.env, process.cwd()));
}

function spreadOf(planner: PlannerOptions): Spread {
  return {
    splitBytes: planner.splitBytes ?? splitTargetBytes,
    tasks: planner.tasks ?? null,
    partitions: planner.partitions ?? null,
    broadcastBytes: planner.broadcastBytes ?? broadcastTargetBytes,
    exchange: planner.exchange ?? null,
    always: planner.forceExchange ?? false,
  };
}

/** The place where datasets come from; owns temporary files and engines until {@link close}. */
export class Session {
  /** Describes datasets over files. */
  readonly read: Reader;
  private readonly events = new EventEmitter();
  private readonly closing = new AbortController();
  private readonly scratch: SessionScratch;
  private readonly environment: WorkerEnvironment;
  private readonly tables: MemoryTables;
  private readonly workspace: string | null;
  private readonly context: QueryContext;
  private backend: Promise<Backend> | null = null;
  private driver: Promise<Backend> | null = null;

  constructor(config: Config) {
    this.scratch = new SessionScratch(config.scratchDirectory);
    const scratchDirectory = this.scratch.path;
    this.environment = {
      engines: new EnginePool(),
      fileEnds: new FileEnds(),
      store: createStore(config.storeOptions),
      scratchDirectory,
      threads: config.threads,
      memoryLimitBytes: config.memoryLimitBytes,
    };
    this.tables = new MemoryTables(scratchDirectory);
    this.workspace = config.workspace;
    const places = new JobPlaces({
      store: this.environment.store,
      workspace: config.workspace,
      scratch: toUri(`${scratchDirectory}/`),
      resume: config.resume,
    });
    this.context = {
      planning: createPlanning(
        this.environment,
        this.tables,
        config.timeZone,
        () => this.spread(config),
        (node, path) => runPersist(this.context, node, toUri(path)),
        { inspect: (scan, signal) => this.inspect(scan, signal) },
      ),
      store: this.environment.store,
      results: config.results,
      closed: this.closing.signal,
      backend: () => (this.backend ??= openBackend(config.backend, this.environment, config)),
      driver: () => (this.driver ??= openBackend('local', this.environment)),
      placeOf: (plan) => places.placeOf(plan),
      // What it leaves undone is `gc`'s.
      later: (work) => void work.catch(() => {}),
      emit: (event) => void this.events.emit('progress', event),
    };
    this.read = new Reader((node) => this.derive(node));
  }

  /**
   * A dataset of JavaScript rows, copied now. Types come from the values (see docs/semantics.md) or from `schema`; a
   * missing key is null.
   *
   * @throws {PlanError} INVALID_ROWS naming the row and column of a value that does not fit
   */
  from<Row extends object = AnyRow, const S extends SchemaOption = SchemaOption>(
    rows: Iterable<Row>,
    options: { readonly schema?: S } = {},
  ): Dataset<RowsOf<Row, S>> {
    return this.derive(this.tables.addRows([...rows], options.schema && parseSchema(options.schema)));
  }

  /** A dataset of an apache-arrow table. */
  fromArrow<Row = AnyRow>(table: Table): Dataset<Row> {
    return this.derive(this.tables.addArrow(table));
  }

  /** Calls `listener` with what happens while queries run. */
  on(event: 'progress', listener: (event: JobEvent) => void): this {
    if (event !== 'progress')
      throw new PlanError('INVALID_ARGUMENT', `Unknown event ${JSON.stringify(event)}. Available: progress`);
    this.events.on(event, listener);
    return this;
  }

  /**
   * Finds what jobs left whose process was killed or whose machine is gone, and removes it: their folders in the workspace,
   * journals that nobody went on from, files that they staged and never showed. Writes that they decided are finished. Nothing of
   * a job that is alive is touched, whoever runs it.
   *
   * @returns what was removed, or, with `dryRun`, would be
   * @throws {PlanError} INVALID_ARGUMENT without a workspace; {StorageError} for a decided write that cannot be finished
   */
  async gc(options: GcOptions = {}): Promise<GcResult> {
    return runGc(this.environment.store, this.workspace, options);
  }

  /**
   * Rules for the workspace's bucket, by which S3 does by itself what `gc` does, as
   * `aws s3api put-bucket-lifecycle-configuration` takes them. A bucket has one configuration, which may hold other rules too.
   *
   * @param options `days` (default 7): from when on objects are removed; `sinks`: paths on S3 that are written to
   * @throws {PlanError} INVALID_ARGUMENT for a workspace that is not on S3
   */
  lifecycleRule(options: Parameters<typeof lifecycleRuleOf>[1] = {}): LifecycleConfiguration {
    return lifecycleRuleOf(this.workspace, options);
  }

  /** Ends running queries and removes every temporary file; datasets of the session cannot run any more. */
  async close(): Promise<void> {
    if (this.closing.signal.aborted) return;
    this.closing.abort(new AbortError('CLOSED', 'The session is closed; connect() again.'));
    await Promise.all([this.backend, this.driver].map(async (opened) => (await opened?.catch(() => null))?.close()));
    await this.environment.engines.close();
    await this.scratch.remove();
  }

  /** For `await using shoal = await connect()`. */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  /** Queries of a session without workers are spread only when that is asked for. */
  private async spread({ workers, planner }: Config) {
    if (workers === 0 && !planner.forceExchange && planner.tasks === undefined) return null;
    const [driver, backend] = await Promise.all([this.context.driver(), this.context.backend()]);
    return { spread: spreadOf(planner), driver: driver.profile, backend: backend.profile };
  }

  /** Footers of very many files are read where the query's tasks run. */
  private async inspect(scan: ScanRel, signal: AbortSignal = this.closing.signal): Promise<InspectedScan> {
    const [backend, driver] = await Promise.all([this.context.backend(), this.context.driver()]);
    const { store, later } = this.context;
    const root = this.workspace ?? toUri(`${this.scratch.path}/`);
    const workspace = joinUri(root, `jobs/${jobName(Date.now(), randomUUID())}/`);
    return inspectFooters(scan, { backend, driver, store, signal, workspace, later });
  }

  private derive<Row>(node: LogicalNode): Dataset<Row> {
    return new Dataset<Row>(this.context, node);
  }
}

/** Row type of a dataset of `Row` objects: keys that may be missing may be null, columns of `schema` are of its types. */
export type RowsOf<Row, S extends SchemaOption> =
  IsKnown<Row> extends true
    ? string extends keyof S
      ? Filled<Row>
      : Simplify<Omit<Filled<Row>, keyof S> & { -readonly [K in keyof S]: TypeOfName<S[K]> | NullOf<Row, K> }>
    : AnyRow;

type Filled<Row> =
  Row extends Required<Row> ? Row : { [K in keyof Row]-?: undefined extends Row[K] ? Defined<Row[K]> | null : Row[K] };

type Defined<V> = Exclude<V, undefined>;

type NullOf<Row, K> = K extends keyof Row
  ? null extends Row[K]
    ? null
    : undefined extends Row[K]
      ? null
      : never
  : null;
