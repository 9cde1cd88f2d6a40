import type { DataType, Field } from '../../src/plan/types.ts';

/**
 * A value of a table: int64 as bigint, decimals as their digits, dates and timestamps as ISO text, lists as arrays, structs
 * as objects.
 */
export type PlanValue =
  | null
  | boolean
  | number
  | bigint
  | string
  | readonly PlanValue[]
  | { readonly [name: string]: PlanValue };

/** A small table and where a session finds it. */
export interface PlanTable {
  readonly source: 'rows' | 'parquet' | 'csv';
  readonly columns: readonly Field[];
  readonly rows: readonly (readonly PlanValue[])[];
}

/** A key of an order. */
export interface PlanKey {
  readonly expr: PlanExpr;
  readonly descending: boolean;
  readonly nullsFirst: boolean;
}

/** An aggregate; `param` is the fraction of a quantile. */
export interface PlanAggregate {
  readonly kind: 'aggregate';
  readonly fn: AggregateName;
  readonly args: readonly PlanExpr[];
  readonly param: number | null;
  readonly orderBy: readonly PlanKey[];
  readonly where: PlanExpr | null;
}

/** Aggregates that plans use. */
export type AggregateName =
  | 'count'
  | 'countDistinct'
  | 'approxCountDistinct'
  | 'sum'
  | 'avg'
  | 'min'
  | 'max'
  | 'median'
  | 'quantile'
  | 'stddev'
  | 'variance'
  | 'first'
  | 'last'
  | 'argMin'
  | 'argMax'
  | 'collectList'
  | 'some'
  | 'every';

/** Window functions that plans use. */
export type WindowName =
  | 'rowNumber'
  | 'rank'
  | 'denseRank'
  | 'percentRank'
  | 'cumeDist'
  | 'ntile'
  | 'lag'
  | 'lead'
  | 'firstValue'
  | 'lastValue'
  | 'nthValue';

/** A constant that a function takes beside its operands: a position, a pattern, a unit. */
export type Param = number | string;

/** An expression. Functions are those of the catalog. */
export type PlanExpr =
  | { readonly kind: 'column'; readonly name: string }
  | { readonly kind: 'constant'; readonly type: ConstantType; readonly value: null | boolean | number | string }
  | {
      readonly kind: 'call';
      readonly fn: string;
      readonly args: readonly PlanExpr[];
      readonly params: readonly Param[];
    }
  | {
      readonly kind: 'case';
      readonly branches: readonly { readonly when: PlanExpr; readonly value: PlanExpr }[];
      readonly otherwise: PlanExpr | null;
    }
  | { readonly kind: 'cast'; readonly input: PlanExpr; readonly type: DataType; readonly safe: boolean }
  | PlanAggregate
  | {
      readonly kind: 'window';
      readonly fn:
        | PlanAggregate
        | {
            readonly kind: 'window-function';
            readonly name: WindowName;
            readonly args: readonly PlanExpr[];
            readonly params: readonly Param[];
          };
      readonly partitionBy: readonly PlanExpr[];
      readonly orderBy: readonly PlanKey[];
      readonly frame: {
        readonly unit: 'rows' | 'range';
        readonly start: number | null;
        readonly end: number | null;
      } | null;
    };

/** What a constant is to JavaScript; `date` and `timestamp` values are ISO text. */
export type ConstantType = 'null' | 'boolean' | 'number' | 'string' | 'date' | 'timestamp';

/** An expression and the column that it fills. */
export interface PlanNamed {
  readonly name: string;
  readonly expr: PlanExpr;
}

/** How a plan joins. */
export interface PlanJoin {
  readonly verb: 'join';
  readonly other: PlanQuery;
  readonly how: 'inner' | 'left' | 'right' | 'full' | 'semi' | 'anti' | 'cross';
  readonly on: readonly string[];
  readonly pairs: readonly { readonly left: PlanExpr; readonly right: PlanExpr }[];
  readonly where: PlanExpr | null;
  readonly suffix: string;
}

/** One verb of a chain. */
export type PlanStep =
  | { readonly verb: 'select' | 'withColumns'; readonly columns: readonly PlanNamed[] }
  | { readonly verb: 'filter'; readonly condition: PlanExpr }
  | { readonly verb: 'drop'; readonly names: readonly string[] }
  | { readonly verb: 'rename'; readonly names: Readonly<Record<string, string>> }
  | { readonly verb: 'distinct'; readonly on: readonly string[] | null }
  | { readonly verb: 'sort'; readonly keys: readonly PlanKey[]; readonly stable: boolean }
  | { readonly verb: 'limit' | 'head' | 'offset'; readonly rows: number }
  | { readonly verb: 'union' | 'except' | 'intersect'; readonly other: PlanQuery }
  | PlanJoin
  | { readonly verb: 'groupBy'; readonly keys: readonly PlanNamed[]; readonly aggregates: readonly PlanNamed[] }
  | { readonly verb: 'explode'; readonly column: string; readonly keepEmpty: boolean }
  | { readonly verb: 'unpivot'; readonly columns: readonly string[]; readonly nameTo: string; readonly valueTo: string }
  | {
      readonly verb: 'fillNull';
      readonly value: Extract<PlanExpr, { kind: 'constant' }>;
      readonly columns: readonly string[];
    }
  | { readonly verb: 'dropNulls'; readonly columns: readonly string[] }
  | { readonly verb: 'sample'; readonly fraction: number; readonly seed: number }
  | { readonly verb: 'persist' };

/** A chain of verbs over a table. */
export interface PlanQuery {
  /** Index of the table that it starts from. */
  readonly table: number;
  readonly steps: readonly PlanStep[];
}

/** Where the values of a column whose last bits depend on the order of a sum come from. */
export interface Inexact {
  /** The rows that are summed. */
  readonly input: PlanQuery;
  /** What is summed over them. */
  readonly summed: PlanExpr;
  /** 2 where squares are. */
  readonly power: 1 | 2;
}

/** Tables, a query over them, and what may be asked of its rows. */
export interface RandomPlan {
  readonly tables: readonly PlanTable[];
  readonly query: PlanQuery;
  /** Whether the rows come in one order only. */
  readonly ordered: boolean;
  /** Columns whose values are right within 1e-12·Σ|x|. */
  readonly inexact: Readonly<Record<string, Inexact>>;
}
