import type { ReadRel, ScanRel } from '../../plan/relation.ts';
import type { ScanFile } from '../../plan/source.ts';

/** What rendering a plan to run it has to know of the worker. */
export interface RenderContext {
  /** Where the parts of an exchange lie as Parquet files, in their order; needed by plans that read one. */
  partPaths?(read: ReadRel): readonly string[];
  /** Where the file's bytes are on this machine. */
  localPath(file: ScanFile): string;
  /** How the local file differs from the object that it stands for; null, as without this function, for not at all. */
  localSlice?(file: ScanFile): LocalSlice | null;
  /**
   * Where tolerant scans leave what they reject; without it, `onBadRow: 'skip' | 'collect'` drops records without a trace.
   * All names are identifiers that need no quotes.
   */
  readonly rejects?: {
    /** Temporary tables of this connection that take records which the reader itself rejects; the engine makes them. */
    readonly errors: string;
    readonly scans: string;
    /** A temporary sequence of this connection that counts the records of a CSV scan which have a value that does not fit. */
    misfits?(scan: ScanRel): string;
  };
}

/** What a local file is of an object when it is not the same. */
export type LocalSlice =
  /** The whole Parquet file, of which these rows are read: ranges, ascending. */
  | { readonly kind: 'rows'; readonly ranges: readonly { readonly startRow: number; readonly endRow: number | null }[] }
  /** Some row groups of a Parquet file: from row `localRow` of the local one on stand the object's rows from `row` on. */
  | { readonly kind: 'row-groups'; readonly groups: readonly { readonly localRow: number; readonly row: number }[] }
  /** Some records of a file, with how they end where that is known; the header is among the first ones only. */
  | { readonly kind: 'records'; readonly isHead: boolean; readonly newline: '' | '\n' | '\r\n' | '\r' };

/** How a plan is rendered: to be run, or, without a context, to be bound over empty tables with all operands checked. */
export interface Rendering {
  readonly context: RenderContext | null;
  /** Tables that were rendered so far and stand before the query, in their order, by the number of the subplan. */
  readonly tables: Map<number, SubplanTable>;
}

/** A table of a query's WITH. */
export interface SubplanTable {
  readonly name: string;
  readonly lines: readonly string[];
  /** SQL of its columns, by name. */
  readonly columns: ReadonlyMap<string, string>;
}
