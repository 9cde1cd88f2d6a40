import { join } from 'node:path';
import { DuckDBInstance, DuckDBTypeId } from '@duckdb/node-api';
import type { ReferenceAnswer } from '../../bench/harness/answers.ts';
import { tableNames } from '../../bench/tpch/tables.ts';

/** DuckDB's own Node client over views of the tables, and nothing of shoal. */
export interface Reference {
  readonly answer: (sql: string) => Promise<ReferenceAnswer>;
  readonly close: () => void;
}

/** Opens the tables of `directory`. */
export async function openReference(directory: string): Promise<Reference> {
  const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
  const connection = await instance.connect();
  for (const table of tableNames) {
    await connection.run(`CREATE VIEW ${table} AS FROM read_parquet('${join(directory, `${table}.parquet`)}')`);
  }
  return {
    answer: async (sql) => {
      const reader = await connection.runAndReadAll(sql);
      const columns = reader.columnNames().map((name, index) => {
        const isFloat = reader.columnTypeId(index) === DuckDBTypeId.DOUBLE;
        return { name, kind: isFloat ? ('float' as const) : ('exact' as const) };
      });
      // The JSON form has decimals, wide integers and dates as text, without loss.
      return { columns, rows: reader.getRowObjectsJson(), ordered: /\bORDER BY\b/.test(sql) };
    },
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}
