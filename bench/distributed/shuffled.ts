import { access, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';

/**
 * Line items in no order whatsoever: partial aggregates then find next to no group twice, and every group crosses the exchange.
 *
 * Orders are numbered without gaps, from 0: TPC-H leaves out three of four keys, and of those only 375,000 differ modulo 1.5 M.
 *
 * @param tables folder of the TPC-H tables
 * @returns path of a Parquet file with `l_orderkey`, `l_quantity`, `l_extendedprice`, written where it is not there yet
 */
export async function shuffledLineitem(tables: string, data: string): Promise<string> {
  const path = join(data, 'lineitem-shuffled.parquet');
  const exists = await access(path).then(
    () => true,
    () => false,
  );
  if (exists) return path;
  await mkdir(data, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(`
    COPY (
      SELECT l_orderkey // 32 * 8 + l_orderkey % 32 AS l_orderkey, l_quantity, l_extendedprice
      FROM read_parquet('${join(tables, 'lineitem.parquet')}')
      ORDER BY hash(l_orderkey, l_linenumber)
    ) TO '${path}.partial' (FORMAT parquet, COMPRESSION zstd)`);
  connection.closeSync();
  instance.closeSync();
  await rename(`${path}.partial`, path);
  return path;
}
