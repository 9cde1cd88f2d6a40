import type { SinkFormat } from '../../plan/task.ts';
import { quoteString } from './quote.ts';

/** COPY of a query's rows into one local file; its result is one row with the number of rows written. */
export function renderCopy(query: string, path: string, format: SinkFormat): string {
  return `COPY (\n${query}\n) TO ${quoteString(path)} (${copyOptions(format).join(', ')})`;
}

function copyOptions(format: SinkFormat): string[] {
  switch (format.kind) {
    case 'parquet': {
      const codec = { zstd: 'zstd', snappy: 'snappy', lz4: 'lz4_raw', gzip: 'gzip', none: 'uncompressed' }[
        format.compression
      ];
      return ['FORMAT parquet', `COMPRESSION ${codec}`, `ROW_GROUP_SIZE ${format.rowGroupRows}`];
    }
    case 'csv':
      return [
        'FORMAT csv',
        `HEADER ${format.header ? 'TRUE' : 'FALSE'}`,
        `DELIMITER ${quoteString(format.delimiter)}`,
        `NULLSTR ${quoteString(format.nullValue)}`,
      ];
  }
}
