import { createRequire } from 'node:module';

/** DuckDB's Node client. */
export type DuckDB = typeof import('@duckdb/node-api');

/** DuckDB's C interface, as the client itself uses it. */
export type Bindings = typeof import('@duckdb/node-bindings');

/**
 * Node reads a CommonJS package that is *imported* twice: first every one of its files in search of their exports, which
 * takes this one (180 files) 110 ms; one that is required it only runs. The module is the same one either way.
 */
const require = createRequire(import.meta.url);

/** Loads the client and the engine itself: some 80 ms, the first time. */
export function loadDuckDB(): DuckDB {
  return require('@duckdb/node-api');
}

/** Loads the C interface (already in memory wherever a connection exists). */
export function loadBindings(): Bindings {
  return require('@duckdb/node-bindings');
}
