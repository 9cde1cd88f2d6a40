import { PlanError } from '../errors.ts';
import type { LogicalNode } from '../plan/logical.ts';
import type { CsvDialect, FormatSpec, OnBadRow } from '../plan/source.ts';
import { parseType } from '../plan/type-name.ts';
import type { DataType } from '../plan/types.ts';
import type { Dataset } from './dataset.ts';
import type { TypeOfName } from './expression-types.ts';
import type { AnyRow, Simplify } from './row-types.ts';

/** Column types by name, as `cast` takes them: `{ id: 'int64', v: 'string' }`. */
export type SchemaOption = Readonly<Record<string, string>>;

/** Options that every `read.*` takes. */
export interface ReadOptions<S extends SchemaOption = SchemaOption> {
  /** Types that replace the inferred ones, by column. */
  readonly schema?: S;
  /** Accept files whose columns differ: missing ones are null. Default false: such files are an error. */
  readonly unionByName?: boolean;
  /** Whether folders named `year=2024` are columns. Default true. */
  readonly hive?: boolean;
}

/** Options of `read.csv`; what is left out is found from samples. */
export interface CsvOptions<S extends SchemaOption = SchemaOption> extends ReadOptions<S>, CsvDialect {
  /** A record that does not fit: an error (default), skipped and counted, or collected into `result.rejected`. */
  readonly onBadRow?: OnBadRow;
}

/** Options of `read.ndjson`. */
export interface NdjsonOptions<S extends SchemaOption = SchemaOption> extends ReadOptions<S> {
  /** A record that does not fit: an error (default), skipped and counted, or collected into `result.rejected`. */
  readonly onBadRow?: OnBadRow;
}

/** Row type that a schema option gives, unless the caller gave one. */
type RowOf<Row, S> = string extends keyof Row
  ? string extends keyof S
    ? AnyRow
    : Simplify<{ -readonly [K in keyof S]: S[K] extends string ? TypeOfName<S[K]> : never }>
  : Row;

/** A path, glob, folder or `file:` / `s3:` uri, or a list of them. */
export type Paths = string | readonly string[];

/** Describes datasets over files; nothing is opened until an action runs. */
export class Reader {
  private readonly derive: (node: LogicalNode) => Dataset<never>;

  constructor(derive: (node: LogicalNode) => Dataset<never>) {
    this.derive = derive;
  }

  /** Parquet files. */
  parquet<Row = AnyRow, const S extends SchemaOption = SchemaOption>(
    paths: Paths,
    options: ReadOptions<S> = {},
  ): Dataset<RowOf<Row, S>> {
    return this.scan(paths, { kind: 'parquet' }, options);
  }

  /** CSV files, with what is not said found from samples; gzip and zstd files by their ending. */
  csv<Row = AnyRow, const S extends SchemaOption = SchemaOption>(
    paths: Paths,
    options: CsvOptions<S> = {},
  ): Dataset<RowOf<Row, S>> {
    const { schema: _schema, unionByName: _union, hive: _hive, onBadRow = 'error', ...dialect } = options;
    return this.scan(paths, { kind: 'csv', dialect, onBadRow: checkOnBadRow(onBadRow) }, options);
  }

  /** Newline-delimited JSON, one object a line; a `.json` file may also hold one array of objects. */
  ndjson<Row = AnyRow, const S extends SchemaOption = SchemaOption>(
    paths: Paths,
    options: NdjsonOptions<S> = {},
  ): Dataset<RowOf<Row, S>> {
    return this.scan(paths, { kind: 'ndjson', onBadRow: checkOnBadRow(options.onBadRow ?? 'error') }, options);
  }

  /** Text files: one row a line, in the column `line`. */
  text(paths: Paths, options: Pick<ReadOptions, 'hive'> = {}): Dataset<{ line: string }> {
    return this.scan(paths, { kind: 'text' }, options);
  }

  private scan<Row>(paths: Paths, format: FormatSpec, options: ReadOptions): Dataset<Row> {
    const list = typeof paths === 'string' ? [paths] : [...paths];
    if (list.length === 0 || list.some((path) => typeof path !== 'string' || path === '')) {
      throw new PlanError(
        'INVALID_ARGUMENT',
        `read.${format.kind}() takes a path, a glob, or a list of them; it was given ${JSON.stringify(paths)}.`,
      );
    }
    return this.derive({
      kind: 'scan',
      source: {
        paths: list,
        format,
        schema: parseSchema(options.schema ?? {}),
        unionByName: options.unionByName ?? false,
        hive: options.hive ?? true,
      },
    }) as unknown as Dataset<Row>;
  }
}

/** Data types of a schema option. @throws {PlanError} UNKNOWN_TYPE */
export function parseSchema(schema: SchemaOption): Readonly<Record<string, DataType>> {
  return Object.fromEntries(Object.entries(schema).map(([name, type]) => [name, parseType(type)]));
}

function checkOnBadRow(value: string): OnBadRow {
  if (value === 'error' || value === 'skip' || value === 'collect') return value;
  throw new PlanError(
    'INVALID_ARGUMENT',
    `onBadRow is 'error', 'skip' or 'collect'; it was given ${JSON.stringify(value)}.`,
  );
}
