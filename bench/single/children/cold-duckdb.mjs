// The same script as cold-shoal.mjs with DuckDB's own Node client.
import { DuckDBInstance } from '@duckdb/node-api';

const [path, threads] = process.argv.slice(2);
const instance = await DuckDBInstance.create(':memory:', { threads: String(threads) });
const connection = await instance.connect();
const reader = await connection.runAndReadAll(
  `SELECT l_shipmode, count(*) AS lines, max(l_comment) AS last
   FROM read_parquet('${path}')
   GROUP BY l_shipmode
   ORDER BY l_shipmode`,
);
for (const row of reader.getRowObjectsJS()) console.log(row.l_shipmode, String(row.lines), row.last);
connection.closeSync();
instance.closeSync();
