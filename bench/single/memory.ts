import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { DuckDBInstance } from '@duckdb/node-api';
import { AnswerMismatchError } from '../harness/answers.ts';
import { runScript } from '../harness/child.ts';
import type { Figure } from '../harness/figures.ts';
import type { BenchContext } from './context.ts';

/** Over 6 million rows; a smaller scale factor does not show much. */
const GOAL = { bound: 'at most', value: 600 } as const;

/** Peak resident memory of a process that streams all of `lineitem`, all columns, a batch at a time. */
export async function measureMemory({ options, tables, note }: BenchContext): Promise<Figure[]> {
  note('memory: streaming in a process of its own');
  const path = join(tables, 'lineitem.parquet');
  const script = fileURLToPath(new URL('children/stream-batches.mjs', import.meta.url));
  const { stdout } = await runScript(script, [path, String(options.threads)]);
  const { rows, peakBytes } = JSON.parse(stdout) as { rows: number; peakBytes: number };
  const expected = await countRows(path);
  if (rows !== expected) throw new AnswerMismatchError(`batches: ${rows} rows, and ${expected} were expected`);
  const megabytes = peakBytes / 1e6;
  return [
    {
      what: `peak resident memory of batches() over ${(rows / 1e6).toFixed(1)} M rows`,
      unit: 'MB',
      estimate: { value: megabytes, low: megabytes, high: megabytes },
      goal: GOAL,
    },
  ];
}

async function countRows(path: string): Promise<number> {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const reader = await connection.runAndReadAll(`SELECT count(*) FROM read_parquet('${path}')`);
  const rows = Number(reader.getRows()[0]?.[0]);
  connection.closeSync();
  instance.closeSync();
  return rows;
}
