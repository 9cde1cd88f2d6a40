import { rewriteFooter } from './rewrite-footer.ts';

const magic = Buffer.from('PAR1');

/**
 * A Parquet file with the columns of another one and none of its rows: what an engine needs to say how it reads them.
 *
 * @param footer the Thrift struct of the other file's footer
 * @throws {Error} when the bytes are no footer
 */
export function emptyParquet(footer: Uint8Array): Uint8Array {
  const own = rewriteFooter(footer, { rowGroups: [], columns: null });
  const length = Buffer.alloc(4);
  length.writeUInt32LE(own.length);
  return Buffer.concat([magic, own, length, magic]);
}
