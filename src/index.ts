export type { ExplainOptions, WriteResult } from './dataset/actions.ts';
export { Aggregate } from './dataset/aggregate-expression.ts';
export {
  approxCountDistinct,
  argMax,
  argMin,
  avg,
  collectList,
  corr,
  count,
  countDistinct,
  every,
  first,
  last,
  max,
  median,
  min,
  quantile,
  some,
  stddev,
  sum,
  variance,
} from './dataset/aggregates.ts';
export type { ConnectOptions, PlannerOptions } from './dataset/config.ts';
export type { ConvertOptions } from './dataset/convert/options.ts';
export { Dataset } from './dataset/dataset.ts';
export type { ActionOptions } from './dataset/execute.ts';
export { Expression } from './dataset/expression.ts';
export { coalesce, col, fn, greatest, least, list, lit, sql, struct, when } from './dataset/functions.ts';
export type { GcOptions } from './dataset/gc.ts';
export { GroupedDataset } from './dataset/grouped.ts';
export type { JoinOptions } from './dataset/join.ts';
export type { PivotOptions, PivotValue } from './dataset/pivot.ts';
export type { CsvOptions, NdjsonOptions, ReadOptions } from './dataset/reader.ts';
export { Result } from './dataset/result.ts';
export type { AnyRow } from './dataset/row-types.ts';
export { connect, Session } from './dataset/session.ts';
export { SortExpression } from './dataset/sort-expression.ts';
export type { OrderItem, WindowSpec } from './dataset/window.ts';
export {
  cumeDist,
  denseRank,
  firstValue,
  lag,
  lastValue,
  lead,
  nthValue,
  ntile,
  percentRank,
  rank,
  rowNumber,
} from './dataset/window-functions.ts';
export type { WriteCsvOptions, WriteOptions, WriteParquetOptions } from './dataset/writer.ts';
export {
  AbortError,
  BackendError,
  InternalError,
  PlanError,
  ResultError,
  ShoalError,
  SourceError,
  StorageError,
  TaskError,
  TypeMismatchError,
  UnknownColumnError,
} from './errors.ts';
export type { DataType, Field, Schema } from './plan/types.ts';
export type { GcResult } from './scheduler/gc.ts';
export type { LifecycleConfiguration } from './scheduler/lifecycle-rule.ts';
export type { S3Encryption, S3Options } from './storage/s3/options.ts';
