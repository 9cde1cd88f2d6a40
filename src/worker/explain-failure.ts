import type { DuckDBConnection } from '@duckdb/node-api';
import { renderRejectScan } from '../engine/sql/reject-scan.ts';
import type { RenderContext } from '../engine/sql/render-context.ts';
import { BackendError, InternalError, ShoalError, SourceError, StorageError, TaskError } from '../errors.ts';
import { explainCsvFailure } from '../formats/csv/reject.ts';
import { explainNdjsonFailure } from '../formats/ndjson/bad-record.ts';
import type { PartSpan } from '../plan/part-span.ts';
import type { ScanRel } from '../plan/relation.ts';
import type { ScanFile } from '../plan/source.ts';
import type { ObjectStore } from '../storage/store.ts';
import { explainParquetFailure, mayBeDamaged } from './explain-parquet.ts';
import { bytesOf, type LocalInputs } from './localize.ts';

/** What a failed query ran on. */
export interface FailedQuery {
  readonly inputs: LocalInputs;
  readonly connection: DuckDBConnection;
  readonly store: ObjectStore;
  readonly context: RenderContext;
}

/** The engine's error in shoal's terms: who is at fault, where, and what to do. Errors of shoal pass as they are. */
export async function explainFailure(error: unknown, query: FailedQuery): Promise<ShoalError> {
  if (error instanceof ShoalError) return error;
  const message = error instanceof Error ? error.message : String(error);
  if (/^Out of Memory Error/.test(message)) return outOfMemory(message, error);
  if (/No space left on device/.test(message)) {
    return new StorageError(
      'STORAGE_FULL',
      'The disk of the scratch directory is full; free space, or connect({ scratchDirectory }) to another disk.',
      { cause: error },
    );
  }
  return (await explainSource(message, error, query)) ?? explainQuery(message, error);
}

function outOfMemory(message: string, cause: unknown): BackendError {
  return new BackendError(
    'OUT_OF_MEMORY',
    `The query needs more memory than its limit and cannot spill this step to disk (${firstLine(message)}). Raise connect({ memoryLimit }), or aggregate less at once.`,
    { cause, retryable: true },
  );
}

/** Any error while files are read may be a file's fault: each is read again, to find the record or the row group. */
async function explainSource(message: string, cause: unknown, query: FailedQuery): Promise<ShoalError | null> {
  if (!/^(Invalid|Invalid Input|Conversion|CSV|JSON|IO) Error/i.test(message)) return null;
  for (const scan of query.inputs.scans) {
    for (const file of scan.source.files) {
      const found = await explainFile(scan, file, message, cause, query);
      if (found) return found;
    }
  }
  return null;
}

async function explainFile(
  scan: ScanRel,
  file: ScanFile,
  message: string,
  cause: unknown,
  { inputs, connection, store, context }: FailedQuery,
): Promise<ShoalError | null> {
  const { format } = scan.source;
  const local = inputs.fileOf(file);
  const { path, span } = local;
  const slice = span && bytesOf(span);
  switch (format.kind) {
    case 'csv': {
      const used = format.onBadRow === 'error' ? new Set(scan.columns) : null;
      const scanned = { file, path, format, slice, used };
      const rejectScan = renderRejectScan(scan, file, context);
      return inPart(span, await explainCsvFailure(connection, scanned, rejectScan, store, cause));
    }
    case 'ndjson': {
      const columns = format.columns.filter(({ name }) => format.onBadRow !== 'error' || scan.columns.includes(name));
      return inPart(span, await explainNdjsonFailure(file, { ...format, columns }, store, cause, slice));
    }
    case 'parquet':
      return mayBeDamaged(message, path)
        ? explainParquetFailure({ scan, file, local }, connection, store, cause)
        : null;
    case 'text':
      return null;
  }
}

/** The error with the bytes of the part that the task read among its details; of a whole file the error as it is. */
function inPart(span: PartSpan | null, error: SourceError | null): SourceError | null {
  if (!span || !error) return error;
  const { startByte, endByte } = span;
  const { code, message, details, cause } = error;
  return new SourceError(code, message, { cause, details: { ...details, startByte, endByte } });
}

/** Messages of the engine that a user's own values or expressions cause, without its echo of the generated SQL. */
function explainQuery(message: string, cause: unknown): ShoalError {
  const [, kind] = /^([A-Za-z ]+?) Error:/.exec(message) ?? [];
  switch (kind) {
    case 'Conversion':
      return new TaskError(
        'QUERY_FAILED',
        `A value could not be converted: ${stripKind(message)} Use .tryCast() for null instead of an error.`,
        { cause },
      );
    case 'Out of Range':
      // A value that a function is not defined for (the root of −1) needs no wider type.
      if (!/overflow|out of range/i.test(stripKind(message))) break;
      return new TaskError(
        'QUERY_FAILED',
        `A computation left its type's range: ${stripKind(message)} Cast an operand to a wider type first.`,
        { cause },
      );
    case 'Invalid Input':
    case 'Constraint':
      break;
    default:
      return new InternalError(`The engine refused a query: ${firstLine(message)}`, { cause });
  }
  return new TaskError('QUERY_FAILED', `The query failed: ${stripKind(message)}`, { cause });
}

function stripKind(message: string): string {
  const text = firstLine(message).replace(/^[A-Za-z ]+ Error:\s*/, '');
  return /[.!?]$/.test(text) ? text : `${text}.`;
}

function firstLine(message: string): string {
  return message.split('\n')[0] ?? message;
}
