import { ShoalError } from '../../src/errors.ts';
import type { Drive } from './driver.ts';
import { sinkFile, sinkFolder } from './plans.ts';
import { decodeRows, type Row, sortedRows } from './rows.ts';
import type { JobSetup } from './setup.ts';
import { type World, workspaces } from './world.ts';

/** What a driver sent: never more at once than there are places, no task more often than the policy says. */
export function checkBooks({ backend, inProcess }: Drive, { policy }: JobSetup): readonly string[] {
  return [backend, inProcess].flatMap(({ book, profile }) => {
    const problems: string[] = [];
    if (book.mostBusy > profile.slots) problems.push(`${book.mostBusy} tasks ran at once on ${profile.slots} places.`);
    for (const [id, { attempts, throttled, memory }] of book.tasks) {
      // One attempt may run beside another that is slow.
      const tries = attempts - throttled - memory;
      if (tries > policy.maxAttempts + 1) problems.push(`Task ${id} was tried ${tries} times.`);
      if (memory > Math.log2(profile.slots) + 2) problems.push(`Task ${id} ran out of memory ${memory} times.`);
      if (throttled > policy.maxThrottles + 2) problems.push(`Task ${id} was refused ${throttled} times.`);
    }
    return problems;
  });
}

/** The rows of a job that is done are those without faults; one that failed has a reason. */
export function checkEnding(driver: Drive, world: World, setup: JobSetup): readonly string[] {
  const { end, rows } = driver;
  const { shape, expected } = world.query;
  if (end === null) return [];
  if (end.kind === 'failed') {
    const why = reasonAgainst(end.error, driver, world, setup);
    return why === null ? [] : [`It failed for no reason: ${why}\n${stackOf(end.error)}`];
  }
  if (shape.sink) return [];
  return differ(rows, expected, shape.ordered);
}

/** Null when there is a reason for the failure; otherwise what speaks against it. */
function reasonAgainst(
  error: unknown,
  { actor, backend, inProcess }: Drive,
  world: World,
  setup: JobSetup,
): string | null {
  if (!(error instanceof ShoalError)) return 'it is no error of shoal.';
  const when = (isSo: boolean, otherwise: string) => (isSo ? null : otherwise);
  switch (error.code) {
    case 'ABORTED':
      return when(setup.abortMs !== null, 'nobody aborted it.');
    case 'OBJECT_CHANGED':
      // A lease that was renewed, and of which the reply was lost, is taken for another one's.
      return when(
        error.name === 'SourceError' ? setup.changeMs !== null : (world.store.failures.get(actor.name) ?? 0) > 0,
        'nothing changed.',
      );
    case 'ALREADY_EXISTS':
      return when(setup.crashes.length > 0, 'nobody wrote there before.');
    case 'OUT_OF_MEMORY':
      return when(setup.backend.outOfMemory > 0, 'there was memory enough.');
    case 'STORAGE_FAILED':
      return when((world.store.failures.get(actor.name) ?? 0) > 0, 'the store failed no request of the driver.');
    case 'TASK_FAILED': {
      const id = String(error.details.task);
      const entry = backend.book.tasks.get(id) ?? inProcess.book.tasks.get(id);
      if (!entry) return `there was no task ${id}.`;
      const tries = entry.attempts - entry.throttled - entry.memory;
      // A task that is too long is first written to the store.
      if ((world.store.failures.get(actor.name) ?? 0) > 0) return null;
      const isTired = tries >= setup.policy.maxAttempts || entry.throttled > setup.policy.maxThrottles;
      return when(isTired, `task ${id} was tried ${tries} times and refused ${entry.throttled} times.`);
    }
    default:
      return `${error.code} is not expected.`;
  }
}

function stackOf(error: unknown): string {
  return error instanceof Error ? (error.stack ?? error.message) : String(error);
}

/** How rows differ from those that are expected: nothing when they don't. */
function differ(actual: readonly Row[], expected: readonly Row[], ordered: boolean): readonly string[] {
  const [a, b] = ordered ? [actual, expected] : [sortedRows(actual), sortedRows(expected)];
  const at = a.findIndex((value, index) => value !== b[index]);
  if (at < 0 && a.length === b.length) return [];
  const lost = b.filter((value) => !a.includes(value)).length;
  const strange = a.filter((value) => !b.includes(value)).length;
  return [
    `${a.length} rows came, ${b.length} were expected; ${lost} are lost, ${strange} are strange, the first other one is number ${at < 0 ? b.length : at}.`,
  ];
}

/** When a sink is looked at: before anybody cleaned up after the job, or after. */
type Moment = 'at its end' | 'after gc';

/** What a reader sees of the sink: all of the new rows or none of them. */
export function checkSink(driver: Drive, world: World, when: Moment): readonly string[] {
  const { shape, expected } = world.query;
  if (!shape.sink) return [];
  const seen = shape.sink.layout === 'file' ? readFile(world) : readFolder(world, when);
  if (typeof seen === 'string') return [`${seen} (${when})`];
  const added = shape.sink.mode === 'append' ? [...(world.before ?? []), ...expected] : expected;
  const missing = differ(seen ?? [], added, false);
  if (seen !== null && missing.length === 0) return [];
  const isOld = seen === null ? world.before === null : differ(seen, world.before ?? [], false).length === 0;
  const { end } = driver;
  const isThere = end?.kind === 'failed' && end.error instanceof ShoalError && end.error.code === 'ALREADY_EXISTS';
  if (isOld && end?.kind !== 'done' && !isThere) return [];
  return [
    `The sink is ${isOld ? 'as it was, and the job says otherwise' : `neither as it was nor complete: ${missing.join()}`} (${when}).`,
  ];
}

function readFile({ store }: World): readonly Row[] | null {
  const object = store.objects.get(sinkFile);
  return object?.content.kind === 'bytes' ? decodeRows(object.content.bytes) : null;
}

/** Rows of the files that the manifest names; null without one; a text when something else is there. */
function readFolder({ store }: World, when: Moment): readonly Row[] | string | null {
  const manifest = store.objects.get(`${sinkFolder}_manifest.json`);
  const content = manifest?.content.kind === 'bytes' ? Buffer.from(manifest.content.bytes).toString() : null;
  const named: { path: string; rows: number }[] = content === null ? [] : JSON.parse(content).files;
  const rows: Row[] = [];
  for (const { path, rows: count } of named) {
    const object = store.objects.get(`${sinkFolder}${path}`);
    if (object?.content.kind !== 'bytes') return `${path} is in the manifest and not in the folder.`;
    const own = decodeRows(object.content.bytes);
    if (own.length !== count) return `${path} has ${own.length} rows, its manifest says ${count}.`;
    rows.push(...own);
  }
  const known = new Set(named.map(({ path }) => `${sinkFolder}${path}`));
  const strange = [...store.objects.keys()].filter((uri) => uri.startsWith(sinkFolder) && !known.has(uri));
  const others = strange.filter((uri) => uri !== manifest?.uri);
  // A write that is decided and not finished shows its files before the manifest.
  const isUnfinished = others.some((uri) => uri.includes('/_intent-'));
  if (others.length > 0 && (when === 'after gc' || !isUnfinished))
    return `${others.join()} are in the folder and not in its manifest.`;
  return content === null ? null : rows;
}

/** Nothing of the job is left, when all that was to go on has; what the driver could not know of is for `gc`. */
export function checkLeftovers(drives: readonly Drive[], { store }: World, { resume }: JobSetup): readonly string[] {
  const problems = drives.flatMap(({ later, actor }) =>
    later > 0 && !actor.isDead ? ['Work that was to go on later is not done.'] : [],
  );
  const isCrippled = drives.some(({ actor }) => actor.isDead || (store.failures.get(actor.name) ?? 0) > 0);
  // A job that failed and may be resumed keeps what it has.
  if (isCrippled || (resume && drives.at(-1)?.end?.kind !== 'done')) return problems;
  const heard = new Set(drives.flatMap(({ backend, inProcess }) => [...backend.heard, ...inProcess.heard]));
  const strays = new Set(drives.flatMap(({ backend }) => [...backend.strays]).filter((name) => !heard.has(name)));
  const dead = new Set(drives.flatMap(({ backend }) => [...backend.dead]));
  const listedMs = Math.max(...drives.map(({ actor }) => store.listedMs.get(actor.name) ?? 0));
  const objects = [...store.objects.values()].filter(({ uri, sinceMs }) => {
    const writer = uri.slice(uri.lastIndexOf('-') + 1);
    return uri.startsWith(workspaces) && !strays.has(writer) && !(dead.has(writer) && sinceMs >= listedMs);
  });
  if (objects.length > 0) problems.push(`Left behind: ${objects.map(({ uri }) => uri).join(', ')}`);
  // What a worker began to stage when the reply was lost, it does not know itself.
  const staged = [...store.staged.values()].filter(({ by }) => heard.has(by) && !store.failures.has(by));
  if (staged.length > 0) problems.push(`Staged and left: ${staged.map(({ uri, by }) => `${uri} by ${by}`).join(', ')}`);
  return problems;
}

/** After `gc` there is nothing at all. */
export function checkGone({ store }: World): readonly string[] {
  const objects = [...store.objects.keys()].filter((uri) => uri.startsWith(workspaces));
  const staged = [...store.staged.values()].map(({ uri }) => `${uri} (staged)`);
  const left = [...objects, ...staged];
  return left.length > 0 ? [`Left after gc: ${left.join(', ')}`] : [];
}
