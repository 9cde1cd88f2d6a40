import { join } from 'node:path';
import { generate } from '../../bench/tpch/generate.ts';

/** Outlives a run of the tests; `npm ci` clears it away. */
const cache = join(import.meta.dirname, '../../node_modules/.cache/shoal-tpch');

/**
 * Rows of a row group. The largest table has 60,000 at this scale: it is cut into fifteen, so that there is something to
 * split.
 */
const rowGroupRows = 4_096;

/**
 * Makes sure of the eight tables at scale factor 0.01, written once and used by every run.
 *
 * @returns the folder that holds them as `<table>.parquet`
 */
export function tpchTables(): Promise<string> {
  return generate({ scaleFactor: 0.01, directory: join(cache, 'sf0.01'), csv: false, rowGroupRows });
}
