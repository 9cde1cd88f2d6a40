import { join } from 'node:path';
import pl from 'nodejs-polars';
import type { AnswerRow } from '../harness/answers.ts';
import { type TableName, tableNames } from '../tpch/tables.ts';

/** A lazy frame over one file. */
export type PolarsFrame = ReturnType<typeof pl.scanParquet>;

/** A lazy frame for each table. */
export type PolarsTables = Readonly<Record<TableName, PolarsFrame>>;

/** Columns of money and quantity. */
const decimalColumns: Partial<Record<TableName, readonly string[]>> = {
  supplier: ['s_acctbal'],
  part: ['p_retailprice'],
  partsupp: ['ps_supplycost'],
  customer: ['c_acctbal'],
  orders: ['o_totalprice'],
  lineitem: ['l_quantity', 'l_extendedprice', 'l_discount', 'l_tax'],
};

/**
 * Scans the tables of `directory`, with money as floats: the client computes with decimals but cannot hand them out.
 *
 * The number of threads is set by `POLARS_MAX_THREADS`, which is read when the module is loaded.
 */
export function scanWithPolars(directory: string): PolarsTables {
  const scan = (table: TableName) => {
    const frame = pl.scanParquet(join(directory, `${table}.parquet`));
    const columns = decimalColumns[table];
    return columns ? frame.withColumns(...columns.map((name) => pl.col(name).cast(pl.Float64))) : frame;
  };
  return Object.fromEntries(tableNames.map((table) => [table, scan(table)])) as PolarsTables;
}

/** Runs a lazy query and returns its rows as objects. */
export async function polarsRows(query: PolarsFrame): Promise<AnswerRow[]> {
  return (await query.collect()).toRecords();
}
