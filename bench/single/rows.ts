import { access, mkdir, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { connect } from 'shoal';
import { arrowRows } from '../contestants/arrow.ts';
import { openDuckDB } from '../contestants/duckdb.ts';
import { assertSameAnswer } from '../harness/answers.ts';
import { type Figure, speedUp } from '../harness/figures.ts';
import { timePairs } from '../harness/pairs.ts';
import type { BenchContext } from './context.ts';

const DUCKDB_GOAL = { bound: 'at least', value: 3 } as const;
const ARROW_GOAL = { bound: 'at least', value: 5 } as const;

/** About as many rows as `orders` at scale factor 1, with two columns of text. */
const ROWS = 1_500_000;

/** Query and `toArray()` of 1.5 M rows × 4 columns: integer, float, text of 4 and of about 67 characters. */
export async function measureRows({ options, tables, data, note }: BenchContext): Promise<Figure[]> {
  note('rows: generating');
  const path = await generateRows(data);
  const sql = `FROM read_parquet('${path}')`;
  const duckdb = await openDuckDB(tables, options.threads);
  const shoal = await connect({ threads: options.threads });
  try {
    const ours = () => shoal.read.parquet(path).toArray();
    const viaArrow = () => arrowRows(path);

    note('rows: comparing answers');
    // A scan keeps the file's order without being asked.
    const expected = { ...(await duckdb.reference(sql)), ordered: true };
    assertSameAnswer('rows in shoal', expected, await ours());
    assertSameAnswer('rows in apache-arrow', expected, await viaArrow());

    note('rows: timing');
    const what = '1.5 M rows × 4 to objects';
    const duckdbTimes = await timePairs(ours, () => duckdb.rowObjects(sql), options.pairs);
    const arrowTimes = await timePairs(ours, viaArrow, options.pairs);
    return [
      speedUp(what, "DuckDB's getRowObjects", duckdbTimes, DUCKDB_GOAL),
      speedUp(what, "apache-arrow's rows", arrowTimes, ARROW_GOAL),
    ];
  } finally {
    await shoal.close();
    duckdb.close();
  }
}

async function generateRows(data: string): Promise<string> {
  const path = join(data, `rows-${ROWS}.parquet`);
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
      SELECT
        n * 7 AS id,
        (hash(n) % 10_000_000)::BIGINT / 100 AS price,
        printf('%04d', (hash(n + 1) % 10_000)::BIGINT) AS code,
        left(md5(n::VARCHAR) || md5(code) || md5(price::VARCHAR), 60 + n % 15) AS remark
      FROM range(${ROWS}) AS t(n)
    ) TO '${path}.partial' (FORMAT parquet, COMPRESSION zstd)`);
  connection.closeSync();
  instance.closeSync();
  await rename(`${path}.partial`, path);
  return path;
}
