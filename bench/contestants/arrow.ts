import { Float64, Int64, Table, tableFromIPC, tableToIPC, Utf8, vectorFromArray } from 'apache-arrow';
import type { AnswerRow } from '../harness/answers.ts';

/** Encodes rows of (id, price, code, remark) as an Arrow IPC stream, as an engine would hand them over. */
export function arrowStreamOf(rows: readonly AnswerRow[]): Uint8Array {
  const column = (name: string) => rows.map((row) => row[name]);
  return tableToIPC(
    new Table({
      id: vectorFromArray(column('id') as bigint[], new Int64()),
      price: vectorFromArray(column('price') as number[], new Float64()),
      code: vectorFromArray(column('code') as string[], new Utf8()),
      remark: vectorFromArray(column('remark') as string[], new Utf8()),
    }),
    'stream',
  );
}

/**
 * Decodes a stream and returns its rows as plain objects, through apache-arrow's own rows.
 *
 * The query that made the stream is not part of it, which is in apache-arrow's favour.
 */
export async function arrowRows(stream: Uint8Array): Promise<AnswerRow[]> {
  return tableFromIPC(stream)
    .toArray()
    .map((row) => row.toJSON());
}
