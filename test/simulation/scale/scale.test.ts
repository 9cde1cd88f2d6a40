import { beforeAll, expect, test } from 'vitest';
import { relayGroups } from '../../../src/planner/stages/exchange-topology.ts';
import { bindsMost, openAccount } from './account.ts';
import { type BigTable, openBigLake } from './big-lake.ts';
import { networkMs } from './function-service.ts';
import { parseOptions } from './options.ts';
import { type BigQuery, bigQueries } from './queries.ts';
import { alignedTable, curveTable, formatDollars, planningLine, stagesTable } from './report.ts';
import { runBigQuery, type ScaleReport } from './run-query.ts';

let small: readonly BigTable[];
const common = { seed: 1, inputPartitions: 1 } as const;
const objects = 1_200;

beforeAll(async () => {
  small = await openBigLake(100e9, objects);
});

function queryOf(name: string): BigQuery {
  const query = bigQueries.find((each) => each.name === name);
  if (!query) throw new TypeError(`There is no query ${name}.`);
  return query;
}

function accountOf({ accounts }: ScaleReport, name: string) {
  const account = accounts.find((each) => each.name === name);
  if (!account) throw new TypeError(`There is no account ${name}: ${accounts.map((each) => each.name).join(', ')}.`);
  return account;
}

/** Without what this machine measured of itself. */
function simulated({ planCpuMs: _, peakBytes: __, plan: ___, ...report }: ScaleReport) {
  return report;
}

test.each(bigQueries)('100 GB, 50 workers: $name', async (query) => {
  const report = await runBigQuery(query, { ...common, tables: small, workers: 50 });
  const { total, accounts, plan } = report;
  // Two objects are looked for by the patterns' names, and two footers tell the columns.
  expect(accounts[0]).toMatchObject({ name: 'driver', get: 4 });
  // One page of each table; what workers may have left is looked for, too.
  expect(accounts[0]?.list).toBeGreaterThanOrEqual(2);
  expect(accountOf(report, 'footers')).toMatchObject({ get: objects, put: 0, refused: 0 });
  const files = [...plan.splits.values()].flatMap(({ splits }) => splits.flatMap((split) => split.files));
  expect(new Set(files.map(({ uri }) => uri)).size).toBe(objects);
  expect(report.dollars).toBeCloseTo(
    total.invocations * 0.2e-6 + total.gibSeconds * 1.66667e-5 + total.get * 0.4e-6 + (total.put + total.list) * 5e-6,
    9,
  );
  const stages = accounts.filter(({ stage }) => stage !== null);
  expect(stages.map(({ stage }) => stage).sort()).toEqual(plan.stages.map(({ id }) => id).sort());
  expect(stagesTable(report).split('\n')).toHaveLength(accounts.length + 1);
  expect(planningLine(report)).toMatch(/1,200 objects in \d LIST requests; footers read by 6 tasks; /);
});

test('a seed says all', async () => {
  const setup = { ...common, tables: small, workers: 50 };
  const [one, again, other] = [
    await runBigQuery(queryOf('join'), setup),
    await runBigQuery(queryOf('join'), setup),
    await runBigQuery(queryOf('join'), { ...setup, seed: 2 }),
  ];
  expect(simulated(again)).toEqual(simulated(one));
  expect(other.runMs).not.toBe(one.runMs);
});

test('more workers are done sooner, and cost about the same', async () => {
  const points: ScaleReport[] = [];
  for (const workers of [1, 4, 16, 64])
    points.push(await runBigQuery(queryOf('scan-aggregate'), { ...common, tables: small, workers }));
  const times = points.map(({ planMs, runMs }) => planMs + runMs);
  expect(times).toEqual([...times].sort((a, b) => b - a));
  const costs = points.map(({ dollars }) => dollars);
  expect(Math.max(...costs) / Math.min(...costs)).toBeLessThan(1.1);
  expect(curveTable(points).split('\n')).toHaveLength(5);
});

test('requests of the two topologies are those of their formulas', async () => {
  const tasks = 100;
  const setup = { ...common, tables: small, workers: tasks, tasks, partitions: tasks };
  const direct = await runBigQuery(queryOf('groupBy'), { ...setup, exchange: 'direct' });
  const relayed = await runBigQuery(queryOf('groupBy'), { ...setup, exchange: 'two-level' });
  const { put: producers, bytesWritten: bytes } = accountOf(direct, 'stage 0');
  const readers = accountOf(direct, 'stage 1').tasks;
  expect(accountOf(direct, 'stage 1').get).toBe(producers * readers);
  const groups = relayGroups({ producers, partitions: tasks, bytes, slots: tasks });
  expect(accountOf(relayed, 'stage 3 (relays)').get).toBe(producers * groups.partitionGroups);
  expect(accountOf(relayed, 'stage 1').get).toBe(accountOf(relayed, 'stage 1').tasks * groups.producerGroups);
  expect(accountOf(relayed, 'stage 3 (relays)').put).toBe(groups.producerGroups * groups.partitionGroups);
});

test('80,000 objects are planned from what workers tell', async () => {
  const tables = await openBigLake(10e12, 80_000);
  const report = await runBigQuery(queryOf('scan-aggregate'), { ...common, tables, workers: 1_000, planOnly: true });
  expect(report.accounts[0]).toMatchObject({ name: 'driver', get: 4 });
  expect(Math.floor((report.accounts[0]?.list ?? 0) / 10)).toBe(8);
  expect(accountOf(report, 'footers')).toMatchObject({ tasks: 314, get: 80_000 });
  const scans = [...report.plan.splits.values()];
  expect(scans.map(({ inspection }) => [inspection?.footers, inspection?.tasks])).toEqual([
    [60_000, 235],
    [20_000, 79],
  ]);
  const files = scans.flatMap(({ splits }) => splits.flatMap((split) => split.files));
  const groups = files.reduce((sum, { part }) => sum + (part?.kind === 'row-groups' ? part.rowGroups.length : 8), 0);
  expect([new Set(files.map(({ uri }) => uri)).size, groups]).toEqual([80_000, 640_000]);
  expect(scans.reduce((sum, { splits }) => sum + splits.length, 0)).toBe(10_000);
});

test("the formula of a worker's network", () => {
  expect(networkMs(300 * 2 ** 20, false)).toBeCloseTo(244, 0);
  expect(networkMs(375 * 2 ** 20, false)).toBeCloseTo(1_244, 0);
  expect(networkMs(225 * 2 ** 20, true)).toBeCloseTo(1_122, 0);
});

test('options', () => {
  expect(parseOptions([])).toEqual({
    bytes: 10e12,
    objects: 80_000,
    workers: 1_000,
    seed: 1,
    inputPartitions: 1,
    curve: true,
  });
  expect(parseOptions(['--bytes', '2.5tb', '--workers', '7', '--no-curve'])).toMatchObject({
    bytes: 2.5e12,
    objects: 20_000,
    workers: 7,
    curve: false,
  });
  expect(() => parseOptions(['--bytes', 'much'])).toThrow(
    '--bytes is a size such as 100GB or 10TB; it was given "much".',
  );
  expect(() => parseOptions(['--workers', '0'])).toThrow('--workers is a whole number, 1 or more; it was given "0".');
  expect(() => parseOptions(['--objects', '5'])).toThrow('--objects is 1200 or more; it was given 5.');
});

test('tables and what binds', () => {
  expect(
    alignedTable([
      ['', 'a'],
      ['long', '12'],
      ['x', '3'],
    ]),
  ).toBe('       a\nlong  12\nx      3');
  expect([formatDollars(0.01234), formatDollars(12.345)]).toEqual(['$0.0123', '$12.35']);
  const account = openAccount('stage 0', 0, 0);
  expect(bindsMost(account)).toBeNull();
  account.waited.network = 3;
  account.waited.cpu = 1;
  expect(bindsMost(account)).toEqual({ by: 'network', share: 0.75 });
});
