import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { type ColumnTable, table } from 'arquero';

/** How a column is held in memory; dates as numbers, in days since 1970. */
export type ColumnForm = 'number' | 'date' | 'string';

/**
 * Loads columns of a Parquet file into an arquero table.
 *
 * arquero has no Parquet reader and is no query engine over files: what is timed with it is the query alone, over
 * columns that are already in memory.
 */
export async function loadForArquero(
  path: string,
  columns: Readonly<Record<string, ColumnForm>>,
): Promise<ColumnTable> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  try {
    const loaded: Record<string, Float64Array | string[]> = {};
    for (const [name, form] of Object.entries(columns)) loaded[name] = await loadColumn(connection, path, name, form);
    return table(loaded);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function loadColumn(
  connection: DuckDBConnection,
  path: string,
  name: string,
  form: ColumnForm,
): Promise<Float64Array | string[]> {
  const values: unknown[] = [];
  const result = await connection.stream(`SELECT ${selectItem[form](name)} FROM read_parquet('${path}')`);
  for (let chunk = await result.fetchChunk(); chunk && chunk.rowCount > 0; chunk = await result.fetchChunk()) {
    for (const value of chunk.getColumnValues(0)) values.push(value);
  }
  // The SELECT decides what the values are.
  return form === 'string' ? (values as string[]) : Float64Array.from(values as number[]);
}

const selectItem: Record<ColumnForm, (name: string) => string> = {
  number: (name) => `${name}::DOUBLE`,
  date: (name) => `(${name} - DATE '1970-01-01')::DOUBLE`,
  string: (name) => name,
};
