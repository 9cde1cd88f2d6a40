import { join } from 'node:path';
import { onlyBinding } from '../engine/describe.ts';
import { engineVersion } from '../engine/engine-version.ts';
import type { LogicalNode, PersistNode } from '../plan/logical.ts';
import type { SourceSpec } from '../plan/source.ts';
import type { Schema } from '../plan/types.ts';
import type { StoredTable } from '../planner/gather-evidence.ts';
import type { PlanningEnvironment } from '../planner/plan-query.ts';
import type { ResolveIo } from '../planner/resolve/io.ts';
import { mostDriverFooters } from '../planner/resolve/resolve-parquet.ts';
import { resolveSource } from '../planner/resolve.ts';
import { toUri } from '../storage/uri.ts';
import { connectTo, type WorkerEnvironment } from '../worker/run-task.ts';
import { onceForEachScan } from './inspect-footers.ts';
import type { MemoryTables } from './memory-tables.ts';
import { createResolveIo } from './resolve-io.ts';

/**
 * The session's side of planning: its store and engines, what it remembers of files, its tables.
 *
 * @param timeZone IANA name of the zone in which date functions see zoned timestamps
 * @param spread how queries are cut, and for whom
 * @param persist runs a query into the file at a path and gives the query's own schema
 * @param workers who reads footers where there are more than the driver should read: 256 unless told otherwise
 */
export function createPlanning(
  environment: WorkerEnvironment,
  tables: MemoryTables,
  timeZone: string,
  spread: PlanningEnvironment['spread'],
  persist: (node: LogicalNode, path: string) => Promise<Schema>,
  workers: FooterWorkers | null = null,
): PlanningEnvironment {
  const io = createResolveIo(environment);
  const sourceIo: ResolveIo = workers ? { ...io, footerWorkers: footerWorkers(workers, spread) } : io;
  const persisted = new WeakMap<PersistNode, Promise<StoredTable>>();
  return {
    store: environment.store,
    spread,
    footer: (file, read) => io.cache.footers.get(file, read),
    timeZone,
    engineVersion,
    resolveSource: (spec) => resolveSource(spec, sourceIo),
    ...(workers ? { inspect: onceForEachScan(workers.inspect) } : {}),
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

/** Workers that can read footers. */
export interface FooterWorkers {
  readonly inspect: NonNullable<PlanningEnvironment['inspect']>;
  /** Footers of a source that the driver reads at most, where queries are spread. */
  readonly mostDriverFooters?: number;
}

function footerWorkers(
  workers: FooterWorkers,
  spread: PlanningEnvironment['spread'],
): NonNullable<ResolveIo['footerWorkers']> {
  return {
    mostDriverFooters: workers.mostDriverFooters ?? mostDriverFooters,
    areThere: async () => (await spread()) !== null,
  };
}

function parquetFile(path: string): SourceSpec {
  return { paths: [toUri(path)], format: { kind: 'parquet' }, schema: {}, unionByName: false, hive: false };
}
