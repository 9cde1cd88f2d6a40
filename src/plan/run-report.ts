import type { Transfer } from './transfer.ts';

/** What reading a file, or a part of it, takes; found before the query runs. */
export interface FileRead {
  /** Rows of the row groups that are read; null where the format does not tell. */
  readonly rows: number | null;
  /** Bytes of the wanted column chunks, or of text. */
  readonly bytes: number;
  /** Whether the engine reads the file where it lies; otherwise it is fetched. */
  readonly inPlace: boolean;
  /** Byte ranges of the object that are fetched, without those of its footer. */
  readonly ranges: number;
  readonly fetched: Transfer;
  /** What its footer takes of a worker that does not know it yet. */
  readonly footer: Transfer;
  /** Whether compression keeps the file from being cut. */
  readonly compressed: boolean;
}

/** What a stage will do, about. */
export interface StageEstimate {
  readonly tasks: number;
  /** Rows that come out of it; null where nothing is known of its inputs' rows. */
  readonly rows: number | null;
  /** Bytes of those rows. */
  readonly bytes: number;
  /** Bytes of files that are read where they lie. */
  readonly inPlaceBytes: number;
  readonly fetched: Transfer;
  readonly written: Transfer;
}

/** What a stage did. */
export interface StageReport {
  /** Tasks whose results were taken. */
  readonly tasks: number;
  /** How often one of its tasks was sent to a worker: retries, second attempts at slow tasks and repeated guesses are included. */
  readonly attempts: number;
  /** Tasks that a journal knew as done. */
  readonly resumed: number;
  /** Rows that came out of it. */
  readonly rows: number;
  /** Bytes of those rows, where they went to another stage. */
  readonly bytes: number;
  /** Of all attempts that finished; so are the following. */
  readonly fetched: Transfer;
  readonly written: Transfer;
  /** Row groups that were read of Parquet files; null where the engine chose them itself. */
  readonly rowGroups: number | null;
  /** From the stage's start to its end. */
  readonly wallMs: number;
  /** Time inside workers, summed over tasks. */
  readonly workerMs: number;
}

/** What a run did, by the number of its stages; those that were not needed are not in it. */
export interface RunReport {
  readonly stages: ReadonlyMap<number, StageReport>;
  readonly wallMs: number;
}
