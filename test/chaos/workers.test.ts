import { afterAll, beforeAll, expect, test } from 'vitest';
import { openTables, type Tables } from '../../bench/queries/tables.ts';
import type { Session } from '../../src/index.ts';
import { childPids } from '../support/child-pids.ts';
import { tpchTables } from '../tpch/tables.ts';
import { tellFigures } from './figures.ts';
import { checkQuery, connectChaos, EventCounter, type KnownQuery, knownQueries } from './queries.ts';
import { firstSeed, randomOf, runs } from './random.ts';

let session: Session;
let tables: Tables;
let queries: readonly KnownQuery[];
let events: EventCounter;

beforeAll(async () => {
  const directory = await tpchTables();
  queries = await knownQueries(directory);
  session = await connectChaos({});
  events = new EventCounter(session);
  tables = openTables(session, directory);
}, 120_000);

afterAll(() => session?.close());

/** Sends a signal to one of the workers at the query's event of this number, or soon after; returns whom it reached. */
function strikeAt(at: number, random: () => number, signal: NodeJS.Signals): readonly number[] {
  const struck: number[] = [];
  events.seen = 0;
  events.onEvent = (number) => {
    if (number !== at) return;
    setTimeout(() => {
      const pids = childPids();
      const pid = pids[Math.floor(random() * pids.length)];
      if (pid === undefined) return;
      struck.push(pid);
      process.kill(pid, signal);
    }, random() * 10);
  };
  return struck;
}

/** How many events a query has when nothing goes wrong. */
const eventsOf = new Map<string, number>();

async function prepare(query: KnownQuery): Promise<number> {
  const known = eventsOf.get(query.name);
  if (known !== undefined) return known;
  events.onEvent = null;
  events.seen = 0;
  await checkQuery(query, tables, 'nothing goes wrong');
  eventsOf.set(query.name, events.seen);
  return events.seen;
}

test('a worker that is killed at any event of any query costs an attempt, and no row', async () => {
  let [kills, retries, hits] = [0, 0, 0];
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const random = randomOf(seed);
    const query = queries[Math.floor(random() * queries.length)] as KnownQuery;
    const count = await prepare(query);
    // The last stage is the driver's own: no worker is needed any more.
    events.retries = 0;
    const struck = strikeAt(Math.floor(random() * (count - 2)), random, 'SIGKILL');
    await checkQuery(query, tables, `SHOAL_SEED=${seed}`);
    kills += struck.length;
    retries += events.retries;
    if (events.retries > 0) hits++;
  }
  events.onEvent = null;
  tellFigures({ queries: runs, kills, retries, 'queries with a retry': hits });
  expect(kills).toBe(runs);
  // Of those that were killed, some had no task at that moment.
  expect(hits).toBeGreaterThanOrEqual(Math.floor(0.6 * runs) - 1);
}, 1_800_000);

test('a worker that is stopped for a while is waited for, or outrun', async () => {
  for (let seed = firstSeed; seed < firstSeed + Math.ceil(runs / 4); seed++) {
    const random = randomOf(seed);
    const query = queries[Math.floor(random() * queries.length)] as KnownQuery;
    const count = await prepare(query);
    const struck = strikeAt(Math.floor(random() * (count - 2)), random, 'SIGSTOP');
    const resume = setTimeout(() => {
      for (const pid of struck) tryContinue(pid);
    }, 1_500);
    await checkQuery(query, tables, `stopped, SHOAL_SEED=${seed}`);
    clearTimeout(resume);
    for (const pid of struck) tryContinue(pid);
    expect(struck).toHaveLength(1);
  }
  events.onEvent = null;
}, 1_800_000);

/** It may have been killed meanwhile, because another one was faster. */
function tryContinue(pid: number): void {
  try {
    process.kill(pid, 'SIGCONT');
  } catch (error) {
    expect(error).toMatchObject({ code: 'ESRCH' });
  }
}
