import { TransformStream } from 'node:stream/web';
import type { Backend } from '../backends/backend.ts';
import { AbortError, PlanError } from '../errors.ts';
import type { Batch } from '../plan/batch.ts';
import { explainPlan } from '../plan/explain.ts';
import type { LogicalNode } from '../plan/logical.ts';
import type { PhysicalPlan, SinkMode } from '../plan/stage.ts';
import type { RejectedRecord, SinkFormat, SinkLayout, TaskResult } from '../plan/task.ts';
import type { Schema } from '../plan/types.ts';
import { type PlanningEnvironment, type PlanRequest, planQuery } from '../planner/plan-query.ts';
import { adapt, waitsFor } from '../planner/stages/adapt.ts';
import { stageTasks } from '../planner/stages/stage-tasks.ts';
import type { JobEvent } from '../scheduler/job.ts';
import { runJob } from '../scheduler/run-job.ts';
import type { ObjectStore } from '../storage/store.ts';
import { toUri } from '../storage/uri.ts';
import type { ConvertOptions } from './convert/options.ts';
import { Result } from './result.ts';

/** Options of every action. */
export interface ActionOptions {
  /** Ends the query: the action rejects with an AbortError. */
  readonly signal?: AbortSignal;
  /** Ends the query after so many milliseconds. */
  readonly timeoutMs?: number;
  /** How 64-bit integers, decimals and timestamps become JavaScript values, for this result. */
  readonly results?: ConvertOptions;
}

/** Options of `batches`. */
export interface BatchOptions extends ActionOptions {
  /** Rows of a batch, about: it is made of the engine's chunks of 2,048. */
  readonly batchRows?: number;
}

/** Options of `explain`. */
export interface ExplainOptions extends ActionOptions {
  /** Say how one task and many were weighed. */
  readonly cost?: boolean;
}

/** What an action needs of its session. */
export interface QueryContext {
  readonly planning: PlanningEnvironment;
  readonly store: ObjectStore;
  readonly results: ConvertOptions;
  /** Aborted when the session closes. */
  readonly closed: AbortSignal;
  /** Where tasks of all stages but the last run; opened on first use. */
  backend(): Promise<Backend>;
  /** This process, where the last stage runs. */
  driver(): Promise<Backend>;
  /** Uri of a folder, ending in `/`, for what the stages of one job hand on. */
  newWorkspace(): string;
  emit(event: JobEvent): void;
}

/** What a write made. */
export interface WriteResult {
  readonly files: readonly { readonly uri: string; readonly rows: number; readonly bytes: number }[];
  readonly rows: number;
  /** Input records left out under `onBadRow: 'skip' | 'collect'`. */
  readonly rejectedCount: number;
}

/** Rows of a batch unless the caller says otherwise: large enough for bulk conversion, a few MiB of usual rows. */
const defaultBatchRows = 65_536;

/** Runs the query and gives its rows. */
export async function runCollect<Row>(
  context: QueryContext,
  node: LogicalNode,
  options: ActionOptions,
): Promise<Result<Row>> {
  const batches: Batch[] = [];
  const onBatch = async (batch: Batch) => void batches.push(batch);
  const { plan, results } = await execute(context, node, { kind: 'result' }, { ...options, onBatch });
  return new Result<Row>(plan.schema, batches, { ...context.results, ...options.results }, rejectedOf(results));
}

/** Runs the query and gives its rows batch by batch; the query waits for the consumer and ends with it. */
export async function* runBatches<Row>(
  context: QueryContext,
  node: LogicalNode,
  options: BatchOptions,
): AsyncGenerator<Result<Row>> {
  const { batchRows = defaultBatchRows } = options;
  if (!Number.isInteger(batchRows) || batchRows < 1) {
    throw new PlanError('INVALID_ARGUMENT', `batchRows is a whole number, 1 or more; it was given ${batchRows}.`);
  }
  const left = new AbortController();
  const signal = options.signal ? AbortSignal.any([options.signal, left.signal]) : left.signal;
  // One batch under way and one waiting: memory stays flat however slow the consumer is.
  const channel = new TransformStream<Batch, Batch>({}, { highWaterMark: 1 }, { highWaterMark: 1 });
  const writer = channel.writable.getWriter();
  const job = execute(
    context,
    node,
    { kind: 'result' },
    { ...options, batchRows, signal, onBatch: (batch) => writer.write(batch) },
  ).then(
    () => writer.close(),
    (error) => writer.abort(error),
  );
  // Its failures reach the consumer through the channel.
  job.catch(() => {});
  try {
    for await (const batch of channel.readable)
      yield new Result<Row>(batch.schema, [batch], { ...context.results, ...options.results });
  } finally {
    left.abort();
    await job.catch(() => {});
  }
}

/** Plans the query and gives its columns. */
export async function runSchema(context: QueryContext, node: LogicalNode, options: ActionOptions): Promise<Schema> {
  return (await plan(context, node, { kind: 'result' }, options)).schema;
}

/** Plans the query and tells the plan. */
export async function explainQuery(context: QueryContext, node: LogicalNode, options: ExplainOptions): Promise<string> {
  const planned = await plan(context, node, { kind: 'result' }, options);
  const cost = options.cost ? `${planned.cost ?? 'Cost: one task; there are no workers to choose'}\n` : '';
  return cost + explainPlan(planned);
}

/** A sink as the user asked for it. */
export interface WriteRequest {
  /** A path or uri. */
  readonly path: string;
  readonly format: SinkFormat;
  readonly layout: SinkLayout;
  readonly mode: SinkMode;
}

/** Runs the query into a file, or into files of a folder. */
export async function runWrite(
  context: QueryContext,
  node: LogicalNode,
  request: WriteRequest,
  options: ActionOptions,
): Promise<WriteResult> {
  const { path, format, layout, mode } = request;
  const uri = toUri(layout.kind === 'folder' && !path.endsWith('/') ? `${path}/` : path);
  const { results } = await execute(
    context,
    node,
    { kind: 'sink', uri, format, layout },
    { ...options, sinkMode: mode },
  );
  const files = results
    .flatMap((result) => result.staged)
    .map((file) => ({ uri: file.uri, rows: file.rows, bytes: file.sizeBytes }));
  return {
    files,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    rejectedCount: results.reduce((sum, result) => sum + result.rejectedCount, 0),
  };
}

/** Runs the query into a Parquet file of wire types, for later queries of the session. */
export async function runPersist(context: QueryContext, node: LogicalNode, uri: string): Promise<Schema> {
  const format: SinkFormat = { kind: 'parquet', compression: 'lz4', rowGroupRows: 122_880 };
  const { plan: planned } = await execute(
    context,
    node,
    { kind: 'sink', uri, format, layout: { kind: 'file' } },
    { wireTypes: true },
  );
  return planned.schema;
}

interface ExecuteOptions extends ActionOptions {
  readonly sinkMode?: SinkMode;
  readonly wireTypes?: boolean;
  readonly batchRows?: number;
  readonly onBatch?: (batch: Batch) => Promise<void>;
}

async function execute(
  context: QueryContext,
  node: LogicalNode,
  output: PlanRequest['output'],
  options: ExecuteOptions,
): Promise<{ readonly plan: PhysicalPlan; readonly results: readonly TaskResult[] }> {
  const signal = deadlineOf(context, options);
  return explainAbort(signal, async () => {
    const request = {
      node,
      output,
      sinkMode: options.sinkMode ?? 'error',
      wireTypes: options.wireTypes ?? false,
    } as const;
    const planned = await planQuery(request, context.planning);
    const workspace = context.newWorkspace();
    const results = await runJob(planned, {
      signal,
      store: context.store,
      workspace,
      backend: () => context.backend(),
      driver: await context.driver(),
      tasksOf: (stage, before) => stageTasks(planned, stage, before, workspace),
      adapt: (stages, before, started) =>
        adapt(stages, { results: before, started, broadcastBytes: planned.broadcastBytes }),
      waitsFor,
      batchRows: options.batchRows ?? defaultBatchRows,
      onBatch: options.onBatch ?? (async () => {}),
      onEvent: (event) => context.emit(event),
    });
    return { plan: planned, results };
  });
}

async function plan(
  context: QueryContext,
  node: LogicalNode,
  output: PlanRequest['output'],
  options: ActionOptions,
): Promise<PhysicalPlan> {
  return explainAbort(deadlineOf(context, options), () =>
    planQuery({ node, output, sinkMode: 'error', wireTypes: false }, context.planning),
  );
}

function deadlineOf(context: QueryContext, { signal, timeoutMs }: ActionOptions): AbortSignal {
  if (timeoutMs !== undefined && !(timeoutMs > 0)) {
    throw new PlanError(
      'INVALID_ARGUMENT',
      `timeoutMs is a number of milliseconds above 0; it was given ${timeoutMs}.`,
    );
  }
  return AbortSignal.any([
    context.closed,
    ...(signal ? [signal] : []),
    ...(timeoutMs === undefined ? [] : [AbortSignal.timeout(timeoutMs)]),
  ]);
}

/** Runs `action` under `signal`; its end by the signal is an AbortError that says who ended it. */
async function explainAbort<T>(signal: AbortSignal, action: () => Promise<T>): Promise<T> {
  if (signal.aborted) throw abortError(signal);
  try {
    return await action();
  } catch (error) {
    throw signal.aborted ? abortError(signal) : error;
  }
}

function abortError(signal: AbortSignal): AbortError {
  const { reason } = signal;
  if (reason instanceof AbortError) return reason;
  const timedOut = reason instanceof DOMException && reason.name === 'TimeoutError';
  return new AbortError(
    'ABORTED',
    timedOut ? 'The query did not finish within its timeoutMs.' : 'The query was aborted by its signal.',
    { cause: reason },
  );
}

function rejectedOf(results: readonly TaskResult[]): {
  readonly count: number;
  readonly records: readonly RejectedRecord[];
} {
  return {
    count: results.reduce((sum, result) => sum + result.rejectedCount, 0),
    records: results.flatMap((result) => result.rejected),
  };
}
