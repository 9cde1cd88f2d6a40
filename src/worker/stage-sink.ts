import { rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { renderCopy } from '../engine/sql/copy.ts';
import { StorageError } from '../errors.ts';
import type { StagedFile, TaskOutput } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';
import { runStatement } from './run-statement.ts';
import type { Scratch } from './scratch.ts';

type SinkOutput = Extract<TaskOutput, { kind: 'sink' }>;

/** Where the engine writes a sink's file before the store takes it: beside its final place, or in scratch for one elsewhere. */
export async function sinkPath(output: SinkOutput, store: ObjectStore, scratch: Scratch): Promise<string> {
  return (await store.stagingPath(output.uri)) ?? scratch.newPath('');
}

/**
 * Writes the query's rows to `path` and hands the file to the store, under no name that anybody looks at yet.
 *
 * @throws {StorageError} STORAGE_FULL when the disk is; then nothing is left behind
 */
export async function stageSink(
  connection: DuckDBConnection,
  sql: string,
  output: SinkOutput,
  path: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<{ readonly rows: number; readonly staged: StagedFile }> {
  try {
    const reader = await runStatement(connection, renderCopy(sql, path, output.format), signal);
    const rows = Number(reader.getRows()[0]?.[0] ?? 0);
    return { rows, staged: await store.stage(output.uri, { kind: 'file', path }, { signal }) };
  } catch (error) {
    const bytes = (await stat(path).catch(() => null))?.size ?? 0;
    await rm(path, { force: true });
    throw isDiskFull(error) ? diskFull(output.uri, dirname(path), bytes, error) : error;
  }
}

function isDiskFull(error: unknown): boolean {
  return (
    error instanceof Error && /No space left on device|ENOSPC|Disk quota exceeded|File too large/i.test(error.message)
  );
}

function diskFull(uri: string, folder: string, bytes: number, cause: unknown): StorageError {
  return new StorageError(
    'STORAGE_FULL',
    `${uri} was not written: the disk of ${folder} was full after ${bytes} bytes. What was written is removed; free space or write elsewhere.`,
    { cause, details: { uri, bytesWritten: bytes } },
  );
}
