import type { SinkFormat } from '../../plan/task.ts';
import { quoteString } from './quote.ts';

/** COPY of a query's rows into one local file; its result is one row with the number of rows written. */
export function renderCopy(query: string, path: string, format: SinkFormat): string {
  return `COPY (\n${query}\n) TO ${quoteString(path)} (${copyOptions(format).join(', ')})`;
}

/** How files of an exchange are written, measured: the fastest to write and read, and among the smallest. */
const exchangeOptions = ['FORMAT parquet', 'COMPRESSION lz4_raw', 'PARQUET_VERSION V2', 'RETURN_STATS TRUE'];

/**
 * COPY of an exchange's rows: into one file, in their order; or, with a partition column, into a folder that is not there yet,
 * with the files of each partition in one of its own. Its result has a row for each file: path, number of rows, bytes, …
 */
export function renderExchangeCopy(query: string, path: string, partitionColumn: string | null): string {
  const options = partitionColumn === null ? exchangeOptions : [...exchangeOptions, `PARTITION_BY (${partitionColumn})`];
  return `COPY (\n${query}\n) TO ${quoteString(path)} (${options.join(', ')})`;
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
