import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, DuckDBTypeId } from '@duckdb/node-api';
import type { AnswerRow, ReferenceAnswer } from '../harness/answers.ts';
import { tableNames } from '../tpch/tables.ts';

/** DuckDB's own Node client, used plainly: SQL over views of the files, rows as JavaScript objects. */
export interface DuckDBContestant {
  /** Runs a query and returns its rows with JavaScript's own values. */
  readonly rows: (sql: string) => Promise<AnswerRow[]>;
  /** Runs a query and returns its rows with the client's own values, by `getRowObjects`. */
  readonly rowObjects: (sql: string) => Promise<AnswerRow[]>;
  /** Runs a query once and returns its answer in the exact form that the others are compared with. */
  readonly reference: (sql: string) => Promise<ReferenceAnswer>;
  readonly close: () => void;
}

/** Opens DuckDB with a view for each table of `directory`, and one over `lineitem.csv` where there is one. */
export async function openDuckDB(directory: string, threads: number): Promise<DuckDBContestant> {
  const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
  const connection = await instance.connect();
  for (const table of tableNames) {
    await connection.run(`CREATE VIEW ${table} AS FROM read_parquet('${join(directory, `${table}.parquet`)}')`);
  }
  const csv = join(directory, 'lineitem.csv');
  if (existsSync(csv)) await connection.run(`CREATE VIEW lineitem_csv AS FROM read_csv('${csv}')`);
  return {
    rows: async (sql) => (await connection.runAndReadAll(sql)).getRowObjectsJS(),
    rowObjects: async (sql) => (await connection.runAndReadAll(sql)).getRowObjects(),
    reference: (sql) => readReference(connection, sql),
    close: () => {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

async function readReference(connection: DuckDBConnection, sql: string): Promise<ReferenceAnswer> {
  const reader = await connection.runAndReadAll(sql);
  const columns = reader.columnNames().map((name, index) => {
    const type = reader.columnTypeId(index);
    const isFloat = type === DuckDBTypeId.DOUBLE || type === DuckDBTypeId.FLOAT;
    return { name, kind: isFloat ? ('float' as const) : ('exact' as const) };
  });
  // The JSON form has decimals, wide integers and dates as text, without loss.
  return { columns, rows: reader.getRowObjectsJson(), ordered: /\bORDER BY\b/.test(sql) };
}
