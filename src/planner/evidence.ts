import type { LogicalNode } from '../plan/logical.ts';
import type { ResolvedSource } from '../plan/source.ts';
import type { Schema } from '../plan/types.ts';

/** All that planning had to look up; with it the rest of planning is pure. */
export interface Evidence {
  /** What stands behind each scan and memory node, by the node object itself. */
  readonly sources: ReadonlyMap<LogicalNode, ResolvedSource>;
  /** Columns and types below each node whose meaning depends on them, by the node object. */
  readonly inputSchemas: ReadonlyMap<LogicalNode, Schema>;
  /** Columns that each `sql()` fragment names, by its text. */
  readonly fragments: ReadonlyMap<string, readonly string[]>;
}
