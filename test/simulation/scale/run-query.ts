import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { BackendProfile } from '../../../src/backends/backend.ts';
import { Dataset } from '../../../src/dataset/dataset.ts';
import { inspectFooters } from '../../../src/dataset/inspect-footers.ts';
import { MemoryTables } from '../../../src/dataset/memory-tables.ts';
import { createPlanning } from '../../../src/dataset/planning.ts';
import { Reader } from '../../../src/dataset/reader.ts';
import { EnginePool } from '../../../src/engine/engine-pool.ts';
import { engineVersion } from '../../../src/engine/engine-version.ts';
import { splitTargetBytes } from '../../../src/formats/parquet/split-row-groups.ts';
import type { LogicalNode } from '../../../src/plan/logical.ts';
import type { ExchangeTopology, PhysicalPlan } from '../../../src/plan/stage.ts';
import { planQuery } from '../../../src/planner/plan-query.ts';
import { adapt, waitsFor } from '../../../src/planner/stages/adapt.ts';
import { resplit } from '../../../src/planner/stages/resplit.ts';
import { broadcastTargetBytes } from '../../../src/planner/stages/spread-query.ts';
import { stageTasks } from '../../../src/planner/stages/stage-tasks.ts';
import type { JobContext, JobEvent } from '../../../src/scheduler/job.ts';
import { defaultPolicy } from '../../../src/scheduler/policy.ts';
import { runJob } from '../../../src/scheduler/run-job.ts';
import { Actor } from '../actor.ts';
import {
  engineBytesPerSecond,
  lambdaColdStart,
  lambdaMemoryBytes,
  lambdaTimeoutMs,
  lambdaWarmStart,
} from '../cloud-facts.ts';
import { Random } from '../random.ts';
import { noStoreFaults } from '../setup.ts';
import { SimStore } from '../sim-store.ts';
import { VirtualClock } from '../virtual-clock.ts';
import { addSpending, dollarsOf, openAccount, type Spending, type StageAccount } from './account.ts';
import type { BigTable } from './big-lake.ts';
import { driverStore } from './driver-store.ts';
import { FunctionService, type ServiceWorld } from './function-service.ts';
import type { BigQuery } from './queries.ts';
import { RequestRate } from './request-rate.ts';
import { runVirtual, Waits } from './run-virtual.ts';
import { Volumes } from './volumes.ts';

/** How a query is to be run. */
export interface ScaleSetup {
  readonly tables: readonly BigTable[];
  readonly workers: number;
  readonly seed: number;
  /** Partitions that S3 has made of the tables' objects, each with a request rate of its own; of what a job writes there is one. */
  readonly inputPartitions: number;
  /** As the planner's options; null for its own choice. */
  readonly tasks?: number | null;
  readonly partitions?: number | null;
  readonly exchange?: ExchangeTopology | null;
  /** Whether the plan is all that is wanted. */
  readonly planOnly?: boolean;
}

/** What planning and running a query took. */
export interface ScaleReport {
  readonly query: string;
  readonly workers: number;
  readonly plan: PhysicalPlan;
  /** Virtual milliseconds. */
  readonly planMs: number;
  readonly runMs: number;
  /** Of this process, real: the planner's own work, and that of simulating its footer tasks. */
  readonly planCpuMs: number;
  /** Largest memory of this process up to then, bytes. */
  readonly peakBytes: number;
  /** The driver's own requests, then what tasks did, in the order in which the stages began. */
  readonly accounts: readonly StageAccount[];
  readonly total: Spending;
  readonly dollars: number;
}

/** A job in its world. */
interface ScaleWorld extends ServiceWorld {
  readonly store: SimStore;
  readonly partitions: Map<number, number>;
}

const workspace = 's3://lake/work/jobs/simulated/';

/** Plans a query by the real planner and runs it by the real scheduler, over simulated objects and functions. */
export async function runBigQuery(query: BigQuery, setup: ScaleSetup): Promise<ScaleReport> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-simulation-'));
  const engines = new EnginePool();
  try {
    return await simulate(query, setup, engines, folder);
  } finally {
    await engines.close();
    await rm(folder, { recursive: true, force: true });
  }
}

async function simulate(query: BigQuery, setup: ScaleSetup, engines: EnginePool, folder: string): Promise<ScaleReport> {
  const world = await openWorld(query, setup);
  const { clock } = world;
  const own = openAccount('driver', null, 0);
  const waits = new Waits();
  const store = driverStore(world.store, new Actor('driver'), setup.tables, own, waits);
  const backend = new FunctionService(functionProfile(setup.workers), world);
  const driver = new FunctionService(driverProfile(), world, true);
  const host = { backend, driver, store, workspace, later: () => {}, signal: new AbortController().signal };
  const luck = { clock, random: () => world.random.next(), policy: defaultPolicy };
  const environment = { engines, store, scratchDirectory: folder, threads: 1, memoryLimitBytes: 512 << 20 };
  const refuse = () => Promise.reject(new TypeError('These queries persist nothing.'));
  const planning = createPlanning(environment, new MemoryTables(folder), 'UTC', async () => spreadOf(setup), refuse, {
    inspect: async (scan) => {
      const inspected = await waits.track(inspectFooters(scan, host, luck));
      footersMs = clock.now();
      return inspected;
    },
  });
  let footersMs = 0;
  const before = process.cpuUsage();
  const request = {
    node: nodeOf(query, setup),
    output: { kind: 'result' },
    sinkMode: 'error',
    wireTypes: false,
  } as const;
  const plan = await runVirtual(clock, planQuery(request, planning), waits);
  const { user, system } = process.cpuUsage(before);
  own.endedMs = clock.now();
  const planMs = clock.now();
  const peakBytes = process.resourceUsage().maxRSS * 1024;
  for (const { id, output } of plan.stages)
    if (output.kind === 'exchange' && output.partitioning.kind === 'hash')
      world.partitions.set(id, output.partitioning.partitions);
  const ended = new Map<number, number>();
  const onEvent = (event: JobEvent) => {
    if (event.kind === 'stage-finished') ended.set(event.stage, clock.now());
  };
  const job = setup.planOnly
    ? Promise.resolve([])
    : runJob(plan, { ...host, ...luck, ...jobOf(plan), onEvent, backend: async () => backend });
  await runVirtual(clock, waits.track(job), waits);
  const accounts = [own, ...backend.accounts.values(), ...driver.accounts.values()];
  // Second attempts at slow tasks may run on after their stage.
  for (const account of backend.accounts.values())
    account.endedMs = account.stage === null ? footersMs : (ended.get(account.stage) ?? account.endedMs);
  const total = addSpending(accounts);
  return {
    query: query.name,
    workers: setup.workers,
    plan,
    planMs,
    runMs: clock.now() - planMs,
    planCpuMs: (user + system) / 1_000,
    peakBytes,
    accounts,
    total,
    dollars: dollarsOf(total),
  };
}

async function openWorld(query: BigQuery, { seed, tables, inputPartitions }: ScaleSetup): Promise<ScaleWorld> {
  const clock = new VirtualClock();
  const random = new Random(seed);
  const store = new SimStore(clock, random.fork('store'), noStoreFaults);
  return {
    clock,
    random: random.fork('service'),
    store,
    rate: new RequestRate(clock, inputPartitions),
    volumes: new Volumes(tables, query.shape),
    engineVersion: await engineVersion(),
    partitions: new Map(),
    put: (uri, sizeBytes) => store.put(uri, sizeBytes, 'v1', { kind: 'source' }),
    bodyOf: (uri) => {
      const content = store.objects.get(uri)?.content;
      if (content?.kind !== 'bytes') throw new TypeError(`Nobody wrote ${uri}.`);
      return Buffer.from(content.bytes).toString();
    },
  };
}

function nodeOf({ dataset }: BigQuery, { tables }: ScaleSetup): LogicalNode {
  // Datasets of no session: they are planned, never run.
  const none = {} as never;
  const reader = new Reader(<Row>(node: LogicalNode) => new Dataset<Row>(none, node));
  const read = (name: string) =>
    reader.parquet(`${tables.find(({ folder }) => folder.includes(name))?.folder}*.parquet`);
  return dataset({ orders: read('orders'), payments: read('payments') }).node;
}

function spreadOf({ workers, tasks = null, partitions = null, exchange = null }: ScaleSetup) {
  const spread = {
    splitBytes: splitTargetBytes,
    tasks,
    partitions,
    broadcastBytes: broadcastTargetBytes,
    exchange,
    always: true,
  };
  return { spread, driver: driverProfile(), backend: functionProfile(workers) };
}

function jobOf(
  plan: PhysicalPlan,
): Omit<JobContext, 'onEvent' | 'backend' | 'driver' | 'store' | 'signal' | 'later' | 'clock' | 'random' | 'policy'> {
  return {
    workspace,
    tasksOf: (stage, before) => stageTasks(plan, stage, before, workspace),
    adapt: (stages, results, started) => adapt(stages, { plan, results, started }),
    waitsFor,
    resplit: (task) => resplit(task, plan.splits),
    journal: null,
    lease: null,
    batchRows: 65_536,
    onBatch: async () => {},
  };
}

function functionProfile(slots: number): BackendProfile {
  return {
    ...driverProfile(),
    name: 'functions',
    slots,
    streamsRows: false,
    startMs: lambdaColdStart.medianMs,
    invokeMs: lambdaWarmStart.medianMs,
    maxTaskBytes: 256 * 1024,
    taskTimeoutMs: lambdaTimeoutMs,
    stoppable: false,
  };
}

function driverProfile(): BackendProfile {
  return {
    name: 'this process',
    slots: 1,
    threads: 1,
    memoryLimitBytes: lambdaMemoryBytes,
    streamsRows: true,
    startMs: 20,
    invokeMs: 3,
    bytesPerSecond: engineBytesPerSecond,
    maxTaskBytes: Number.POSITIVE_INFINITY,
    taskTimeoutMs: null,
    stoppable: true,
    price: null,
  };
}
