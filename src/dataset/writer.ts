import { PlanError } from '../errors.ts';
import type { LogicalNode } from '../plan/logical.ts';
import type { SinkFormat } from '../plan/task.ts';
import { type ActionOptions, type QueryContext, runWrite, type WriteResult } from './actions.ts';

/** Options that every `write.*` takes. */
export interface WriteOptions extends ActionOptions {
  /** What happens when the file is there already: an error (default), or it is replaced once the new one is whole. */
  readonly mode?: 'error' | 'overwrite';
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

/** Writes a dataset to files; a file stands under its name only when it is whole. */
export class Writer {
  private readonly context: QueryContext;
  private readonly node: LogicalNode;

  constructor(context: QueryContext, node: LogicalNode) {
    this.context = context;
    this.node = node;
  }

  /** One Parquet file at `path`. */
  parquet(path: string, options: WriteParquetOptions = {}): Promise<WriteResult> {
    const { compression = 'zstd', rowGroupRows = 122_880 } = options;
    if (!Number.isInteger(rowGroupRows) || rowGroupRows < 1) {
      throw new PlanError(
        'INVALID_ARGUMENT',
        `rowGroupRows is a whole number, 1 or more; it was given ${rowGroupRows}.`,
      );
    }
    return this.write(path, { kind: 'parquet', compression, rowGroupRows }, options);
  }

  /** One CSV file at `path`. */
  csv(path: string, options: WriteCsvOptions = {}): Promise<WriteResult> {
    const { delimiter = ',', header = true, nullValue = '' } = options;
    return this.write(path, { kind: 'csv', delimiter, header, nullValue }, options);
  }

  private write(path: string, format: SinkFormat, options: WriteOptions): Promise<WriteResult> {
    return runWrite(this.context, this.node, { path, format, mode: options.mode ?? 'error' }, options);
  }
}
