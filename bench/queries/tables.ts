import { join } from 'node:path';
import type { Dataset, Session } from 'shoal';
import { type TableName, tableNames } from '../tpch/tables.ts';
import type { Rows } from './rows.ts';

/** A dataset over each table's file: TypeScript knows the columns, through joins and aggregates. */
export type Tables = { readonly [Name in TableName]: Dataset<Rows[Name]> };

/** Opens the tables of `directory`; nothing is read until a query runs. */
export function openTables(shoal: Session, directory: string): Tables {
  const open = (table: TableName) => shoal.read.parquet(join(directory, `${table}.parquet`));
  return Object.fromEntries(tableNames.map((table) => [table, open(table)])) as unknown as Tables;
}
