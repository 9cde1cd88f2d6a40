import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect } from 'vitest';
import { EnginePool } from '../../src/engine/engine-pool.ts';
import { engineVersion } from '../../src/engine/engine-version.ts';
import { type Batch, isValid } from '../../src/plan/batch.ts';
import { decodeOutput } from '../../src/plan/exchange-wire.ts';
import {
  type ExchangeParts,
  noOutput,
  noParts,
  type OutputFile,
  outputFiles,
  toPartitionOf,
} from '../../src/plan/producer-output.ts';
import { columnNames, type ReadRel, type RelNode, type ScanRel } from '../../src/plan/relation.ts';
import { encodeTask } from '../../src/plan/serde.ts';
import type { ResolvedCsvDialect, ResolvedFormat, ScanFile } from '../../src/plan/source.ts';
import { type Task, type TaskOutput, type TaskResult, taskVersion } from '../../src/plan/task.ts';
import type { Schema } from '../../src/plan/types.ts';
import { createFileStore } from '../../src/storage/file-store.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { formatUri, toUri } from '../../src/storage/uri.ts';
import { runTask, type WorkerEnvironment } from '../../src/worker/run-task.ts';
import { countingStore } from '../support/counting-store.ts';

export type Row = readonly (string | null)[];

/** A worker with a counting store over the files of this machine, and a folder for a test file's data. */
export function useWorker(options: { readonly threads?: number; readonly store?: ObjectStore } = {}) {
  const folder = mkdtempSync(join(tmpdir(), 'shoal-worker-'));
  const scratchDirectory = join(folder, 'scratch');
  const engines = new EnginePool();
  const counting = countingStore(options.store ?? createFileStore());
  const environment: WorkerEnvironment = {
    engines,
    store: counting.store,
    scratchDirectory,
    threads: options.threads ?? 2,
    memoryLimitBytes: 512 << 20,
  };
  afterAll(async () => {
    await engines.close();
    rmSync(folder, { recursive: true, force: true });
  });
  let running = 0;
  const runText = async (
    plan: RelNode,
    schema: Schema,
    output: TaskOutput,
    changes: Partial<WorkerEnvironment> = {},
  ) => {
    const batches: Batch[] = [];
    const task: Task = {
      version: taskVersion,
      id: '0-0',
      stage: 0,
      attempt: 1,
      cancelMarker: null,
      engineVersion: await engineVersion(),
      plan,
      schema,
      output,
    };
    const port = {
      signal: new AbortController().signal,
      onBatch: async (batch: Batch) => void batches.push(batch),
      batchRows: 1_000,
    };
    running++;
    try {
      return { result: await runTask(encodeTask(task), { ...environment, ...changes }, port), batches };
    } finally {
      running--;
      // Whatever happened, no file of a task stays.
      if (running === 0) expect(leftovers(scratchDirectory)).toEqual([]);
    }
  };
  return {
    folder,
    environment,
    counting,
    /** Runs a plan for its rows, every value as the engine's text. */
    async rows(
      plan: RelNode,
      changes: Partial<WorkerEnvironment> = {},
    ): Promise<{ readonly rows: readonly Row[]; readonly result: TaskResult }> {
      const { result, batches } = await runText(asText(plan), [], { kind: 'result' }, changes);
      return { result, rows: batches.flatMap(rowsOf) };
    },
    /** Runs a plan for another output. */
    async write(
      plan: RelNode,
      schema: Schema,
      output: TaskOutput,
      changes: Partial<WorkerEnvironment> = {},
    ): Promise<TaskResult> {
      return (await runText(plan, schema, output, changes)).result;
    },
    /** Writes SQL's rows to a Parquet file and gives its path. */
    async parquet(name: string, query: string, copyOptions = ''): Promise<string> {
      const path = join(folder, name);
      const connection = await engines.connect({
        threads: 1,
        memoryLimitBytes: 512 << 20,
        scratchDirectory,
        allowedDirectories: [folder],
      });
      await connection.run(`COPY (${query}) TO '${path}' (FORMAT parquet${copyOptions})`);
      connection.closeSync();
      return path;
    },
    /** The file as a plan names it. */
    async file(path: string, changes: Partial<ScanFile> = {}): Promise<ScanFile> {
      return { ...(await counting.store.head(formatUri({ scheme: 'file', path }))), partition: {}, ...changes };
    },
    uri: (name: string) => toUri(join(folder, name)),
  };
}

function leftovers(scratchDirectory: string): string[] {
  try {
    return readdirSync(scratchDirectory).filter((name) => name.startsWith('task-'));
  } catch {
    return [];
  }
}

function asText(plan: RelNode): RelNode {
  const columns = columnNames(plan).map((name) => ({
    name,
    expr: { kind: 'cast', input: { kind: 'column', name }, type: { kind: 'string' }, safe: false } as const,
  }));
  return { kind: 'project', input: plan, columns };
}

function rowsOf(batch: Batch): Row[] {
  return Array.from({ length: batch.numRows }, (_, row) =>
    batch.columns.map((column) => (isValid(column, row) ? ((column.data as readonly string[])[row] ?? null) : null)),
  );
}

/** A scan of all columns of such files. */
export function scanOf(
  format: ResolvedFormat,
  files: readonly ScanFile[],
  schema: Schema,
  changes: Partial<ScanRel> = {},
): ScanRel {
  return {
    kind: 'scan',
    source: { format, files, filesBeforePruning: files.length, schema, partitionColumns: [], unionByName: false },
    columns: schema.map((field) => field.name),
    rowIdentity: null,
    prune: [],
    ...changes,
  };
}

/** Partitions of what tasks wrote into an exchange; all of them unless told. */
export function partsOf(
  results: readonly Pick<TaskResult, 'produced'>[],
  fromPartition = 0,
  toPartition = Number.MAX_SAFE_INTEGER,
): ExchangeParts {
  const outputs = results.map(({ produced }) => (produced ? decodeOutput(produced) : noOutput));
  return { fromPartition, toPartition, outputs };
}

/** By partition, the files that a task wrote. */
export function filesOf({ produced }: Pick<TaskResult, 'produced'>): readonly (readonly OutputFile[])[] {
  const output = produced ? decodeOutput(produced) : noOutput;
  return Array.from({ length: toPartitionOf(output) }, (_, partition) => outputFiles(output, partition, partition + 1));
}

/** What a task reads of an exchange. */
export function readOf(schema: Schema, parts: ExchangeParts = noParts): ReadRel {
  return { kind: 'read', exchange: 0, schema, columns: schema.map((field) => field.name), parts };
}

export const commaDialect: ResolvedCsvDialect = {
  delimiter: ',',
  quote: '"',
  escape: '"',
  header: true,
  nullValues: [],
  dateFormat: null,
  timestampFormat: null,
};

/** A CSV format. */
export function csvFormat(
  columns: Schema,
  changes: Partial<Extract<ResolvedFormat, { kind: 'csv' }>> = {},
): ResolvedFormat {
  return { kind: 'csv', dialect: commaDialect, columns, onBadRow: 'error', ...changes };
}
