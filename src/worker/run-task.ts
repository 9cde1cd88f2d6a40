import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { EnginePool } from '../engine/engine-pool.ts';
import { engineVersion } from '../engine/engine-version.ts';
import { streamBatches } from '../engine/read-batches.ts';
import { literalPath } from '../engine/sql/paths.ts';
import { type RenderContext, renderQuery } from '../engine/sql/relation.ts';
import { AbortError, deserializeError, InternalError, ShoalError, serializeError } from '../errors.ts';
import type { FileEnds } from '../formats/parquet/file-ends.ts';
import type { Batch } from '../plan/batch.ts';
import type { PartSpan } from '../plan/part-span.ts';
import type { Task, TaskResult } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';
import { checkUnchanged } from './check-unchanged.ts';
import { explainFailure } from './explain-failure.ts';
import { Fetcher } from './fetcher.ts';
import { guardWrites } from './guard-writes.ts';
import { inspectScan } from './inspect-scan.ts';
import { type LocalInputs, localize } from './localize.ts';
import { meterStore } from './meter-store.ts';
import { receiveTask } from './receive-task.ts';
import { prepareRejects, rejectedRecords, rejectsOf } from './rejects.ts';
import { relayExchange } from './relay-exchange.ts';
import { Scratch } from './scratch.ts';
import { sinkPath, stageSink } from './stage-sink.ts';
import { writeExchange } from './write-exchange.ts';

/** What a worker uses of the machine that it runs on. */
export interface WorkerEnvironment {
  readonly engines: EnginePool;
  readonly store: ObjectStore;
  /** Folder for spilled and temporary data. */
  readonly scratchDirectory: string;
  readonly threads: number;
  readonly memoryLimitBytes: number;
  /** Ends of Parquet files that its tasks read: kept from one to the next, as engines are. */
  readonly fileEnds?: FileEnds;
  /** Files of this machine are fetched like objects elsewhere, instead of being read in place: for tests. */
  readonly alwaysFetch?: boolean;
}

/** How a worker talks to whoever invoked it, beside the result. */
export interface TaskPort {
  readonly signal: AbortSignal;
  /** Takes rows of a 'result' output, in order; the task waits for it. */
  readonly onBatch: (batch: Batch) => Promise<void>;
  readonly batchRows: number;
}

/** What a task's output gives of its result. */
type Output = Pick<TaskResult, 'rows'> & Partial<Pick<TaskResult, 'staged' | 'produced' | 'sample'>>;

/** A task at work. */
interface Run {
  readonly task: Task;
  readonly environment: WorkerEnvironment;
  readonly port: TaskPort;
  readonly scratch: Scratch;
  readonly inputs: LocalInputs;
  readonly context: RenderContext;
}

/**
 * Runs one task: brings its inputs to this machine, opens a sandboxed engine over them, runs the plan as one query, and
 * sends its rows on, stages them as a file, or writes them for the next stage.
 *
 * An error of a task that guessed where a part of a CSV file begins has its `spans` in `details`: when they turn out wrong,
 * so may the error.
 *
 * @param text the task as JSON
 * @throws {SourceError} for input that is not what the plan says, with uri, byte offset and, where it is known, row
 * @throws {AbortError} when `port.signal` aborts; then nothing is left behind
 */
export async function runTask(text: string, environment: WorkerEnvironment, port: TaskPort): Promise<TaskResult> {
  const startedMs = performance.now();
  const scratch = new Scratch(environment.scratchDirectory);
  const metered = meterStore(environment.store);
  try {
    const task = await receiveTask(text, await engineVersion(), metered, port.signal);
    const store = guardWrites(metered, task.cancelMarker);
    const fetcher = new Fetcher(store, port.signal);
    if (task.output.kind === 'relay') {
      const done = await relayExchange(task, task.output, { fetcher, store, scratch, signal: port.signal });
      const { fetched, written } = metered;
      return { taskId: task.id, ...noRows, ...done, fetched, written, elapsedMs: performance.now() - startedMs };
    }
    if (task.output.kind === 'inspect') {
      const connect = (paths: readonly string[]) => connectTo(paths, environment);
      const done = await inspectScan(task, { fetcher, scratch, connect });
      const { fetched, written } = metered;
      const elapsedMs = performance.now() - startedMs;
      return { taskId: task.id, ...noRows, produced: null, ...done, fetched, written, elapsedMs };
    }
    const { alwaysFetch, fileEnds } = environment;
    const inputs = await localize(task.plan, { fetcher, scratch, alwaysFetch: alwaysFetch ?? false, fileEnds });
    const run = { task, environment: { ...environment, store }, port, scratch, inputs, context: contextOf(inputs) };
    const done = await runQuery(run).catch((error: unknown) => {
      throw withSpans(error, inputs.spans);
    });
    const { fetched, written } = metered;
    return { taskId: task.id, ...done, fetched, written, elapsedMs: performance.now() - startedMs };
  } catch (error) {
    if (!port.signal.aborted || error instanceof AbortError) throw error;
    throw new AbortError('ABORTED', 'The task was aborted.', { cause: error });
  } finally {
    await scratch.remove();
  }
}

/** What the result of a task has that runs no plan. */
const noRows = { rows: 0, staged: [], sample: [], spans: [], rowGroups: 0, rejected: [], rejectedCount: 0 } as const;

/** A connection to a sandbox that holds the folders of these files. */
export function connectTo(paths: readonly string[], environment: WorkerEnvironment): Promise<DuckDBConnection> {
  const { engines, threads, memoryLimitBytes, scratchDirectory } = environment;
  return engines.connect({
    threads,
    memoryLimitBytes,
    scratchDirectory,
    allowedDirectories: foldersOf(paths),
  });
}

/** The engine asks for a folder whose name has wildcard characters in either form. */
function foldersOf(paths: readonly string[]): string[] {
  return [...new Set(paths.flatMap((path) => [dirname(path), dirname(literalPath(path))]))];
}

function contextOf(inputs: LocalInputs): RenderContext {
  return {
    localPath: (file) => inputs.fileOf(file).path,
    localSlice: (file) => inputs.fileOf(file).slice,
    partPaths: inputs.pathsOf,
    rejects: rejectsOf(inputs.scans),
  };
}

async function runQuery(run: Run): Promise<Omit<TaskResult, 'taskId' | 'fetched' | 'written' | 'elapsedMs'>> {
  const { task, environment, port, inputs, context } = run;
  const { store } = environment;
  await checkUnchanged(inputs.inPlace, store, port.signal);
  const target = task.output.kind === 'sink' ? await sinkPath(task.output, store, run.scratch) : null;
  const local = inputs.inPlace.map((file) => inputs.fileOf(file).path);
  const connection = await connectTo(target === null ? local : [...local, target], environment);
  let output: Output | null = null;
  try {
    await prepareRejects(inputs.scans, connection);
    output = await runOutput(run, connection, target ?? '');
    const rejected = await rejectedRecords({ inputs, connection, context, store });
    await checkUnchanged(inputs.inPlace, store, port.signal);
    const { spans, rowGroups } = inputs;
    return { staged: [], produced: null, sample: [], spans, rowGroups, ...output, ...rejected };
  } catch (error) {
    for (const file of output?.staged ?? []) await store.abort(file);
    // What was read of a file that changed meanwhile is no fault of its own.
    if (!port.signal.aborted) await checkUnchanged(inputs.inPlace, store, port.signal);
    throw await explainFailure(error, { inputs, connection, store, context });
  } finally {
    connection.closeSync();
  }
}

/** @param target where a sink's file is written */
async function runOutput(run: Run, connection: DuckDBConnection, target: string): Promise<Output> {
  const { task, environment, port, scratch, context } = run;
  const { output } = task;
  const { store, memoryLimitBytes } = environment;
  switch (output.kind) {
    case 'result':
      return { rows: await sendRows(connection, renderQuery(task.plan, context), port) };
    case 'sink':
      return stageSink(renderQuery(task.plan, context), task, output, target, {
        connection,
        store,
        signal: port.signal,
      });
    case 'relay':
    case 'inspect':
      throw new InternalError(`A task whose output is '${output.kind}' was given to the engine.`);
    case 'exchange':
      return writeExchange(task, output, {
        connection,
        context,
        store,
        scratch,
        memoryLimitBytes,
        signal: port.signal,
      });
  }
}

async function sendRows(connection: DuckDBConnection, sql: string, port: TaskPort): Promise<number> {
  let rows = 0;
  for await (const batch of streamBatches(connection, sql, { batchRows: port.batchRows, signal: port.signal })) {
    rows += batch.numRows;
    await port.onBatch(batch);
  }
  return rows;
}

/** The same error with the task's spans among its details, where any of them was guessed. */
function withSpans(error: unknown, spans: readonly PartSpan[]): unknown {
  if (!(error instanceof ShoalError) || !spans.some((span) => span.guessed)) return error;
  const { details, ...rest } = serializeError(error);
  return deserializeError({ ...rest, details: { ...details, spans: spans.map((span) => ({ ...span })) } });
}
