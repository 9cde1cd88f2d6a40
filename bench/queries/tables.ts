import { join } from 'node:path';
import type { Dataset, Session } from 'shoal';
import { type TableName, tableNames } from '../tpch/tables.ts';

/** A dataset over each table's file. */
export type Tables = Readonly<Record<TableName, Dataset>>;

/** Opens the tables of `directory`; nothing is read until a query runs. */
export function openTables(shoal: Session, directory: string): Tables {
  const open = (table: TableName) => shoal.read.parquet(join(directory, `${table}.parquet`));
  return Object.fromEntries(tableNames.map((table) => [table, open(table)])) as Record<TableName, Dataset>;
}
