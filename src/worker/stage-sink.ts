import { rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { renderCopy } from '../engine/sql/copy.ts';
import { AbortError, PlanError, StorageError } from '../errors.ts';
import type { StagedFile, TaskOutput } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';

/** Where the engine writes a sink's file before the store takes it. */
export async function sinkPath(output: TaskOutput, store: ObjectStore): Promise<string | null> {
  if (output.kind === 'result') return null;
  const path = await store.stagingPath(output.uri);
  if (path === null)
    throw new PlanError(
      'INVALID_ARGUMENT',
      `${output.uri} is not on this machine; files are written to local paths only in this version.`,
    );
  return path;
}

/**
 * Writes the query's rows to `path` and hands the file to the store, under no name that anybody looks at yet.
 *
 * @throws {StorageError} STORAGE_FULL when the disk is; then nothing is left behind
 */
export async function stageSink(
  connection: DuckDBConnection,
  sql: string,
  output: Extract<TaskOutput, { kind: 'sink' }>,
  path: string,
  store: ObjectStore,
  signal: AbortSignal,
): Promise<{ readonly rows: number; readonly staged: StagedFile }> {
  const interrupt = () => connection.interrupt();
  signal.addEventListener('abort', interrupt);
  try {
    const reader = await connection.runAndReadAll(renderCopy(sql, path, output.format));
    if (signal.aborted)
      throw new AbortError('ABORTED', 'The query was aborted while it wrote.', { cause: signal.reason });
    const rows = Number(reader.getRows()[0]?.[0] ?? 0);
    return { rows, staged: await store.stage(output.uri, { kind: 'file', path }, { signal }) };
  } catch (error) {
    const bytes = (await stat(path).catch(() => null))?.size ?? 0;
    await rm(path, { force: true });
    throw isDiskFull(error) ? diskFull(output.uri, dirname(path), bytes, error) : error;
  } finally {
    signal.removeEventListener('abort', interrupt);
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
