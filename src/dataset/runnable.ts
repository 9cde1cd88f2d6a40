import type { Table } from 'apache-arrow';
import type { LogicalNode } from '../plan/logical.ts';
import type { Schema } from '../plan/types.ts';
import {
  type BatchOptions,
  type ExplainOptions,
  explainQuery,
  runBatches,
  runCollect,
  runRows,
  runSchema,
} from './actions.ts';
import { count } from './aggregates.ts';
import type { ActionOptions, QueryContext } from './execute.ts';
import type { Result } from './result.ts';
import { Writer } from './writer.ts';

/** A query that can run: the actions of a dataset. Nothing is read before one of them is called. */
export class Runnable<Row> implements AsyncIterable<Row> {
  /** The plan so far, as plain data. */
  readonly node: LogicalNode;
  protected readonly context: QueryContext;

  constructor(context: QueryContext, node: LogicalNode) {
    this.context = context;
    this.node = Object.freeze(node);
  }

  /** All rows, in memory. */
  collect(options: ActionOptions = {}): Promise<Result<Row>> {
    return runCollect<Row>(this.context, this.node, options);
  }

  /** Number of rows. */
  async count(options: ActionOptions = {}): Promise<number> {
    const aggregates = [{ name: 'rows', expr: count().node }];
    const node: LogicalNode = { kind: 'aggregate', input: this.node, keys: [], aggregates };
    const [row] = (await runCollect<{ rows: number }>(this.context, node, options)).toArray();
    return row?.rows ?? 0;
  }

  /** The first row, or null when there is none. */
  async first(options: ActionOptions = {}): Promise<Row | null> {
    const [row] = (await runCollect<Row>(this.context, this.prefix(1), options)).toArray();
    return row ?? null;
  }

  /** All rows as plain objects. */
  toArray(options: ActionOptions = {}): Promise<Row[]> {
    return runRows<Row>(this.context, this.node, options);
  }

  /** All rows as an apache-arrow table. */
  async toArrow(options: ActionOptions = {}): Promise<Table> {
    return (await this.collect(options)).toArrow();
  }

  /** Rows a batch at a time; never more than a few batches are in memory. Ending the loop early ends the query. */
  batches(options: BatchOptions = {}): AsyncGenerator<Result<Row>> {
    return runBatches<Row>(this.context, this.node, options);
  }

  /** Row by row, read in batches. */
  async *[Symbol.asyncIterator](): AsyncGenerator<Row> {
    for await (const batch of this.batches()) yield* batch.toArray();
  }

  /** Prints the first `rows` rows as a table. */
  async show(rows = 10, options: ActionOptions = {}): Promise<void> {
    process.stdout.write(`${await runCollect<Row>(this.context, this.prefix(rows), options)}\n`);
  }

  /** Names and types of the columns; reads no more than planning does. */
  schema(options: ActionOptions = {}): Promise<Schema> {
    return runSchema(this.context, this.node, options);
  }

  /** The plan as text: what will be read, skipped, computed where, and, with `run`, what it took. */
  explain(options: ExplainOptions = {}): Promise<string> {
    return explainQuery(this.context, this.node, options);
  }

  /** Writes the rows to files: `write.parquet(path)`, `write.csv(path)`. */
  get write(): Writer {
    return new Writer(this.context, this.node);
  }

  private prefix(rows: number): LogicalNode {
    return { kind: 'limit', input: this.node, limit: rows, offset: 0 };
  }
}
