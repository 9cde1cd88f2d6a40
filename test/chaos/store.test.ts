import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Dataset } from 'shoal';
import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { Tables } from '../../bench/queries/tables.ts';
import { tableNames } from '../../bench/tpch/tables.ts';
import { count, type Session } from '../../src/index.ts';
import { keysBelow } from '../s3/data.ts';
import type { Fault, LoggedRequest } from '../support/s3-server/faults.ts';
import { openTestServer } from '../support/s3-target.ts';
import { tpchTables } from '../tpch/tables.ts';
import { tellFigures } from './figures.ts';
import { checkQuery, connectChaos, type KnownQuery, knownQueries } from './queries.ts';
import { firstSeed, randomOf, runs } from './random.ts';

const target = await openTestServer();
const tablesUri = target.newFolder();
const workspace = target.newFolder();
let session: Session;
let tables: Tables;
let queries: readonly KnownQuery[];

beforeAll(async () => {
  const directory = await tpchTables();
  queries = await knownQueries(directory);
  const prefix = tablesUri.slice(`s3://${target.bucket}/`.length);
  for (const name of await readdir(directory)) {
    if (!name.endsWith('.parquet')) continue;
    await target.client.putObject({
      Bucket: target.bucket,
      Key: prefix + name,
      Body: await readFile(join(directory, name)),
    });
  }
  session = await connectChaos({ s3: target.options, workspace, planner: { splitBytes: 300_000 } });
  tables = Object.fromEntries(
    tableNames.map((name): [string, Dataset] => [name, session.read.parquet(`${tablesUri}${name}.parquet`)]),
  ) as unknown as Tables;
}, 120_000);

beforeEach(() => target.server.setFaults(null));

afterAll(async () => {
  await session?.close();
  await target.close();
});

/** Runs seeded queries with faults; what the store was asked, in all. */
async function requestsOf(
  note: string,
  fault: (request: LoggedRequest, random: number) => Fault | null,
): Promise<number> {
  const before = target.server.log.length;
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const random = randomOf(seed);
    const query = queries[Math.floor(random() * queries.length)] as KnownQuery;
    target.server.setFaults((request) => fault(request, random()));
    await checkQuery(query, tables, `${note}, SHOAL_SEED=${seed}`);
    target.server.setFaults(null);
    expect(await keysBelow(workspace, target)).toEqual([]);
  }
  return target.server.log.length - before;
}

test('a store that answers 503 to 30 % of all requests costs less than twice the requests, and no row', async () => {
  const undisturbed = await requestsOf('nothing goes wrong', () => null);
  const slowDown: Fault = { kind: 'error', status: 503, code: 'SlowDown' };
  let refused = 0;
  const disturbed = await requestsOf('503', (_, random) => {
    if (random >= 0.3) return null;
    refused++;
    return slowDown;
  });
  tellFigures({ queries: runs, undisturbed, refused, disturbed, ratio: (disturbed / undisturbed).toFixed(3) });
  expect(refused).toBeGreaterThan(undisturbed * 0.2);
  expect(disturbed).toBeLessThanOrEqual(2 * undisturbed);
}, 1_800_000);

test('connections that drop, bodies that are cut, replies that are lost cost no row', async () => {
  const faults: readonly Fault[] = [
    { kind: 'drop' },
    { kind: 'lost' },
    { kind: 'cut', afterBytes: 10 },
    { kind: 'error', status: 500, code: 'InternalError' },
  ];
  let injected = 0;
  await requestsOf('faults', (_, random) => {
    const fault = random < 0.12 ? (faults[Math.floor((random / 0.12) * faults.length)] ?? null) : null;
    if (fault) injected++;
    return fault;
  });
  tellFigures({ queries: runs, injected });
  expect(injected).toBeGreaterThan(runs);
}, 1_800_000);

test('a flipped bit in what one stage hands to another is noticed and read again', async () => {
  // So many rows that they do not fit into task results.
  const comments = tables.lineitem.groupBy('l_comment').agg({ lines: count() }).sort('l_comment');
  const expected = await comments.toArray();
  const prefix = workspace.slice(`s3://${target.bucket}/`.length);
  let flipped = 0;
  for (let seed = firstSeed; seed < firstSeed + runs; seed++) {
    const random = randomOf(seed);
    target.server.setFaults(({ operation, key }) => {
      if (operation !== 'GetObject' || !key.startsWith(prefix) || random() >= 0.2) return null;
      flipped++;
      return { kind: 'flip', byteOffset: 20 };
    });
    expect(await comments.toArray(), `SHOAL_SEED=${seed}`).toEqual(expected);
    target.server.setFaults(null);
  }
  tellFigures({ queries: runs, flipped });
  expect(flipped).toBeGreaterThan(0);
}, 1_800_000);
