import { randomUUID } from 'node:crypto';
import { PlanError } from '../errors.ts';
import type { LogicalNode } from '../plan/logical.ts';
import type { SinkMode } from '../plan/stage.ts';
import type { SinkFormat, SinkLayout } from '../plan/task.ts';
import { runWrite, type WriteResult } from './actions.ts';
import type { ActionOptions, QueryContext } from './execute.ts';
import { type OneOrMany, type OrderItem, toArray, toSortKey } from './window.ts';

/** Options that every `write.*` takes. */
export interface WriteOptions extends ActionOptions {
  /**
   * What happens where something is already: an error (default); `'overwrite'` replaces it once the new files are whole;
   * `'append'` adds files to a folder.
   */
  readonly mode?: SinkMode;
  /** Columns that become folders named `column=value`, in this order; the path is then a folder. */
  readonly partitionBy?: OneOrMany<string>;
  /** Bytes of each file, about; the path is then a folder. A file has one row group at least. */
  readonly fileBytes?: number;
  /** Order of the rows within the files. */
  readonly sortBy?: OneOrMany<OrderItem<never>>;
}

/** Options of `write.parquet`. */
export interface WriteParquetOptions extends WriteOptions {
  /** Default 'zstd'. */
  readonly compression?: 'zstd' | 'snappy' | 'lz4' | 'gzip' | 'none';
  /** Rows a row group; default 122,880, which DuckDB's own files have. */
  readonly rowGroupRows?: number;
}

/** Options of `write.csv`. */
export interface WriteCsvOptions extends WriteOptions {
  /** Default `,`. */
  readonly delimiter?: string;
  /** Whether the first record names the columns; default true. */
  readonly header?: boolean;
  /** Text of nulls; default empty (an empty string is then written as `""`). */
  readonly nullValue?: string;
}

/**
 * Writes a dataset. A path with a file's ending is one file; any other one, or one with `partitionBy` or `fileBytes`, is a
 * folder of files with a manifest `_manifest.json` that names them. A file stands under its name only when it is whole, and
 * the manifest is written last.
 */
export class Writer {
  private readonly context: QueryContext;
  private readonly node: LogicalNode;

  constructor(context: QueryContext, node: LogicalNode) {
    this.context = context;
    this.node = node;
  }

  /** Parquet: one file (`out.parquet`) or a folder of them. */
  parquet(path: string, options: WriteParquetOptions = {}): Promise<WriteResult> {
    const { compression = 'zstd', rowGroupRows = 122_880 } = options;
    checkWhole(rowGroupRows, 'rowGroupRows');
    return this.write(path, { kind: 'parquet', compression, rowGroupRows }, options);
  }

  /** CSV (RFC 4180): one file (`out.csv`) or a folder of them. */
  csv(path: string, options: WriteCsvOptions = {}): Promise<WriteResult> {
    const { delimiter = ',', header = true, nullValue = '' } = options;
    return this.write(path, { kind: 'csv', delimiter, header, nullValue }, options);
  }

  /** Newline-delimited JSON: one file (`out.ndjson`) or a folder of them. NaN and infinities are written as null. */
  ndjson(path: string, options: WriteOptions = {}): Promise<WriteResult> {
    return this.write(path, { kind: 'ndjson' }, options);
  }

  private async write(path: string, format: SinkFormat, options: WriteOptions): Promise<WriteResult> {
    const layout = layoutOf(path, options);
    const mode = options.mode ?? 'error';
    if (mode === 'append' && layout.kind === 'file') {
      throw new PlanError(
        'INVALID_ARGUMENT',
        `append adds files to a folder, and ${JSON.stringify(path)} is one file; give a folder, such as ${JSON.stringify(`${path.replace(/\.[^./]*$/, '')}/`)}.`,
      );
    }
    const sortKeys = toArray(options.sortBy).map(toSortKey);
    const node: LogicalNode =
      sortKeys.length > 0 ? { kind: 'sort', input: this.node, keys: sortKeys, stable: false } : this.node;
    return runWrite(this.context, node, { path, format, layout, mode }, options);
  }
}

/** What a path and options say: one file, or a folder of files. @throws {PlanError} for options that do not go together */
export function layoutOf(path: string, { partitionBy, fileBytes }: WriteOptions): SinkLayout {
  const columns = toArray(partitionBy);
  if (fileBytes !== undefined) checkWhole(fileBytes, 'fileBytes');
  if (columns.length > 0 && fileBytes !== undefined) {
    throw new PlanError(
      'INVALID_ARGUMENT',
      'partitionBy and fileBytes do not go together: each task writes one file a folder. Leave one of them out.',
    );
  }
  const isFile = /\.(parquet|csv|tsv|txt|ndjson|jsonl|json)$/i.test(path);
  if (isFile && columns.length === 0 && fileBytes === undefined) return { kind: 'file' };
  // A name that no earlier write has: files of an append join those that are there.
  return {
    kind: 'folder',
    partitionBy: columns,
    fileBytes: fileBytes ?? null,
    fileName: `part-${randomUUID().replaceAll('-', '').slice(0, 12)}`,
  };
}

function checkWhole(value: number, name: string): void {
  if (!Number.isSafeInteger(value) || value < 1)
    throw new PlanError('INVALID_ARGUMENT', `${name} is a whole number, 1 or more; it was given ${value}.`);
}
