import { collectGarbage, defaultGcAges } from '../../src/scheduler/gc.ts';
import { Actor } from './actor.ts';
import { checkBooks, checkEnding, checkGone, checkLeftovers, checkSink } from './check-job.ts';
import { checkRepeated } from './check-repeated.ts';
import { drive } from './drive.ts';
import { type Drive, startDriver } from './driver.ts';
import { type SimQueries, sinkFile, sinkFolder } from './plans.ts';
import { type JobSetup, noStoreFaults } from './setup.ts';
import { openWorld, type World, wallMs, workspaces } from './world.ts';

/** What a simulated job came to. */
export interface JobReport {
  readonly seed: number;
  readonly query: string;
  /** What is wrong; empty when nothing is. */
  readonly problems: readonly string[];
  readonly attempts: number;
  /** How each of its drivers ended, in a word. */
  readonly endings: readonly string[];
}

/** Runs a job, with all that happens to it, and checks all that must hold. */
export async function simulate(setup: JobSetup, queries: SimQueries): Promise<JobReport> {
  const world = openWorld(setup, queries);
  const drives: Drive[] = [];
  if (setup.changeMs !== null) world.clock.after(setup.changeMs, () => changeInput(world));
  if (setup.gcMs !== null) world.clock.after(setup.gcMs, () => void collectDead(world, drives).catch(() => {}));
  const problems = [...(await runDrivers(drives, world, setup))];
  const last = drives.at(-1);
  if (!last) throw new TypeError('There was no driver.');
  // What goes on after the job: late workers, and removing what they write.
  if ((await drive(world.clock, () => false)) === 'endless') problems.push('There is no end of it.');
  problems.push(...checkLeftovers(drives, world, setup));
  problems.push(...(await collectAll(world)), ...checkGone(world), ...checkSink(last, world, 'after gc'));
  return {
    seed: setup.seed,
    query: `${world.query.shape.name} (${setup.kind}, ${world.query.plan.slots} slots)`,
    problems,
    attempts: drives.reduce((sum, { backend }) => sum + backend.book.attempts, 0),
    endings: drives.map(endingOf),
  };
}

/** Runs the job's drivers, one after the end of the other. */
async function runDrivers(drives: Drive[], world: World, setup: JobSetup): Promise<readonly string[]> {
  const problems: string[] = [];
  for (const crash of [...setup.crashes, null]) {
    if (drives.length > 0) await pause(world);
    const driver = startDriver(world, setup, drives.length + 1, crash);
    const before = [...drives];
    drives.push(driver);
    if (setup.abortMs !== null) world.clock.after(setup.abortMs, () => driver.abort.abort(new Error('enough')));
    const how = await drive(world.clock, () => driver.end !== null || driver.actor.isDead);
    if (how !== 'over') problems.push(`${driver.actor.name} hangs: ${how}.`);
    problems.push(...checkBooks(driver, setup), ...checkEnding(driver, world, setup));
    problems.push(...checkRepeated(driver, before, world), ...checkSink(driver, world, 'at its end'));
    if (!driver.actor.isDead || !mayRunAgain(driver, world, setup)) break;
  }
  return problems;
}

/** Somebody notices that the script is dead, and starts it again. */
async function pause({ clock, random }: World): Promise<void> {
  let isOver = false;
  clock.after(random.pick([0, 10, 1_000, 100_000]), () => {
    isOver = true;
  });
  await drive(clock, () => isOver);
}

/**
 * Whether a dead driver's script is started again. What adds to a folder does so again when the job before it was over: without
 * a journal, or when it died while it removed that.
 */
function mayRunAgain({ actor }: Drive, { query, store }: World, { resume }: JobSetup): boolean {
  return query.shape.sink?.mode !== 'append' || (resume && !store.deleters.has(actor.name));
}

/** Removes what dead drivers left, while others may live. */
function collectDead(world: World, drives: readonly Drive[]): Promise<unknown> {
  return collectGarbage({
    ...gcRequest(world),
    olderThanMs: defaultGcAges,
    isGone: async ({ pid }) => drives[pid - 1]?.actor.isDead ?? false,
  });
}

/** Removes what is left, a long time after. */
async function collectAll(world: World): Promise<readonly string[]> {
  const { store, clock } = world;
  store.behave(noStoreFaults);
  let end: unknown = 'hangs';
  clock.after(3_600_000, () => {
    const ages = { jobs: 0, journals: 0, staged: 0 };
    collectGarbage({ ...gcRequest(world), olderThanMs: ages, isGone: async () => true }).then(
      () => {
        end = null;
      },
      (error) => {
        end = error;
      },
    );
  });
  await drive(clock, () => false);
  return end === null ? [] : [`gc: ${end instanceof Error ? end.stack : end}`];
}

function gcRequest(world: World) {
  const store = world.store.as(new Actor('gc'));
  return { store, workspace: workspaces, sinks: [sinkFolder, sinkFile], dryRun: false, wallMs: () => wallMs(world) };
}

function changeInput({ store, query, random }: World): void {
  const files = [...query.plan.splits.values()].flatMap((scan) => scan.splits.flatMap((split) => split.files));
  const file = files[random.below(files.length)];
  if (file) store.change(file.uri);
}

/** A driver's end in a word. */
function endingOf({ end, actor }: Drive): string {
  if (actor.isDead) return 'crashed';
  if (end === null) return 'hangs';
  if (end.kind === 'done') return 'done';
  const { error } = end;
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
