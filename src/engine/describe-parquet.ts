import type { DuckDBConnection } from '@duckdb/node-api';
import type { Schema } from '../plan/types.ts';
import { quoteString } from './sql/quote.ts';
import { fromDuckDBType } from './types.ts';

/**
 * Names and types of the columns of a local Parquet file, as the engine will read them. Only the footer is read.
 *
 * @throws the engine's own error for a file that it cannot read
 * @throws {PlanError} UNSUPPORTED_TYPE
 */
export async function describeParquet(connection: DuckDBConnection, path: string): Promise<Schema> {
  const statement = await connection.prepare(
    `SELECT * FROM read_parquet(${quoteString(path)}, hive_partitioning = FALSE)`,
  );
  try {
    return Array.from({ length: statement.columnCount }, (_, index) => {
      const name = statement.columnName(index);
      return { name, type: fromDuckDBType(statement.columnType(index), name) };
    });
  } finally {
    statement.destroySync();
  }
}
