import type { JsonValue } from '../errors.ts';
import type { Expr, LiteralExpr, NamedExpr, SortKey } from './expr.ts';
import type { SourceSpec } from './source.ts';
import type { Schema } from './types.ts';

/** Join kinds; semi and anti keep columns of the left side only. */
export type JoinHow = 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti' | 'cross';

/** Files to be read. */
export interface ScanNode {
  readonly kind: 'scan';
  readonly source: SourceSpec;
}

/** A small table inside the plan; `rows` hold literals' values (see `LiteralExpr`) in field order. */
export interface ValuesNode {
  readonly kind: 'values';
  readonly schema: Schema;
  readonly rows: readonly (readonly JsonValue[])[];
}

/** A table in the session's memory, too large for the plan; the session finds its rows by this very object. */
export interface MemoryNode {
  readonly kind: 'memory';
  readonly id: string;
}

export interface SelectNode {
  readonly kind: 'select';
  readonly input: LogicalNode;
  readonly columns: readonly NamedExpr[];
}

/** Adds columns, or replaces those of the same name in their place; expressions see the input only. */
export interface WithColumnsNode {
  readonly kind: 'withColumns';
  readonly input: LogicalNode;
  readonly columns: readonly NamedExpr[];
}

export interface DropNode {
  readonly kind: 'drop';
  readonly input: LogicalNode;
  readonly names: readonly string[];
}

export interface RenameNode {
  readonly kind: 'rename';
  readonly input: LogicalNode;
  /** New name by old name. */
  readonly names: Readonly<Record<string, string>>;
}

export interface FilterNode {
  readonly kind: 'filter';
  readonly input: LogicalNode;
  readonly predicate: Expr;
}

/** One row per distinct key (one in all without keys); nulls are equal. */
export interface AggregateNode {
  readonly kind: 'aggregate';
  readonly input: LogicalNode;
  readonly keys: readonly NamedExpr[];
  readonly aggregates: readonly NamedExpr[];
}

/** Distinct rows; with `on`, one row of each combination of those columns. */
export interface DistinctNode {
  readonly kind: 'distinct';
  readonly input: LogicalNode;
  readonly on: readonly string[] | null;
}

export interface SortNode {
  readonly kind: 'sort';
  readonly input: LogicalNode;
  readonly keys: readonly SortKey[];
  /** Ties keep the input's order. */
  readonly stable: boolean;
}

/** Rows `offset … offset + limit` in source order; `limit: null` is all the rest. */
export interface LimitNode {
  readonly kind: 'limit';
  readonly input: LogicalNode;
  readonly limit: number | null;
  readonly offset: number;
}

export interface JoinNode {
  readonly kind: 'join';
  readonly left: LogicalNode;
  readonly right: LogicalNode;
  readonly how: JoinHow;
  /** Pairs of keys that must be equal. */
  readonly on: readonly { readonly left: Expr; readonly right: Expr }[];
  /** Names of keys that both sides share, which stand once in the result. */
  readonly using: readonly string[];
  /** A further condition, over the result's names (right columns with their suffix). */
  readonly where: Expr | null;
  readonly suffix: string;
}

/** Rows of all inputs, in their order; columns by name. */
export interface UnionNode {
  readonly kind: 'union';
  readonly inputs: readonly LogicalNode[];
}

/** Distinct rows of the left input that are (intersect) or are not (except) in the right one; columns by name. */
export interface SetOperationNode {
  readonly kind: 'set-operation';
  readonly op: 'except' | 'intersect';
  readonly left: LogicalNode;
  readonly right: LogicalNode;
}

/** Rows that have no null in `names` (in any column when null). */
export interface DropNullsNode {
  readonly kind: 'dropNulls';
  readonly input: LogicalNode;
  readonly names: readonly string[] | null;
}

/** `value` where a column of `names` is null, or any column of a type that it fits when `names` is null. */
export interface FillNullNode {
  readonly kind: 'fillNull';
  readonly input: LogicalNode;
  readonly names: readonly string[] | null;
  readonly value: LiteralExpr;
}

/** One row for each item of the list in `column`; with `keepEmpty` a row with null for lists that have none. */
export interface ExplodeNode {
  readonly kind: 'explode';
  readonly input: LogicalNode;
  readonly column: string;
  readonly keepEmpty: boolean;
}

/** For each row, one row for each of `columns`, with its name and value instead of them. */
export interface UnpivotNode {
  readonly kind: 'unpivot';
  readonly input: LogicalNode;
  readonly columns: readonly string[];
  readonly nameTo: string;
  readonly valueTo: string;
}

/** About `fraction` of the rows, the same ones however the work is divided. */
export interface SampleNode {
  readonly kind: 'sample';
  readonly input: LogicalNode;
  readonly fraction: number;
  readonly seed: number;
}

/** One row of statistics for each column. */
export interface DescribeNode {
  readonly kind: 'describe';
  readonly input: LogicalNode;
}

/** The input's rows, computed once a session; the session finds them by this very object. */
export interface PersistNode {
  readonly kind: 'persist';
  readonly input: LogicalNode;
  readonly id: string;
}

/** What the user typed, verb by verb; plain frozen data. */
export type LogicalNode =
  | ScanNode
  | ValuesNode
  | MemoryNode
  | SelectNode
  | WithColumnsNode
  | DropNode
  | RenameNode
  | FilterNode
  | AggregateNode
  | DistinctNode
  | SortNode
  | LimitNode
  | JoinNode
  | UnionNode
  | SetOperationNode
  | DropNullsNode
  | FillNullNode
  | ExplodeNode
  | UnpivotNode
  | SampleNode
  | DescribeNode
  | PersistNode;

/** Inputs of a node, in order. */
export function inputsOf(node: LogicalNode): readonly LogicalNode[] {
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'memory':
      return [];
    case 'join':
    case 'set-operation':
      return [node.left, node.right];
    case 'union':
      return node.inputs;
    default:
      return [node.input];
  }
}
