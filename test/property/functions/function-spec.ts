import type { AnyRow } from '../../../src/dataset/row-types.ts';
import type { Expression } from '../../../src/index.ts';
import type { DataType } from '../../../src/plan/types.ts';
import type { Choices } from '../choices.ts';
import type { Kind } from '../kinds.ts';
import type { Param, PlanExpr } from '../random-plan.ts';

/** An expression of the Dataset API over columns that TypeScript does not know. */
export type AnyExpr = Expression<AnyRow[string], AnyRow[string]>;

/** An expression with what the generator knows of its values. */
export interface Typed {
  readonly expr: PlanExpr;
  readonly type: DataType;
  /** Largest finite magnitude of a number; of the items, for lists and structs of numbers. */
  readonly bound: number;
}

/** Operands or parameters: those that a function takes are there, whatever TypeScript thinks of the others. */
export type Operands<T> = readonly [T, T, T, ...T[]];

/** A row-wise function: what it takes, how the Dataset API spells it, and what it means in plain SQL. */
export interface FunctionSpec {
  readonly takes: readonly Kind[];
  readonly gives: DataType | ((args: Operands<Typed>) => DataType);
  /** Largest magnitude of the result; unbounded when left out. */
  readonly bound?: (args: Operands<Typed>) => number;
  /** Whether it fails on none of the operands' values. */
  readonly safe?: (args: Operands<Typed>) => boolean;
  readonly params?: (choices: Choices) => readonly Param[];
  readonly build: (args: Operands<AnyExpr>, params: Operands<Param>) => AnyExpr;
  /** @param args SQL of the operands, in parentheses where they need them */
  readonly sql: (args: Operands<string>, params: Operands<Param>) => string;
}

/** Functions by the names that plans call them. */
export type Catalog = Readonly<Record<string, FunctionSpec>>;

export const int32: DataType = { kind: 'int32' };
export const int64: DataType = { kind: 'int64' };
export const float64: DataType = { kind: 'float64' };
export const string: DataType = { kind: 'string' };
export const boolean: DataType = { kind: 'boolean' };
export const date: DataType = { kind: 'date' };
export const timestamp: DataType = { kind: 'timestamp', unit: 'us' };
export const stringList: DataType = { kind: 'list', item: string };
export const integerList: DataType = { kind: 'list', item: int64 };

/** A parameter that is a number. */
export function numberOf(param: Param): number {
  if (typeof param === 'number') return param;
  throw new TypeError(`A number was expected, not ${JSON.stringify(param)}.`);
}

/** A parameter that is text. */
export function textOf(param: Param): string {
  if (typeof param === 'string') return param;
  throw new TypeError(`Text was expected, not ${JSON.stringify(param)}.`);
}

/** SQL of a text constant. */
export function quoted(param: Param): string {
  return `'${textOf(param).replaceAll("'", "''")}'`;
}

/** A list as the operands of a function that takes so many. */
export function operands<T>(list: readonly T[]): Operands<T> {
  return list as unknown as Operands<T>;
}
