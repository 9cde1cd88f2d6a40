import { decodeTask } from '../../src/plan/serde.ts';
import { collectGarbage } from '../../src/scheduler/gc.ts';
import { taskKey } from '../../src/scheduler/task-key.ts';
import { Actor } from './actor.ts';
import { checkBooks, checkEnding, checkGone, checkLeftovers, checkSink } from './check-job.ts';
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
  const problems: string[] = [];
  if (setup.changeMs !== null) world.clock.after(setup.changeMs, () => changeInput(world));
  const drives: Drive[] = [];
  for (const crash of [...setup.crashes, null]) {
    if (drives.length > 0) await pause(world);
    let known = recordedTasks(world);
    const driver = startDriver(world, setup, {
      number: drives.length + 1,
      crash,
      // Requests of the one before may have been on their way.
      onBegin: () => {
        const now = recordedTasks(world);
        known = new Set([...known].filter((key) => now.has(key)));
      },
    });
    drives.push(driver);
    if (setup.abortMs !== null) world.clock.after(setup.abortMs, () => driver.abort.abort(new Error('enough')));
    const how = await drive(world.clock, () => driver.end !== null || driver.actor.isDead);
    if (how !== 'over') problems.push(`${driver.actor.name} hangs: ${how}.`);
    problems.push(
      ...checkBooks(driver, setup),
      ...checkEnding(driver, world, setup),
      ...repeated(driver, known, world),
    );
    if (!driver.actor.isDead || !mayRunAgain(driver, world, setup)) break;
  }
  const last = drives.at(-1);
  if (!last) throw new TypeError('There was no driver.');
  problems.push(...checkSink(last, world, 'at its end'));
  // What goes on after the job: late workers, and removing what they write.
  if ((await drive(world.clock, () => false)) === 'endless') problems.push('There is no end of it.');
  problems.push(...checkLeftovers(drives, world, setup));
  problems.push(...(await collect(world)), ...checkGone(world), ...checkSink(last, world, 'after gc'));
  return {
    seed: setup.seed,
    query: `${world.query.shape.name} (${setup.kind}, ${world.query.plan.slots} slots)`,
    problems,
    attempts: drives.reduce((sum, { backend }) => sum + backend.book.attempts, 0),
    endings: drives.map(endingOf),
  };
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

/** Removes what is left, a long time after. */
async function collect(world: World): Promise<readonly string[]> {
  const { store, clock } = world;
  store.behave(noStoreFaults);
  let end: unknown = 'hangs';
  clock.after(3_600_000, () => {
    collectGarbage({
      store: store.as(new Actor('gc')),
      workspace: workspaces,
      sinks: [sinkFolder, sinkFile],
      olderThanMs: { jobs: 0, journals: 0, staged: 0 },
      dryRun: false,
      wallMs: () => wallMs(world),
      isGone: async () => true,
    }).then(
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

function changeInput({ store, query, random }: World): void {
  const files = [...query.plan.splits.values()].flatMap((scan) => scan.splits.flatMap((split) => split.files));
  const file = files[random.below(files.length)];
  if (file) store.change(file.uri);
}

/** Keys of the tasks that a journal has, with all that their results name. */
function recordedTasks({ store }: World): ReadonlySet<string> {
  const found = new Set<string>();
  for (const { uri, content } of store.objects.values()) {
    const key = /\/done\/([0-9a-f]+)\.json$/.exec(uri)?.[1];
    if (!key || content.kind !== 'bytes') continue;
    const { produced, staged } = JSON.parse(Buffer.from(content.bytes).toString());
    const isThere = produced?.[0] !== 'object' || store.objects.get(produced[1])?.version === produced[2];
    if (isThere && staged.every(({ token }: { token: string }) => store.staged.has(token))) found.add(key);
  }
  return found;
}

/** Tasks that ran again although they were done. */
function repeated(
  { backend, hasJournal }: Drive,
  known: ReadonlySet<string>,
  { engineVersion }: World,
): readonly string[] {
  // A run before that is about to die may write its lease at the very moment: then nothing is resumed.
  if (known.size === 0 || !hasJournal) return [];
  const again = backend.book.texts.flatMap((text) => {
    const task = decodeTask(text, engineVersion);
    return !('body' in task) && known.has(taskKey(task)) ? [task.id] : [];
  });
  return again.length > 0 ? [`Tasks ran again that were done: ${again.join(', ')}.`] : [];
}

/** A driver's end in a word. */
function endingOf({ end, actor }: Drive): string {
  if (actor.isDead) return 'crashed';
  if (end === null) return 'hangs';
  if (end.kind === 'done') return 'done';
  const { error } = end;
  return error instanceof Error && 'code' in error ? String(error.code) : String(error);
}
