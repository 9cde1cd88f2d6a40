import { mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type ConnectOptions, connect, type Session } from '../../src/index.ts';
import { buildDataset } from './build/build-dataset.ts';
import { Harness, outcomeOf, runParameters } from './harness.ts';
import { planArbitrary } from './plan-arbitrary.ts';
import type { RandomPlan } from './random-plan.ts';
import { exactValues, shoalRows } from './shoal-rows.ts';

/**
 * Ways to spread a query: bytes of a CSV split, partitions of an exchange, when a side of a join is read whole, who works.
 * Small partitions are dealt to as many tasks as there are workers, in this process to one. All of it is named, so that the
 * machine has no say.
 */
const spreads: readonly Pick<ConnectOptions, 'planner' | 'workers'>[] = [
  { planner: { forceExchange: true, splitBytes: 4, partitions: 3, broadcastBytes: 0 } },
  { planner: { forceExchange: true, splitBytes: 7, partitions: 1, broadcastBytes: 0 } },
  { planner: { forceExchange: true, splitBytes: 40, partitions: 5 }, workers: 3 },
  { planner: { forceExchange: true, splitBytes: 150, partitions: 2, broadcastBytes: 0 }, workers: 2 },
  { planner: { forceExchange: true, splitBytes: 20, partitions: 4, broadcastBytes: 0 }, workers: 2 },
];

/** The same, with relays between what is dealt by key and who reads it. */
const relayed: typeof spreads = [
  { planner: { forceExchange: true, splitBytes: 7, partitions: 4, broadcastBytes: 0, exchange: 'two-level' } },
  { planner: { forceExchange: true, splitBytes: 40, partitions: 3, exchange: 'two-level' }, workers: 2 },
];

/** Tables come from files: rows of JavaScript are one small file, which nobody cuts. */
const plans = planArbitrary({ sources: ['parquet', 'csv'] });

let harness: Harness;
let single: Session;
let sessions: Session[];
let engine: DuckDBInstance;
let mostTasks = 0;
let relays = 0;

beforeAll(async () => {
  harness = await Harness.open();
  engine = await DuckDBInstance.create();
  single = await connect({ threads: 1, results: exactValues });
  sessions = await Promise.all(
    [...spreads, ...relayed].map((spread) =>
      connect({ threads: 1, workerThreads: 1, results: exactValues, ...spread }),
    ),
  );
  for (const session of sessions) {
    session.on('progress', (event) => {
      if (event.kind === 'stage-started') mostTasks = Math.max(mostTasks, event.tasks);
      // Nothing else writes an object and no row.
      if (event.kind === 'task-finished' && event.result.rows === 0 && event.result.produced !== null) relays++;
    });
  }
});

afterAll(async () => {
  await Promise.all([single, ...sessions].map((session) => session.close()));
  engine.closeSync();
  await harness.close();
});

/** A Parquet file as a folder of files of three rows each, so that it has splits; the glob of them. */
async function cutIntoFiles(path: string): Promise<string> {
  const folder = `${path}.d`;
  mkdirSync(folder);
  const connection = await engine.connect();
  try {
    const rows = Number(
      (await connection.runAndReadAll(`SELECT count(*) FROM read_parquet('${path}')`)).getRows()[0]?.[0],
    );
    for (let start = 0; start === 0 || start < rows; start += 3) {
      const name = join(folder, `${String(start).padStart(4, '0')}.parquet`);
      const part = `SELECT * EXCLUDE (file_row_number) FROM read_parquet('${path}', file_row_number = true) WHERE file_row_number >= ${start} AND file_row_number < ${start + 3}`;
      await connection.run(`COPY (${part}) TO '${name}' (FORMAT parquet)`);
    }
  } finally {
    connection.closeSync();
  }
  return join(folder, '*.parquet');
}

/** @param wanted text of `explain()`; plans without it are not run */
async function differenceOf(plan: RandomPlan, session: Session, wanted = ''): Promise<string | null> {
  const { files, remove } = await harness.load(plan);
  const cut = new Map<number, string>();
  try {
    for (const [index, path] of files) cut.set(index, path.endsWith('.parquet') ? await cutIntoFiles(path) : path);
    const text = await buildDataset(session, plan, cut)
      .explain()
      .catch((error) => String(error));
    if (!text.includes(wanted)) return null;
    const [expected, actual] = await Promise.all([
      outcomeOf(async () => shoalRows(await buildDataset(single, plan, files).collect())),
      outcomeOf(async () => shoalRows(await buildDataset(session, plan, cut).collect())),
    ]);
    const difference = await harness.difference(plan, expected, actual);
    return difference && `${difference}\n${text}\n${await harness.reference.sql(plan)}`;
  } finally {
    for (const path of cut.values()) if (path.endsWith('*.parquet')) rmSync(join(path, '..'), { recursive: true });
    remove();
  }
}

test('random plans give the same rows on many tasks as on one', async () => {
  const ran = { plans: 0, spread: 0 };
  await fc.assert(
    fc.asyncProperty(plans, fc.nat(spreads.length - 1), async (plan, index) => {
      const session = sessions[index];
      mostTasks = 0;
      expect(session ? await differenceOf(plan, session) : 'no session').toBeNull();
      ran.plans++;
      if (mostTasks > 1) ran.spread++;
    }),
    runParameters(30),
  );
  // Plans that never had two tasks would prove nothing; tables of a few rows make some of those.
  expect(ran.spread / ran.plans).toBeGreaterThan(1 / 3);
}, 600_000);

test('random plans give the same rows through relays', async () => {
  await fc.assert(
    fc.asyncProperty(plans, fc.nat(relayed.length - 1), async (plan, index) => {
      const session = sessions[spreads.length + index];
      expect(session ? await differenceOf(plan, session, 'through relays') : 'no session').toBeNull();
    }),
    runParameters(15),
  );
  expect(relays).toBeGreaterThan(2);
}, 600_000);
