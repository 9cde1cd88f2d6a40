import { TransformStream } from 'node:stream/web';
import type { Backend } from '../backends/backend.ts';
import { AbortError, PlanError } from '../errors.ts';
import type { Batch } from '../plan/batch.ts';
import type { LogicalNode } from '../plan/logical.ts';
import type { RunReport } from '../plan/run-report.ts';
import type { PhysicalPlan, SinkMode, Stage } from '../plan/stage.ts';
import type { RejectedRecord, SinkFormat, SinkLayout, TaskResult } from '../plan/task.ts';
import type { Schema } from '../plan/types.ts';
import { type PlanningEnvironment, type PlanRequest, planQuery } from '../planner/plan-query.ts';
import { adapt, waitsFor } from '../planner/stages/adapt.ts';
import { resplit } from '../planner/stages/resplit.ts';
import { stageTasks } from '../planner/stages/stage-tasks.ts';
import { systemClock } from '../scheduler/clock.ts';
import { collectRun } from '../scheduler/collect-run.ts';
import type { JobEvent } from '../scheduler/job.ts';
import { defaultPolicy } from '../scheduler/policy.ts';
import { runJob } from '../scheduler/run-job.ts';
import type { ObjectStore } from '../storage/store.ts';
import { toUri } from '../storage/uri.ts';
import type { ConvertOptions } from './convert/options.ts';
import { explainRun, planAsRun } from './explain-run.ts';
import { interruptible } from './interrupts.ts';
import type { JobPlace } from './job-place.ts';
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
  /** Run the query, whose rows are not kept, and say what it really did beside what was estimated. */
  readonly run?: boolean;
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
  /** Where a job writes what its stages hand on, and what of it outlives the run. */
  placeOf(plan: PhysicalPlan): Promise<JobPlace>;
  emit(event: JobEvent): void;
  /** Takes work that goes on after a job; closing the session does not wait for it. */
  later(work: Promise<void>): void;
}

/** What a write made. */
export interface WriteResult {
  readonly files: readonly { readonly uri: string; readonly rows: number; readonly bytes: number }[];
  readonly rows: number;
  /** Input records left out under `onBadRow: 'skip' | 'collect'`. */
  readonly rejectedCount: number;
  /** The plan as text, with what the run really did beside what was estimated. */
  explain(): Promise<string>;
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
  const { plan, results, run } = await execute(context, node, { kind: 'result' }, { ...options, onBatch });
  const convert = { ...context.results, ...options.results };
  return new Result<Row>(plan.schema, batches, convert, rejectedOf(results), () =>
    explainRun(plan, context.planning, run),
  );
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

/** Plans the query, runs it if that is asked for, and tells the plan. */
export async function explainQuery(context: QueryContext, node: LogicalNode, options: ExplainOptions): Promise<string> {
  const output = { kind: 'result' } as const;
  const { plan: planned, run } = options.run
    ? await execute(context, node, output, options)
    : { plan: await plan(context, node, output, options), run: null };
  const cost = options.cost ? `${planned.cost ?? 'Cost: one task; there are no workers to choose'}\n` : '';
  return cost + (await explainRun(planned, context.planning, run));
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
  const { plan, results, run } = await execute(
    context,
    node,
    { kind: 'sink', uri, format, layout },
    { ...options, sinkMode: mode },
  );
  const files = results
    .flatMap((result) => result.staged)
    .map((file) => ({ uri: file.uri, rows: file.rows, bytes: file.sizeBytes }));
  const written = {
    files,
    rows: files.reduce((sum, file) => sum + file.rows, 0),
    rejectedCount: results.reduce((sum, result) => sum + result.rejectedCount, 0),
    explain: () => explainRun(plan, context.planning, run),
  };
  // What is printed of a result is what was written.
  return Object.defineProperty(written, 'explain', { enumerable: false });
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

/** A query that has run. */
interface Executed {
  /** As it was when it ended. */
  readonly plan: PhysicalPlan;
  readonly results: readonly TaskResult[];
  readonly run: RunReport;
}

async function execute(
  context: QueryContext,
  node: LogicalNode,
  output: PlanRequest['output'],
  options: ExecuteOptions,
): Promise<Executed> {
  return underSignal(context, options, async (signal) => {
    const request = {
      node,
      output,
      sinkMode: options.sinkMode ?? 'error',
      wireTypes: options.wireTypes ?? false,
    } as const;
    const driver = await context.driver();
    const place = await context.placeOf(await planQuery(request, { ...context.planning, signal }));
    const { plan: planned, workspace, journal, lease } = place;
    const collector = collectRun();
    let stages: readonly Stage[] = planned.stages;
    const results = await runJob(planned, {
      signal,
      store: context.store,
      workspace,
      backend: () => context.backend(),
      driver,
      tasksOf: (stage, before) => stageTasks(planned, stage, before, workspace),
      adapt: (current, before, started) => {
        stages = adapt(current, { results: before, started, plan: planned });
        return stages;
      },
      waitsFor,
      resplit: (task) => resplit(task, planned.splits),
      journal,
      lease,
      clock: systemClock,
      random: Math.random,
      policy: defaultPolicy,
      batchRows: options.batchRows ?? defaultBatchRows,
      onBatch: options.onBatch ?? (async () => {}),
      onEvent: (event) => {
        collector.add(event);
        context.emit(event);
      },
      later: (work) => context.later(work),
    }).finally(place.leave);
    return { plan: planAsRun(planned, stages), results, run: collector.report() };
  });
}

async function plan(
  context: QueryContext,
  node: LogicalNode,
  output: PlanRequest['output'],
  options: ActionOptions,
): Promise<PhysicalPlan> {
  return underSignal(context, options, (signal) =>
    planQuery({ node, output, sinkMode: 'error', wireTypes: false }, { ...context.planning, signal }),
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

/** Runs an action that the caller's signal, its time-out, the session's end and Ctrl-C end. */
function underSignal<T>(
  context: QueryContext,
  options: ActionOptions,
  action: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
  const deadline = deadlineOf(context, options);
  return interruptible((interrupt) => {
    const signal = AbortSignal.any([deadline, interrupt]);
    return explainAbort(signal, () => action(signal));
  });
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
