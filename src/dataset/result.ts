import { inspect } from 'node:util';
import type { Table } from 'apache-arrow';
import { PlanError } from '../errors.ts';
import { batchesToArrow } from '../formats/arrow/arrow.ts';
import type { Batch } from '../plan/batch.ts';
import type { RejectedRecord } from '../plan/task.ts';
import type { Schema } from '../plan/types.ts';
import { concatValues } from './concat-values.ts';
import { type BatchPlace, batchRows, batchValues } from './convert/batch-rows.ts';
import { emptyColumn } from './convert/empty-column.ts';
import type { ConvertOptions } from './convert/options.ts';
import type { Values } from './convert/values.ts';
import { type PrintOptions, printTable } from './print-table.ts';
import { batchesToCsv, type CsvTextOptions } from './result-csv.ts';

/** Input records that a query left out under `onBadRow: 'skip' | 'collect'`. */
export interface Rejected {
  readonly count: number;
  /** Under `'collect'` only. */
  readonly records: readonly RejectedRecord[];
}

/** What of danfojs `toDanfo` needs. */
export interface DanfoModule<DataFrame> {
  readonly DataFrame: new (data: unknown[][], options: { readonly columns: string[] }) => DataFrame;
}

function emptyBatch(schema: Schema): Batch {
  return { schema, numRows: 0, columns: schema.map((field) => emptyColumn(field.type)) };
}

const noneRejected: Rejected = { count: 0, records: [] };

/** Rows of a finished query, kept as typed columns; every form is made when it is asked for. */
export class Result<Row = Record<string, unknown>> {
  readonly schema: Schema;
  readonly numRows: number;
  /** Input records that were left out. */
  readonly rejected: Rejected;
  private readonly batches: readonly Batch[];
  private readonly options: ConvertOptions;
  private readonly explainRun: (() => Promise<string>) | null;

  /**
   * @param batches all of `schema`
   * @param explainRun tells of the run that gave them; null for a part of one
   */
  constructor(
    schema: Schema,
    batches: readonly Batch[],
    options: ConvertOptions = {},
    rejected: Rejected = noneRejected,
    explainRun: (() => Promise<string>) | null = null,
  ) {
    this.schema = schema;
    this.batches = batches;
    this.options = options;
    this.rejected = rejected;
    this.explainRun = explainRun;
    this.numRows = batches.reduce((rows, batch) => rows + batch.numRows, 0);
  }

  /** Names of the columns, in order. */
  get columns(): string[] {
    return this.schema.map((field) => field.name);
  }

  /** The rows, made batch by batch. @throws {ResultError} UNSAFE_VALUE, see {@link toArray} */
  *[Symbol.iterator](): IterableIterator<Row> {
    for (const [batch, place] of this.placed()) {
      const rows: object[] = new Array<object>(batch.numRows);
      batchRows(batch, place, rows, 0);
      yield* rows as Row[];
    }
  }

  /**
   * The rows as plain objects.
   *
   * @throws {ResultError} UNSAFE_VALUE for an integer, decimal or timestamp that JavaScript's default form would change,
   * naming column, row, value and the option (see `ConvertOptions`) that keeps it
   */
  toArray(): Row[] {
    const rows: object[] = new Array<object>(this.numRows);
    for (const [batch, place] of this.placed()) batchRows(batch, place, rows, place.firstRow);
    return rows as Row[];
  }

  /**
   * The values column by column: a typed array where all are numbers and none is null (64-bit integers as Float64Array, or
   * BigInt arrays under `{ int64: 'bigint' }`), an array otherwise.
   *
   * @throws {ResultError} UNSAFE_VALUE, see {@link toArray}
   */
  toColumns(): Record<string, Values> {
    const parts = Array.from(this.placed(), ([batch, place]) => batchValues(batch, place));
    // Without rows the columns still have their classes.
    if (parts.length === 0) parts.push(batchValues(emptyBatch(this.schema), { options: this.options, firstRow: 0 }));
    return Object.fromEntries(
      this.columns.map((name, index) => [name, concatValues(parts.map((values) => values[index] ?? []))]),
    );
  }

  /** An apache-arrow table with the exact values; every batch is a record batch. */
  toArrow(): Promise<Table> {
    return batchesToArrow(this.schema, this.batches);
  }

  /** The rows as CSV (RFC 4180), values in the engine's exact text, null as the empty field. */
  toCSV(options: CsvTextOptions = {}): Promise<string> {
    return batchesToCsv(this.schema, this.batches, options);
  }

  /**
   * A danfojs DataFrame; pass the module in: `result.toDanfo(await import('danfojs-node'))`. Dates become ISO text, which
   * danfo's own date methods read; nested values and bytes stay objects.
   *
   * @throws {PlanError} INVALID_ARGUMENT when the module has no DataFrame
   */
  toDanfo<DataFrame>(danfo: DanfoModule<DataFrame> | { readonly default: DanfoModule<DataFrame> }): DataFrame {
    const module = 'DataFrame' in danfo ? danfo : danfo.default;
    if (typeof module?.DataFrame !== 'function') {
      throw new PlanError(
        'INVALID_ARGUMENT',
        'toDanfo takes the danfojs module, which has a DataFrame: result.toDanfo(await import("danfojs-node")).',
      );
    }
    const columns = Object.values(this.toColumns());
    const plain = (value: unknown) => (value instanceof Date ? value.toISOString() : value);
    const rows = Array.from({ length: this.numRows }, (_, row) => columns.map((values) => plain(values[row])));
    return new module.DataFrame(rows, { columns: this.columns });
  }

  /**
   * The plan as text, with what the run really did (rows, bytes, requests, tasks, time) beside what was estimated.
   *
   * @throws {PlanError} INVALID_ARGUMENT for a batch, whose run goes on
   */
  async explain(): Promise<string> {
    if (this.explainRun) return this.explainRun();
    throw new PlanError(
      'INVALID_ARGUMENT',
      'A batch is a part of a run and cannot explain it; collect() gives a result that can, and explain({ run: true }) runs the query for it.',
    );
  }

  /** The rows as an aligned table, long ones with their middle left out. */
  toString(options: PrintOptions = {}): string {
    return printTable(this.schema, this.batches, options);
  }

  [inspect.custom](): string {
    return this.toString({ maxWidth: process.stdout.columns ?? 100 });
  }

  /** The batches, each with its place in the result. */
  private *placed(): IterableIterator<readonly [Batch, BatchPlace]> {
    let firstRow = 0;
    for (const batch of this.batches) {
      yield [batch, { options: this.options, firstRow }];
      firstRow += batch.numRows;
    }
  }
}
