import type { WireOutput } from './exchange-wire.ts';
import type { SortKey } from './expr.ts';
import type { WireInspection } from './inspection.ts';
import type { PartSpan } from './part-span.ts';
import type { Partitioning, RelNode } from './relation.ts';
import type { Transfer } from './transfer.ts';
import type { Schema } from './types.ts';

/** Version of the task's JSON; a worker refuses every other one. */
export const taskVersion = 1;

/** How written files are encoded. */
export type SinkFormat =
  | {
      readonly kind: 'parquet';
      readonly compression: 'zstd' | 'snappy' | 'lz4' | 'gzip' | 'none';
      /** Rows a row group. */
      readonly rowGroupRows: number;
    }
  | { readonly kind: 'csv'; readonly delimiter: string; readonly header: boolean; readonly nullValue: string }
  /** One JSON object a line; NaN and infinities are null. */
  | { readonly kind: 'ndjson' };

/** How a sink's rows are spread over files. */
export type SinkLayout =
  /** One file, at the sink's uri. */
  | { readonly kind: 'file' }
  /** Files named `<fileName>-<i>` below the sink's uri, in hive folders by `partitionBy`, of about `fileBytes` each. */
  | {
      readonly kind: 'folder';
      readonly partitionBy: readonly string[];
      readonly fileBytes: number | null;
      readonly fileName: string;
    };

/** Where a task's rows go. */
export type TaskOutput =
  /** To the driver, batch by batch. */
  | { readonly kind: 'result' }
  /** To the stage that reads the exchange: one object `<prefix>-<attempt>`, with the partitions one after another. */
  | {
      readonly kind: 'exchange';
      readonly partitioning: Partitioning;
      /** Uri under which the task writes its object. */
      readonly prefix: string;
      /** A partition up to so many bytes rides in the task's result, if all of the task's do. */
      readonly maxInlineBytes: number;
      /** How many sort keys of the rows to give back (for range bounds); with their order. */
      readonly sample: { readonly keys: readonly SortKey[]; readonly rows: number } | null;
    }
  /**
   * The files that `plan`, which only reads an exchange, reads: byte for byte, partition by partition, in one object
   * `<prefix>-<attempt>`.
   */
  | { readonly kind: 'relay'; readonly prefix: string }
  /** Nowhere: `plan`, which is one scan of Parquet files, is not run; what their footers say of it goes into the result. */
  | { readonly kind: 'inspect' }
  /** Into files that the scheduler puts under their final uris when all are whole. */
  | { readonly kind: 'sink'; readonly uri: string; readonly format: SinkFormat; readonly layout: SinkLayout };

/** One unit of work for a stateless worker: plain JSON, complete in itself, safe to run twice. */
export interface Task {
  readonly version: typeof taskVersion;
  /** Unique within the job: `<stage>-<index>`. */
  readonly id: string;
  readonly stage: number;
  /** 1 for the first attempt at the task; the scheduler counts on. */
  readonly attempt: number;
  /**
   * Uri of an object that is there when the job is over: looked for before anything is written, by workers that cannot be
   * stopped; null where they can.
   */
  readonly cancelMarker: string | null;
  /** Version of DuckDB that the plan was bound with; the worker's must be the same. */
  readonly engineVersion: string;
  readonly plan: RelNode;
  /** Columns that come out of `plan`, as the driver bound them. */
  readonly schema: Schema;
  readonly output: TaskOutput;
}

/** A record that was left out under `onBadRow: 'skip' | 'collect'`. */
export interface RejectedRecord {
  readonly uri: string;
  /** Offset of the record's first byte in the object; null where the format does not tell it. */
  readonly byteOffset: number | null;
  /** 1-based number of the record in the object, the header counted; null in a part that does not begin where the object does. */
  readonly row: number | null;
  readonly column: string | null;
  readonly message: string;
  readonly text: string;
}

/** A whole file that is not under its final uri yet; `token` is the store's own. */
export interface StagedFile {
  readonly uri: string;
  readonly sizeBytes: number;
  readonly token: string;
  readonly rows: number;
}

/** What a finished task tells the scheduler. */
export interface TaskResult {
  readonly taskId: string;
  readonly rows: number;
  /** What a sink wrote and nobody sees yet; the scheduler alone commits it. */
  readonly staged: readonly StagedFile[];
  /** What an exchange or a relay wrote; null for no rows, and for other outputs. */
  readonly produced: WireOutput | null;
  /** What the footers of its files say; of an 'inspect' output only. */
  readonly inspected?: WireInspection;
  /** Sort keys (hexadecimal) of evenly spread rows, where the output asked for a sample. */
  readonly sample: readonly string[];
  /** The bytes that the task took for its parts of CSV, NDJSON and text files; to be held against those of its neighbours. */
  readonly spans: readonly PartSpan[];
  /** What it read of objects, footers and slices of exchanges included; files that the engine reads in place are not in it. */
  readonly fetched: Transfer;
  /** What it wrote for the next stage or as files. */
  readonly written: Transfer;
  /** Row groups of Parquet files that it read; null when the engine chose those of some file by itself. */
  readonly rowGroups: number | null;
  /** Wall time inside the worker, milliseconds. */
  readonly elapsedMs: number;
  readonly rejected: readonly RejectedRecord[];
  /** How many records were rejected; `rejected` holds them only under 'collect'. */
  readonly rejectedCount: number;
}
