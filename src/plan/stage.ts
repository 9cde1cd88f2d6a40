import type { ProducerOutput } from './producer-output.ts';
import type { Partitioning, RelNode, ScanRel } from './relation.ts';
import type { FileRead } from './run-report.ts';
import type { ScanFile } from './source.ts';
import type { TaskOutput } from './task.ts';
import type { Schema } from './types.ts';

/** What a stage's tasks make of their rows. */
export type StageOutput =
  /** Rows for the exchange whose number is the stage's own. */
  | { readonly kind: 'exchange'; readonly partitioning: Partitioning }
  /** The same rows as those of the exchange that it reads, in fewer objects. */
  | { readonly kind: 'relay' }
  /** What the footers of a scan's files say, for planning. */
  | { readonly kind: 'inspect' }
  /** The query's rows or files. */
  | Extract<TaskOutput, { readonly kind: 'result' | 'sink' }>;

/** A part of a plan that runs as one or many like tasks, once the stages that it reads from are done. */
export interface Stage {
  /** Number of the exchange that it fills; the last stage has one of its own. */
  readonly id: number;
  /** The plan of each task, but for which splits and partitions it reads. */
  readonly plan: RelNode;
  /** Columns that come out of `plan`. */
  readonly schema: Schema;
  readonly output: StageOutput;
  /** Rows, in the order of the tasks, after which those of later tasks are not wanted; null when all are. */
  readonly enoughRows: number | null;
  /** Stages whose exchanges `plan` reads, and how their rows were dealt. */
  readonly inputs: ReadonlyMap<number, Partitioning>;
}

/** What a finished stage left behind. */
export interface StageResult {
  readonly stage: number;
  /** By task, in source order, what holds its rows. */
  readonly tasks: readonly ProducerOutput[];
  /** 0 of a relay, which does not look into files. */
  readonly rows: number;
  readonly bytes: number;
  /** Sort keys (hexadecimal) of evenly spread rows, where the stage's output asks for them. */
  readonly samples: readonly string[];
}

/** How rows that are dealt to partitions reach their readers: from each producer's object, or from relays that lay several together. */
export type ExchangeTopology = 'direct' | 'two-level';

/** Work for one task of a scan. */
export interface ScanSplit {
  /** Files, or parts of files, in source order. */
  readonly files: readonly ScanFile[];
  /** Bytes that the task fetches or reads. */
  readonly bytes: number;
}

/** How a scan is cut, and what was left out. */
export interface SplitScan {
  /** In source order; none when no row can pass the scan's conditions. */
  readonly splits: readonly ScanSplit[];
  /** Row groups of Parquet files; 0 for other formats. */
  readonly rowGroups: number;
  /** Row groups that are not read, by the reason. */
  readonly skipped: readonly { readonly reason: string; readonly rowGroups: number }[];
  /** How workers read the footers, where they did. */
  readonly inspection?: FooterInspection;
}

/** What there is to tell of footers that workers read. */
export interface FooterInspection {
  readonly footers: number;
  readonly tasks: number;
  /** What reading each file, or part of one, of the splits takes, about. */
  readonly reads: ReadonlyMap<ScanFile, FileRead>;
}

/** Splits of every scan of a plan, by the scan object. */
export type SplitEvidence = ReadonlyMap<ScanRel, SplitScan>;

/** A query ready to run: stages, each behind those that it reads from. Only the last one's rows leave the query. */
export interface PhysicalPlan {
  readonly schema: Schema;
  readonly engineVersion: string;
  readonly stages: readonly Stage[];
  /** Empty where every scan is read whole by one task. */
  readonly splits: SplitEvidence;
  /** Tasks that run at once. */
  readonly slots: number;
  /** Largest side of a join that every task reads whole, bytes. */
  readonly broadcastBytes: number;
  /** How exchanges reach their readers; null: each by its numbers of producers and partitions. */
  readonly exchange: ExchangeTopology | null;
  /** How one task and many were weighed, as text; null where there was no choice. */
  readonly cost: string | null;
  /** What becomes of files that tasks stage; null when the plan writes none. */
  readonly sink: {
    readonly mode: SinkMode /** Ending in `/`; null for one file. */;
    readonly folder: string | null;
  } | null;
  /** What the user should know, such as work that only one task can do. */
  readonly warnings: readonly string[];
}

/** What happens where something is already: an error; it goes once the new files are shown; new files join it. */
export type SinkMode = 'error' | 'overwrite' | 'append';
