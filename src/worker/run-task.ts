import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import type { EnginePool } from '../engine/engine-pool.ts';
import { engineVersion } from '../engine/engine-version.ts';
import { streamBatches } from '../engine/read-batches.ts';
import { literalPath } from '../engine/sql/paths.ts';
import { rejectTables } from '../engine/sql/reject-scan.ts';
import { renderQuery } from '../engine/sql/relation.ts';
import { PlanError, SourceError } from '../errors.ts';
import type { Batch } from '../plan/batch.ts';
import { type RelNode, relInputs, type ScanRel } from '../plan/relation.ts';
import { decodeTask } from '../plan/serde.ts';
import type { ScanFile } from '../plan/source.ts';
import type { Task, TaskResult } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';
import { localPath } from '../storage/uri.ts';
import { explainFailure } from './explain-failure.ts';
import { rejectedRecords } from './rejects.ts';
import { sinkPath, stageSink } from './stage-sink.ts';

/** What a worker uses of the machine that it runs on. */
export interface WorkerEnvironment {
  readonly engines: EnginePool;
  readonly store: ObjectStore;
  /** Folder for spilled and temporary data. */
  readonly scratchDirectory: string;
  readonly threads: number;
  readonly memoryLimitBytes: number;
}

/** How a worker talks to whoever invoked it, beside the result. */
export interface TaskPort {
  readonly signal: AbortSignal;
  /** Takes rows of a 'result' output, in order; the task waits for it. */
  readonly onBatch: (batch: Batch) => Promise<void>;
  readonly batchRows: number;
}

/**
 * Runs one task: opens a sandboxed engine over its inputs, runs the plan as one query, sends rows on or stages a file.
 *
 * @param text the task as JSON
 * @throws {SourceError} for input that is not what the plan says, with uri, byte offset and row
 * @throws {AbortError} when `port.signal` aborts; then nothing is left behind
 */
export async function runTask(text: string, environment: WorkerEnvironment, port: TaskPort): Promise<TaskResult> {
  const startedMs = performance.now();
  const task = decodeTask(text, await engineVersion());
  const scans = scansOf(task.plan);
  await checkUnchanged(scans, environment.store, port.signal);
  const target = await sinkPath(task.output, environment.store);
  const paths = [...scans.flatMap((scan) => scan.source.files.map(pathOf)), ...(target === null ? [] : [target])];
  const connection = await connectTo(paths, environment);
  try {
    const done = await runQuery(task, target, connection, environment, port);
    return { taskId: task.id, elapsedMs: performance.now() - startedMs, ...done };
  } finally {
    connection.closeSync();
  }
}

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

async function runQuery(
  task: Task,
  target: string | null,
  connection: DuckDBConnection,
  { store }: WorkerEnvironment,
  port: TaskPort,
): Promise<Omit<TaskResult, 'taskId' | 'elapsedMs'>> {
  const scans = scansOf(task.plan);
  const sql = renderQuery(task.plan, { localPath: pathOf, rejects: rejectTables });
  try {
    if (task.output.kind === 'result' || target === null) {
      const rows = await sendRows(connection, sql, port);
      return { rows, staged: null, partitions: [], sample: [], ...(await rejectedRecords(scans, connection, pathOf)) };
    }
    const { rows, staged } = await stageSink(connection, sql, task.output, target, store, port.signal);
    return { rows, staged, partitions: [], sample: [], ...(await rejectedRecords(scans, connection, pathOf)) };
  } catch (error) {
    throw await explainFailure(error, { scans, connection, store, pathOf });
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

function scansOf(plan: RelNode): readonly ScanRel[] {
  return plan.kind === 'scan' ? [plan] : relInputs(plan).flatMap(scansOf);
}

/** A file that changed since the plan was made would give rows of two states. */
async function checkUnchanged(scans: readonly ScanRel[], store: ObjectStore, signal: AbortSignal): Promise<void> {
  const files = new Map(scans.flatMap((scan) => scan.source.files.map((file) => [file.uri, file] as const)));
  await Promise.all(
    [...files.values()].map(async (file) => {
      const { version } = await store.head(file.uri, { signal });
      if (version !== file.version) {
        throw new SourceError(
          'OBJECT_CHANGED',
          `${file.uri} changed after the query was planned; run the query again.`,
          { details: { uri: file.uri } },
        );
      }
    }),
  );
}

function pathOf(file: ScanFile): string {
  const path = localPath(file.uri);
  if (path === null)
    throw new PlanError(
      'INVALID_ARGUMENT',
      `${file.uri} is not on this machine; the local backend reads files only in this version.`,
    );
  return path;
}
