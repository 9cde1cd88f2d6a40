import { join } from 'node:path';
import { onlyBinding } from '../engine/describe.ts';
import { engineVersion } from '../engine/engine-version.ts';
import type { LogicalNode, PersistNode } from '../plan/logical.ts';
import type { SourceSpec } from '../plan/source.ts';
import type { Schema } from '../plan/types.ts';
import type { StoredTable } from '../planner/gather-evidence.ts';
import type { PlanningEnvironment } from '../planner/plan-query.ts';
import { resolveSource } from '../planner/resolve.ts';
import { toUri } from '../storage/uri.ts';
import { connectTo, type WorkerEnvironment } from '../worker/run-task.ts';
import type { MemoryTables } from './memory-tables.ts';
import { createResolveIo } from './resolve-io.ts';

/**
 * The session's side of planning: its store and engines, what it remembers of files, its tables.
 *
 * @param timeZone IANA name of the zone in which date functions see zoned timestamps
 * @param spread how queries are cut, and for whom
 * @param persist runs a query into the file at a path and gives the query's own schema
 */
export function createPlanning(
  environment: WorkerEnvironment,
  tables: MemoryTables,
  timeZone: string,
  spread: PlanningEnvironment['spread'],
  persist: (node: LogicalNode, path: string) => Promise<Schema>,
): PlanningEnvironment {
  const io = createResolveIo(environment);
  const persisted = new WeakMap<PersistNode, Promise<StoredTable>>();
  return {
    store: environment.store,
    spread,
    footer: (file, read) => io.cache.footers.get(file, read),
    timeZone,
    engineVersion,
    resolveSource: (spec) => resolveSource(spec, io),
    resolvePersisted: (node) => {
      const known = persisted.get(node);
      if (known) return known;
      const path = join(environment.scratchDirectory, `persist-${node.id}.parquet`);
      const table = persist(node.input, path).then(async (schema) => ({
        schema,
        source: await resolveSource(parquetFile(path), io),
      }));
      persisted.set(node, table);
      // A query that failed may be run again.
      table.catch(() => persisted.delete(node));
      return table;
    },
    resolveTable: (node) => tables.resolve(node, (path) => resolveSource(parquetFile(path), io)),
    connect: async () => onlyBinding(await connectTo([], environment)),
  };
}

function parquetFile(path: string): SourceSpec {
  return { paths: [toUri(path)], format: { kind: 'parquet' }, schema: {}, unionByName: false, hive: false };
}
