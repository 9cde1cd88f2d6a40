import type { Schema } from '../../plan/types.ts';

/** The table function of Parquet files; `paths` is the SQL of their list. */
export function renderParquet(paths: string, schema: Schema, unionByName = false): string {
  const options = [
    'hive_partitioning = FALSE',
    ...(unionByName ? ['union_by_name = TRUE'] : []),
    // Writers leave NaN out of a float's bounds, and the engine would skip row groups whose NaN is above every bound.
    ...(hasFloat(schema) ? ['can_have_nan = TRUE'] : []),
  ];
  return `read_parquet(${paths}, ${options.join(', ')})`;
}

function hasFloat(schema: Schema): boolean {
  return JSON.stringify(schema.map((field) => field.type)).includes('"kind":"float');
}
