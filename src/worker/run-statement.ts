import type { DuckDBConnection, DuckDBResultReader } from '@duckdb/node-api';
import { AbortError } from '../errors.ts';

/** How long after an interrupt the next one comes: one that hits between two statements is lost. */
const interruptMs = 10;

/**
 * Runs a statement that gives few rows, and reads them.
 *
 * @throws {AbortError} when `signal` aborts
 * @throws the engine's own error
 */
export async function runStatement(
  connection: DuckDBConnection,
  sql: string,
  signal: AbortSignal,
): Promise<DuckDBResultReader> {
  const aborted = (cause?: unknown) =>
    new AbortError('ABORTED', 'The query was aborted while it wrote.', { cause: signal.reason ?? cause });
  if (signal.aborted) throw aborted();
  let timer: NodeJS.Timeout | null = null;
  const interrupt = () => {
    connection.interrupt();
    timer ??= setInterval(() => connection.interrupt(), interruptMs);
  };
  signal.addEventListener('abort', interrupt);
  try {
    const reader = await connection.runAndReadAll(sql);
    if (signal.aborted) throw aborted();
    return reader;
  } catch (error) {
    throw signal.aborted ? aborted(error) : error;
  } finally {
    signal.removeEventListener('abort', interrupt);
    if (timer !== null) clearInterval(timer);
  }
}
