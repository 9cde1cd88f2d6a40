import { readFile } from 'node:fs/promises';
import { tableFromIPC } from 'apache-arrow';
import { readParquet } from 'parquet-wasm';
import type { AnswerRow } from '../harness/answers.ts';

/** Reads a Parquet file into an Arrow table and returns its rows as plain objects, through apache-arrow's own rows. */
export async function arrowRows(path: string): Promise<AnswerRow[]> {
  const table = tableFromIPC(readParquet(await readFile(path)).intoIPCStream());
  return table.toArray().map((row) => row.toJSON());
}
