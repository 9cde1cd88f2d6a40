/** DuckDB's version on this machine, as in `1.5.6`: driver and workers must have the same. */
export async function engineVersion(): Promise<string> {
  const { version } = await import('@duckdb/node-api');
  return version().replace(/^v/, '');
}
