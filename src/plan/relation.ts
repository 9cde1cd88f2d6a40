import type { JsonValue } from '../errors.ts';
import { type Expr, mapSame, type NamedExpr, type SortKey, update } from './expr.ts';
import type { JoinHow } from './logical.ts';
import type { ExchangeParts } from './producer-output.ts';
import type { ResolvedSource } from './source.ts';
import type { DataType, Schema } from './types.ts';

/** Reads `columns` of the source's files, in (file, byte) order. */
export interface ScanRel {
  readonly kind: 'scan';
  readonly source: ResolvedSource;
  /** Names read, a subset of the source's schema. */
  readonly columns: readonly string[];
  /** Name, among `columns`, of a uint64 that tells rows of Parquet files apart by (uri, row number); null for none. */
  readonly rowIdentity: string | null;
  /** Conditions known to hold for every row that is wanted: for skipping files and row groups, never instead of a filter. */
  readonly prune: readonly Expr[];
}

/** A small table inside the plan. */
export interface ValuesRel {
  readonly kind: 'values';
  readonly schema: Schema;
  readonly rows: readonly (readonly JsonValue[])[];
}

/** Computes exactly `columns` from the input's row (window expressions included). */
export interface ProjectRel {
  readonly kind: 'project';
  readonly input: RelNode;
  readonly columns: readonly NamedExpr[];
}

export interface FilterRel {
  readonly kind: 'filter';
  readonly input: RelNode;
  readonly predicate: Expr;
}

/** Keys first, then aggregates. */
export interface AggregateRel {
  readonly kind: 'aggregate';
  readonly input: RelNode;
  readonly keys: readonly NamedExpr[];
  readonly aggregates: readonly NamedExpr[];
}

/** One row for each item of the list `column`; with `keepEmpty` one with null for a null or empty list. */
export interface ExplodeRel {
  readonly kind: 'explode';
  readonly input: RelNode;
  readonly column: string;
  readonly keepEmpty: boolean;
}

export interface DistinctRel {
  readonly kind: 'distinct';
  readonly input: RelNode;
  readonly on: readonly string[] | null;
}

export interface SortRel {
  readonly kind: 'sort';
  readonly input: RelNode;
  readonly keys: readonly SortKey[];
  readonly stable: boolean;
}

export interface LimitRel {
  readonly kind: 'limit';
  readonly input: RelNode;
  readonly limit: number | null;
  readonly offset: number;
}

/**
 * A column in the scope of a join: from one side, or, for keys that stand once, from both (the left side's value, the
 * right side's in a right join, the first that is not null in a full one).
 */
export interface JoinColumn {
  readonly name: string;
  readonly left: string | null;
  readonly right: string | null;
}

/** Two values that must be equal. */
export interface JoinKey {
  readonly left: Expr;
  readonly right: Expr;
  /** The type that both sides have in common; known where rows are to be dealt by it. */
  readonly type?: DataType;
}

export interface JoinRel {
  readonly kind: 'join';
  readonly left: RelNode;
  readonly right: RelNode;
  readonly how: JoinHow;
  readonly on: readonly JoinKey[];
  /** A condition over names of `scope`. */
  readonly where: Expr | null;
  /** All columns that `where` may name. */
  readonly scope: readonly JoinColumn[];
  /** Names of `scope` that come out. */
  readonly columns: readonly string[];
  /** Where both sides are dealt by key: the one that is done first, and may turn out small enough to be read whole. */
  readonly build?: 'left' | 'right';
}

/** All inputs have the same column names in the same order. */
export interface UnionRel {
  readonly kind: 'union';
  readonly inputs: readonly RelNode[];
}

/** Both inputs have the same column names in the same order. */
export interface SetOperationRel {
  readonly kind: 'set-operation';
  readonly op: 'except' | 'intersect';
  readonly left: RelNode;
  readonly right: RelNode;
}

/** How rows are dealt to the tasks that read an exchange. */
export type Partitioning =
  /** All rows to one task, in the order of the producers. */
  | { readonly kind: 'single' }
  /** All rows to every task. */
  | { readonly kind: 'broadcast' }
  /** Rows with equal keys to the same task; a row with a null key to any one, unless `nullsTogether`. */
  | {
      readonly kind: 'hash';
      readonly keys: readonly Expr[];
      readonly partitions: number;
      readonly nullsTogether: boolean;
    }
  /**
   * Rows by their place in an order: partition i holds the sort keys up to `bounds[i]` (hexadecimal, ascending). Bounds are
   * found in samples while the query runs.
   */
  | { readonly kind: 'range'; readonly keys: readonly SortKey[]; readonly bounds: readonly string[] }
  /** Each producer's rows stay together, and it tells some of their sort keys. */
  | { readonly kind: 'keep'; readonly sampleKeys: readonly SortKey[] };

/** Where the plan is cut: rows of `input` are written by one stage and read by the next. The planner's node; no task has it. */
export interface ExchangeRel {
  readonly kind: 'exchange';
  /** Unique within the job. */
  readonly id: number;
  readonly input: RelNode;
  readonly partitioning: Partitioning;
  /** Columns of the input, as the driver bound them. */
  readonly schema: Schema;
}

/** Rows that a stage before wrote. In a stage's plan `parts` is `noParts`; each of its tasks has its own. */
export interface ReadRel {
  readonly kind: 'read';
  /** The exchange whose rows these are. */
  readonly exchange: number;
  /** Columns in their own types; the files hold the wire types. */
  readonly schema: Schema;
  /** Names of `schema` that are read. */
  readonly columns: readonly string[];
  readonly parts: ExchangeParts;
}

/** Rows that several nodes of a plan read, computed once. Columns are those of `plan`. */
export interface Subplan {
  /** Unique within the plan. */
  readonly id: number;
  readonly plan: RelNode;
}

/** `input`, in which {@link ReuseRel} nodes stand for subplans; each of these may reuse those before it. */
export interface WithRel {
  readonly kind: 'with';
  readonly subplans: readonly Subplan[];
  readonly input: RelNode;
}

/** Rows of a subplan of the {@link WithRel} above, in no order. */
export interface ReuseRel {
  readonly kind: 'reuse';
  readonly subplan: number;
  /** Names of the subplan's columns that are read. */
  readonly columns: readonly string[];
}

/**
 * The canonical algebra that rules rewrite and the engine renders: names are resolved, files are known, and every
 * node's columns follow from the node itself ({@link columnNames}).
 */
export type RelNode =
  | ScanRel
  | ValuesRel
  | ProjectRel
  | FilterRel
  | AggregateRel
  | ExplodeRel
  | DistinctRel
  | SortRel
  | LimitRel
  | JoinRel
  | UnionRel
  | SetOperationRel
  | ExchangeRel
  | ReadRel
  | WithRel
  | ReuseRel;

/** Names of the columns that come out of a node, in order. */
export function columnNames(node: RelNode): readonly string[] {
  switch (node.kind) {
    case 'scan':
    case 'join':
    case 'read':
    case 'reuse':
      return node.columns;
    case 'values':
      return node.schema.map((field) => field.name);
    case 'project':
      return node.columns.map((column) => column.name);
    case 'aggregate':
      return [...node.keys, ...node.aggregates].map((column) => column.name);
    case 'filter':
    case 'exchange':
    case 'explode':
    case 'distinct':
    case 'sort':
    case 'limit':
    case 'with':
      return columnNames(node.input);
    case 'union':
      return node.inputs[0] ? columnNames(node.inputs[0]) : [];
    case 'set-operation':
      return columnNames(node.left);
  }
}

/** Inputs of a node, in order. */
export function relInputs(node: RelNode): readonly RelNode[] {
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'read':
    case 'reuse':
      return [];
    case 'with':
      return [...node.subplans.map(({ plan }) => plan), node.input];
    case 'join':
    case 'set-operation':
      return [node.left, node.right];
    case 'union':
      return node.inputs;
    default:
      return [node.input];
  }
}

/** The node over changed inputs; the same object where `change` gave every input back. */
export function mapInputs(node: RelNode, change: (input: RelNode) => RelNode): RelNode {
  switch (node.kind) {
    case 'scan':
    case 'values':
    case 'read':
    case 'reuse':
      return node;
    case 'with':
      return update(node, {
        subplans: mapSame(node.subplans, (subplan) => update(subplan, { plan: change(subplan.plan) })),
        input: change(node.input),
      });
    case 'exchange':
      return update(node, { input: change(node.input) });
    case 'join':
      return update(node, { left: change(node.left), right: change(node.right) });
    case 'set-operation':
      return update(node, { left: change(node.left), right: change(node.right) });
    case 'union':
      return update(node, { inputs: mapSame(node.inputs, change) });
    case 'project':
      return update(node, { input: change(node.input) });
    case 'filter':
      return update(node, { input: change(node.input) });
    case 'aggregate':
      return update(node, { input: change(node.input) });
    case 'explode':
      return update(node, { input: change(node.input) });
    case 'distinct':
      return update(node, { input: change(node.input) });
    case 'sort':
      return update(node, { input: change(node.input) });
    case 'limit':
      return update(node, { input: change(node.input) });
  }
}
