import type { DuckDBConnection } from '@duckdb/node-api';
import { partitionColumn, renderExchange, renderKeys, renderSortSample } from '../engine/sql/exchange.ts';
import { renderExchangeCopy } from '../engine/sql/exchange-copy.ts';
import type { RenderContext } from '../engine/sql/render-context.ts';
import { InternalError } from '../errors.ts';
import { countPartitions } from '../plan/count-partitions.ts';
import type { SortKey } from '../plan/expr.ts';
import { noParts } from '../plan/producer-output.ts';
import type { Partitioning, ReadRel, RelNode } from '../plan/relation.ts';
import type { Task, TaskOutput, TaskResult } from '../plan/task.ts';
import type { Schema } from '../plan/types.ts';
import type { ObjectStore } from '../storage/store.ts';
import { layExchange, type PartitionFile } from './lay-exchange.ts';
import { runStatement } from './run-statement.ts';
import type { Scratch } from './scratch.ts';

type ExchangeOutput = Extract<TaskOutput, { kind: 'exchange' }>;

/** What writing an exchange uses of the worker. */
export interface ExchangeWriter {
  readonly connection: DuckDBConnection;
  readonly context: RenderContext;
  readonly store: ObjectStore;
  readonly scratch: Scratch;
  readonly memoryLimitBytes: number;
  readonly signal: AbortSignal;
}

/** Files that a partitioned write holds open; it begins a second one of a partition rather than more. */
const maxOpenFiles = 1_000;

/** Share of the memory limit for rows that wait for their partition to be worth a row group. */
const waitingShare = 1 / 4;

/**
 * Runs the task's plan and writes its rows for the stage that reads them: Parquet files of wire types, one or more for each
 * partition that has rows, one after another in one object, or within the result where they are small.
 */
export async function writeExchange(
  task: Task,
  output: ExchangeOutput,
  writer: ExchangeWriter,
): Promise<Pick<TaskResult, 'rows' | 'produced' | 'sample'>> {
  const files = await writeFiles(task, output.partitioning, writer);
  const sample = await sampleKeys(task.schema, output, files, writer);
  const { prefix, maxInlineBytes } = output;
  const target = { prefix, maxInlineBytes, fromPartition: 0, toPartition: countPartitions(output.partitioning) };
  const produced = await layExchange(files, target, writer);
  return { rows: files.reduce((sum, file) => sum + file.rows, 0), produced, sample };
}

/** A file that the engine wrote. */
interface WrittenFile extends PartitionFile {
  readonly rows: number;
}

/** Files that have rows, in the order of their partitions. */
async function writeFiles(
  task: Task,
  partitioning: Partitioning,
  writer: ExchangeWriter,
): Promise<readonly WrittenFile[]> {
  const { connection, context, scratch, memoryLimitBytes, signal } = writer;
  const split = partitioning.kind === 'hash' || partitioning.kind === 'range';
  const path = await scratch.newPath(split ? '' : '.parquet');
  const sortKeys = partitioning.kind === 'range' ? partitioning.keys : [];
  const intervals = await intervalKeys(task.plan, sortKeys, context, writer);
  const query = renderExchange(task.plan, task.schema, partitioning, intervals, context);
  if (split) await tunePartitionedWrite(connection, waitingRows(task.schema, memoryLimitBytes));
  const reader = await runStatement(
    connection,
    renderExchangeCopy(query, path, split ? partitionColumn : null),
    signal,
  );
  const files = Array.from({ length: reader.currentRowCount }, (_, row): WrittenFile => {
    const written = String(reader.value(0, row));
    return {
      path: written,
      partition: split ? partitionOf(written.slice(path.length)) : 0,
      rows: Number(reader.value(1, row)),
      sizeBytes: Number(reader.value(2, row)),
      checksum: null,
    };
  });
  return files.filter((file) => file.rows > 0).sort((a, b) => a.partition - b.partition || (a.path < b.path ? -1 : 1));
}

/** Both settings hold for the connection alone; the engine leaves them unlocked. */
async function tunePartitionedWrite(connection: DuckDBConnection, rows: number): Promise<void> {
  await connection.run(`SET partitioned_write_max_open_files = ${maxOpenFiles}`);
  await connection.run(`SET partitioned_write_flush_threshold = ${rows}`);
}

/**
 * Rows that a partitioned write collects before it writes row groups: as many as memory has room for, since each flush makes
 * a row group in every partition. (6 M rows, 64 partitions, a limit of 400 MB: 11 s at 0.5 M rows, 26 s when all of them
 * were held and spilled.)
 */
function waitingRows(schema: Schema, memoryLimitBytes: number): number {
  const rowBytes = schema.reduce(
    (sum, { type }) => sum + (/^(u?int|float|bool|date|time)/.test(type.kind) ? 8 : 48),
    16,
  );
  return Math.max(100_000, Math.floor((memoryLimitBytes * waitingShare) / rowBytes));
}

function partitionOf(path: string): number {
  const partition = /[/\\]p=(\d+)[/\\]/.exec(path)?.[1];
  if (partition === undefined) throw new InternalError(`The engine wrote a partition as ${path}.`);
  return Number(partition);
}

async function sampleKeys(
  schema: Schema,
  output: ExchangeOutput,
  files: readonly WrittenFile[],
  writer: ExchangeWriter,
): Promise<readonly string[]> {
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  if (output.sample === null || rows === 0) return [];
  const every = Math.ceil(rows / output.sample.rows);
  const read: ReadRel = {
    kind: 'read',
    exchange: -1,
    schema,
    columns: schema.map((field) => field.name),
    parts: noParts,
  };
  const context: RenderContext = {
    partPaths: () => files.map((file) => file.path),
    localPath: ({ uri }) => {
      throw new InternalError(`A sample of an exchange reads ${uri}.`);
    },
  };
  const { keys } = output.sample;
  const intervals = await intervalKeys(read, keys, context, writer);
  const query = renderSortSample(read, keys, every, intervals, context);
  const reader = await runStatement(writer.connection, query, writer.signal);
  return Array.from({ length: reader.currentRowCount }, (_, row) => String(reader.value(0, row)));
}

/** Which of the keys are intervals, of which nothing but the engine knows where they are computed. */
async function intervalKeys(
  plan: RelNode,
  keys: readonly SortKey[],
  context: RenderContext,
  { connection, signal }: ExchangeWriter,
): Promise<ReadonlySet<number>> {
  if (keys.length === 0) return new Set();
  const reader = await runStatement(connection, `DESCRIBE ${renderKeys(plan, keys, context)}`, signal);
  return new Set(keys.flatMap((_, index) => (reader.value(1, index) === 'INTERVAL' ? [index] : [])));
}
