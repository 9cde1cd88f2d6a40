import type { DuckDBConnection } from '@duckdb/node-api';

/** A code point that Unicode keeps out of texts (a noncharacter): no line holds it, so no line is cut by it. */
const neverInText = '\u{10FFFF}';

/**
 * The first lines of a zstd file, decompressed by the engine, since Node has zstd only from 22.15 on. Lines end in `\n`
 * whatever they ended in: enough for samples, not for offsets.
 *
 * @param maxBytes about how much to give; a whole file that is shorter is told by `atEnd`
 */
export async function zstdHead(
  connection: DuckDBConnection,
  path: string,
  maxBytes: number,
): Promise<{ readonly bytes: Uint8Array; readonly atEnd: boolean }> {
  const quoted = `'${path.replaceAll("'", "''")}'`;
  const reader = await connection.stream(
    `SELECT line FROM read_csv([${quoted}], auto_detect = FALSE, compression = 'zstd', header = FALSE, delim = '${neverInText}', ` +
      `quote = '', escape = '', strict_mode = FALSE, hive_partitioning = FALSE, columns = {line: 'VARCHAR'}, ` +
      `force_not_null = ['line'], max_line_size = ${16 << 20}, buffer_size = ${32 << 20})`,
  );
  const parts: Buffer[] = [];
  let size = 0;
  for await (const rows of reader.yieldRows()) {
    if (size >= maxBytes) return { bytes: Buffer.concat(parts), atEnd: false };
    for (const [line] of rows) {
      const part = Buffer.from(`${String(line)}\n`);
      parts.push(part);
      size += part.length;
    }
  }
  return { bytes: Buffer.concat(parts), atEnd: true };
}
