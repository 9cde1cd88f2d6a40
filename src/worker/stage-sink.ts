import { readdir, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, sep } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { literalPath } from '../engine/sql/paths.ts';
import { renderSinkCopy, renderSinkCounts, type SinkCopy } from '../engine/sql/sink-copy.ts';
import { StorageError } from '../errors.ts';
import type { StagedFile, Task, TaskOutput } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';
import { joinUri } from '../storage/uri.ts';
import { runStatement } from './run-statement.ts';
import type { Scratch } from './scratch.ts';

type SinkOutput = Extract<TaskOutput, { kind: 'sink' }>;

/** What staging uses of the worker. */
export interface SinkIo {
  readonly connection: DuckDBConnection;
  readonly store: ObjectStore;
  readonly signal: AbortSignal;
}

/**
 * Where the engine writes a sink before the store takes it: a file beside its final place, in scratch for one elsewhere; a
 * folder always in scratch.
 */
export async function sinkPath(output: SinkOutput, store: ObjectStore, scratch: Scratch): Promise<string> {
  const beside = output.layout.kind === 'file' ? await store.stagingPath(output.uri) : null;
  return beside ?? scratch.newPath('');
}

/**
 * Writes the query's rows to `path` and hands the files to the store, under no name that anybody looks at yet.
 *
 * @throws {StorageError} STORAGE_FULL when the disk is; then nothing is left behind
 */
export async function stageSink(
  query: string,
  task: Task,
  output: SinkOutput,
  path: string,
  io: SinkIo,
): Promise<{ readonly rows: number; readonly staged: readonly StagedFile[] }> {
  const copy: SinkCopy = { path, format: output.format, layout: output.layout, schema: task.schema };
  const staged: StagedFile[] = [];
  try {
    const reader = await runStatement(io.connection, renderSinkCopy(query, copy), io.signal);
    const rows = Number(reader.getRows()[0]?.[0] ?? 0);
    for (const file of await writtenFiles(copy, output.uri, rows, io)) {
      const whole = await io.store.stage(file.uri, { kind: 'file', path: file.path }, { signal: io.signal });
      staged.push({ ...whole, rows: file.rows });
    }
    return { rows, staged };
  } catch (error) {
    for (const file of staged) await io.store.abort(file);
    const bytes = (await stat(path).catch(() => null))?.size ?? 0;
    await rm(path, { recursive: true, force: true });
    throw isDiskFull(error) ? diskFull(output.uri, dirname(path), bytes, error) : error;
  }
}

interface WrittenFile {
  readonly path: string;
  readonly uri: string;
  readonly rows: number;
}

/** The files of a sink that hold rows, where they are and where they belong; in the order of their names. */
async function writtenFiles(copy: SinkCopy, uri: string, rows: number, io: SinkIo): Promise<readonly WrittenFile[]> {
  if (copy.layout.kind === 'file') return [{ path: copy.path, uri, rows }];
  const names = (
    (await readdir(copy.path, { recursive: true, withFileTypes: true })) as {
      name: string;
      parentPath: string;
      isFile(): boolean;
    }[]
  )
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .sort();
  const counts = await rowsOf(names, copy, io);
  const files = names.map((path) => ({
    path,
    uri: joinUri(uri, relative(copy.path, path).split(sep).join('/')),
    rows: counts.get(path) ?? 0,
  }));
  const filled = files.filter((file) => file.rows > 0);
  // Without any row, the first task's file still tells the columns.
  return filled.length > 0 || !copy.layout.fileName.endsWith('-0') ? filled : files.slice(0, 1);
}

async function rowsOf(
  paths: readonly string[],
  copy: SinkCopy,
  { connection, signal }: SinkIo,
): Promise<ReadonlyMap<string, number>> {
  if (paths.length === 0) return new Map();
  const reader = await runStatement(connection, renderSinkCounts(paths.map(literalPath), copy.format), signal);
  return new Map(reader.getRows().map(([path, count]) => [String(path), Number(count)]));
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
