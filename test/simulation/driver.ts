import type { PhysicalPlan } from '../../src/plan/stage.ts';
import type { TaskResult } from '../../src/plan/task.ts';
import { adapt, waitsFor } from '../../src/planner/stages/adapt.ts';
import { resplit } from '../../src/planner/stages/resplit.ts';
import { stageTasks } from '../../src/planner/stages/stage-tasks.ts';
import type { Clock } from '../../src/scheduler/clock.ts';
import { jobName } from '../../src/scheduler/gc.ts';
import type { JobContext, JobEvent } from '../../src/scheduler/job.ts';
import { openJournal } from '../../src/scheduler/journal.ts';
import { type LeaseHost, type LeaseSink, takeLease } from '../../src/scheduler/lease.ts';
import { planHash, withFileName } from '../../src/scheduler/plan-hash.ts';
import { runJob } from '../../src/scheduler/run-job.ts';
import { Actor } from './actor.ts';
import type { Row } from './rows.ts';
import { type Crash, driverPlace, type JobSetup, placeOf } from './setup.ts';
import { SimBackend } from './sim-backend.ts';
import { type World, wallMs, workspaces } from './world.ts';

/** A driver at work on a job, and what it has come to. */
export interface Drive {
  readonly actor: Actor;
  readonly backend: SimBackend;
  readonly inProcess: SimBackend;
  /** Rows that came, in their order. */
  readonly rows: Row[];
  readonly events: JobEvent[];
  readonly abort: AbortController;
  /** Whether it found a journal that it may go on with, or began one. */
  hasJournal: boolean;
  end: Ending | null;
  /** Work that was to go on after the job and is not done. */
  later: number;
}

/** How a job ended. */
export type Ending =
  | { readonly kind: 'done'; readonly results: readonly TaskResult[] }
  | { readonly kind: 'failed'; readonly error: unknown };

/** Starts a driver: the real scheduler and planner, in a simulated world. @param crash null for one that lives on */
export function startDriver(world: World, setup: JobSetup, number: number, crash: Crash | null): Drive {
  const actor = new Actor(`driver ${number}`, crash?.at, crash?.afterwards);
  const driver: Drive = {
    actor,
    backend: new SimBackend(placeOf(setup, world.query.plan.slots), world, actor),
    inProcess: new SimBackend(driverPlace(), world, actor),
    rows: [],
    events: [],
    abort: new AbortController(),
    hasJournal: false,
    end: null,
    later: 0,
  };
  void run(driver, world, setup, number).then(
    (results) => {
      driver.end = { kind: 'done', results };
    },
    (error) => {
      driver.end = { kind: 'failed', error };
    },
  );
  return driver;
}

async function run(driver: Drive, world: World, setup: JobSetup, number: number): Promise<readonly TaskResult[]> {
  const { actor, backend, inProcess, abort } = driver;
  const store = world.store.as(actor);
  const clock = clockOf(world, actor);
  const random = world.random.fork(`driver ${number}`);
  const host: LeaseHost = { store, clock, wallMs: () => wallMs(world), policy: setup.policy };
  const { plan, workspace, journal, lease } = await openJob(world, setup, number, host);
  driver.hasJournal = journal !== null;
  return runJob(plan, {
    signal: abort.signal,
    store,
    workspace,
    backend: async () => backend,
    driver: inProcess,
    tasksOf: (stage, before) => stageTasks(plan, stage, before, workspace),
    adapt: (stages, before, started) => adapt(stages, { plan, results: before, started }),
    waitsFor,
    resplit: (task) => resplit(task, plan.splits),
    journal,
    lease,
    clock,
    random: () => random.next(),
    policy: setup.policy,
    batchRows: setup.batchRows,
    onBatch: async (batch) => {
      const data = batch.columns[0]?.data;
      if (data instanceof Float64Array) driver.rows.push(...data);
    },
    onEvent: (event) => void driver.events.push(event),
    later: (work) => {
      driver.later++;
      const done = () => void driver.later--;
      work.then(done, done);
    },
  });
}

type OpenedJob = Pick<JobContext, 'workspace' | 'journal' | 'lease'> & { readonly plan: PhysicalPlan };

/** What a session does before it runs a plan: a folder of its own, with a lease; where runs are resumed, with a journal. */
async function openJob(world: World, setup: JobSetup, number: number, host: LeaseHost): Promise<OpenedJob> {
  const plan = withFileName(world.query.plan, `part-${number}`);
  const terms = { job: `job-${number}`, owner: { machine: 'simulated', pid: number }, sink: sinkOf(plan) };
  if (setup.resume) {
    const folder = `${workspaces}journal/${planHash(plan)}/`;
    const opened = await openJournal(folder, terms, host);
    if (opened) {
      const { journal, lease, sink } = opened;
      const named = sink?.fileName ? withFileName(plan, sink.fileName) : plan;
      return { plan: named, workspace: `${folder}run-${number}/`, journal, lease };
    }
  }
  const workspace = `${workspaces}jobs/${jobName(host.wallMs(), `${number}`)}/`;
  return { plan, workspace, journal: null, lease: await takeLease(workspace, terms, null, host) };
}

function sinkOf({ stages }: PhysicalPlan): LeaseSink | null {
  const output = stages.at(-1)?.output;
  if (output?.kind !== 'sink') return null;
  return { uri: output.uri, fileName: output.layout.kind === 'folder' ? output.layout.fileName : null };
}

/** Time as one driver has it: when it dies, nothing that it was to do later is done. */
function clockOf({ clock }: World, actor: Actor): Clock {
  return {
    now: () => clock.now(),
    after: (delayMs, run) =>
      clock.after(delayMs, () => {
        if (!actor.isDead) run();
      }),
  };
}
