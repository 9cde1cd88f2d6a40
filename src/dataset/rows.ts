import { type JsonValue, PlanError } from '../errors.ts';
import type { Batch } from '../plan/batch.ts';
import type { DataType } from '../plan/types.ts';
import { encodeColumn } from './convert/encode-column.ts';
import { describeValue, fieldNames, inferType, type RowValues } from './convert/infer-type.ts';
import { literalValues } from './convert/literal-values.ts';

/**
 * JavaScript objects as typed columns, in the order in which keys first appear; columns that only `schema` names come
 * last. A missing key, undefined and null are null.
 *
 * @param schema types of some or all columns; the others are inferred from all rows (see `inferType`)
 * @throws {PlanError} INVALID_ROWS for a row that is no object, values of different types, or one that its type does not hold
 */
export function rowsToBatch(
  rows: readonly Readonly<Record<string, unknown>>[],
  schema: Readonly<Record<string, DataType>> = {},
): Batch {
  rows.forEach((row: unknown, index) => {
    if (typeof row === 'object' && row !== null && !Array.isArray(row)) return;
    throw new PlanError(
      'INVALID_ROWS',
      `Row ${index} is ${describeValue(row)}; every row is an object with a value for each column.`,
      {
        details: { row: index },
      },
    );
  });
  const names = [...new Set([...fieldNames(rows), ...Object.keys(schema)])];
  const columns = names.map((name) => {
    const values: RowValues = {
      name,
      values: rows.map((row) => (Object.hasOwn(row, name) ? row[name] : null)),
      rowOf: (index) => index,
    };
    return encodeColumn(values, (Object.hasOwn(schema, name) ? schema[name] : undefined) ?? inferType(values));
  });
  return {
    schema: names.map((name, index) => ({ name, type: columns[index]?.type ?? { kind: 'null' } })),
    numRows: rows.length,
    columns,
  };
}

/** A batch's rows as the JSON literals of a `ValuesNode`: values in the schema's order, encoded as `LiteralExpr` says. */
export function batchToLiteralRows(batch: Batch): JsonValue[][] {
  const columns = batch.columns.map(literalValues);
  return Array.from({ length: batch.numRows }, (_, row) => columns.map((value) => value(row)));
}
