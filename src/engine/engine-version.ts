import { loadDuckDB } from './duckdb.ts';

/** DuckDB's version on this machine, as in `1.5.6`: driver and workers must have the same. */
export async function engineVersion(): Promise<string> {
  return loadDuckDB().version().replace(/^v/, '');
}
