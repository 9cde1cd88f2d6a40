import type { ReadRel } from '../../plan/relation.ts';
import type { ScanFile } from '../../plan/source.ts';

/** What rendering a plan to run it has to know of the worker. */
export interface RenderContext {
  /** Where the parts of an exchange lie as Parquet files, in their order; needed by plans that read one. */
  partPaths?(read: ReadRel): readonly string[];
  /** Where the file's bytes are on this machine. */
  localPath(file: ScanFile): string;
  /**
   * Names (identifiers that need no quotes) of temporary tables of this connection that take the records which CSV scans reject; the engine makes them.
   * Without them, `onBadRow: 'skip' | 'collect'` drops such records without a trace.
   */
  readonly rejects?: { readonly errors: string; readonly scans: string };
}

/** How a plan is rendered: to be run, or, without a context, to be bound over empty tables with all operands checked. */
export interface Rendering {
  readonly context: RenderContext | null;
}
