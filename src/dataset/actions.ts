import { TransformStream } from 'node:stream/web';
import { PlanError } from '../errors.ts';
import type { Batch } from '../plan/batch.ts';
import type { LogicalNode } from '../plan/logical.ts';
import type { SinkMode } from '../plan/stage.ts';
import type { RejectedRecord, SinkFormat, SinkLayout, TaskResult } from '../plan/task.ts';
import type { Schema } from '../plan/types.ts';
import { toUri } from '../storage/uri.ts';
import { batchRows } from './convert/batch-rows.ts';
import { type ActionOptions, defaultBatchRows, execute, planRows, type QueryContext } from './execute.ts';
import { explainRun } from './explain-run.ts';
import { Result } from './result.ts';

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

/** What a write made. */
export interface WriteResult {
  readonly files: readonly { readonly uri: string; readonly rows: number; readonly bytes: number }[];
  readonly rows: number;
  /** Input records left out under `onBadRow: 'skip' | 'collect'`. */
  readonly rejectedCount: number;
  /** The plan as text, with what the run really did beside what was estimated. */
  explain(): Promise<string>;
}

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

/** Rows that become objects at once: their columns are garbage before the next collection of young objects. */
const rowsAtOnce = 8_192;

/** Runs the query and gives its rows as plain objects, which are made while the engine works on the next ones. */
export async function runRows<Row>(context: QueryContext, node: LogicalNode, options: ActionOptions): Promise<Row[]> {
  const rows: object[] = [];
  const convert = { ...context.results, ...options.results };
  const onBatch = async (batch: Batch) =>
    batchRows(batch, { options: convert, firstRow: rows.length }, rows, rows.length);
  await execute(context, node, { kind: 'result' }, { ...options, onBatch, batchRows: rowsAtOnce });
  return rows as Row[];
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
  return (await planRows(context, node, { kind: 'result' }, options)).schema;
}

/** Plans the query, runs it if that is asked for, and tells the plan. */
export async function explainQuery(context: QueryContext, node: LogicalNode, options: ExplainOptions): Promise<string> {
  const output = { kind: 'result' } as const;
  const { plan: planned, run } = options.run
    ? await execute(context, node, output, options)
    : { plan: await planRows(context, node, output, options), run: null };
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

function rejectedOf(results: readonly TaskResult[]): {
  readonly count: number;
  readonly records: readonly RejectedRecord[];
} {
  return {
    count: results.reduce((sum, result) => sum + result.rejectedCount, 0),
    records: results.flatMap((result) => result.rejected),
  };
}
