import { type SimQueries, type SimQuery, sinkFile, sinkFolder } from './plans.ts';
import { Random } from './random.ts';
import { encodeRows, type Row, row } from './rows.ts';
import type { JobSetup } from './setup.ts';
import type { SimWorld } from './sim-backend.ts';
import { SimStore } from './sim-store.ts';
import { VirtualClock } from './virtual-clock.ts';

/** Everything that a simulated job can reach. */
export interface World extends SimWorld {
  readonly query: SimQuery;
  /** The rows that the sink had before. */
  readonly before: readonly Row[] | null;
}

/** Where jobs keep what they hand on; nothing of it may stay. */
export const workspaces = 's3://lake/work/';

/** When simulated time begins. */
const epochMs = Date.UTC(2024, 0, 1);

/** Time of day in a simulated world, milliseconds since 1970. */
export function wallMs({ clock }: Pick<World, 'clock'>): number {
  return epochMs + clock.now();
}

/** The world before a job begins: its inputs are there, and what its sink is to replace or to join. */
export function openWorld(setup: JobSetup, { lake, queries }: SimQueries): World {
  const query = queries[Math.floor(setup.query * queries.length)];
  if (!query) throw new TypeError('There are no queries.');
  const clock = new VirtualClock();
  const random = new Random(setup.seed);
  const store = new SimStore(clock, random.fork('store'), setup.store, epochMs);
  for (const { uri, sizeBytes, version } of lake.sources.values())
    store.put(uri, sizeBytes, version, { kind: 'source' });
  let names = 0;
  return {
    clock,
    random,
    store,
    sources: lake.sources,
    engineVersion: query.plan.engineVersion,
    bytesPerRow: setup.bytesPerRow,
    nextName: () => `w${++names}`,
    query,
    before: putBefore(query, store),
  };
}

/** What a sink finds that may replace it, or add to it. */
function putBefore({ shape }: SimQuery, store: SimStore): readonly Row[] | null {
  if (!shape.sink || shape.sink.mode === 'error') return null;
  const rows = [row(1), row(2), row(3)];
  const bytes = encodeRows(rows);
  const content = { kind: 'bytes', bytes } as const;
  if (shape.sink.layout === 'file') {
    store.put(sinkFile, bytes.length, 'before', content);
    return rows;
  }
  const path = 'part-before-0';
  const manifest = {
    version: 1,
    commit: { number: 3, job: 'before' },
    rows: rows.length,
    bytes: bytes.length,
    files: [{ path, rows: rows.length, bytes: bytes.length }],
  };
  const text = Buffer.from(JSON.stringify(manifest));
  store.put(`${sinkFolder}${path}`, bytes.length, 'before', content);
  store.put(`${sinkFolder}_manifest.json`, text.length, 'before', { kind: 'bytes', bytes: text });
  return rows;
}
