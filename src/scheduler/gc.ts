import { ShoalError } from '../errors.ts';
import type { ObjectInfo, ObjectStore, StagedName } from '../storage/store.ts';
import { folderOf, nameOf } from '../storage/uri.ts';
import { survey } from './check-target.ts';
import { removeFolder } from './clean-up.ts';
import { type JobOwner, type LeaseSink, leaseUri, readLease, type StoredLease, writeLease } from './lease.ts';
import { rollForwardAll } from './roll-forward.ts';
import { sideBySide } from './side-by-side.ts';

/** What is looked through, and by what. */
export interface GcRequest {
  readonly store: ObjectStore;
  /** Uri of a folder, ending in `/`. */
  readonly workspace: string;
  /** Folders and files that were written to, whose workspace is not this one or is gone; folders end in `/`. */
  readonly sinks: readonly string[];
  /** What died less than so long ago stays: a job's folder, a journal, and what was staged in `sinks`. */
  readonly olderThanMs: GcAges;
  /** Only tell what would be removed. */
  readonly dryRun: boolean;
  /** Time of day, milliseconds since 1970. */
  readonly wallMs: () => number;
  /** Whether a process of this machine is known to be no more; false for those of others. */
  readonly isGone: (owner: JobOwner) => Promise<boolean>;
}

/** By what it is. */
export interface GcAges {
  readonly jobs: number;
  readonly journals: number;
  readonly staged: number;
}

/**
 * A dead job's folder is of no use to anybody. A journal is what a script is run again for, maybe after a weekend. What was
 * staged has no lease in `sinks`; a day is longer than any job between its first file and its commit.
 */
export const defaultGcAges: GcAges = { jobs: 0, journals: 7 * 86_400_000, staged: 86_400_000 };

/** What was removed, or would be. */
export interface GcResult {
  /** Uris of folders of jobs and of journals, which are gone with all that was in them. */
  readonly folders: readonly string[];
  /** Objects in them, and their size. */
  readonly objects: number;
  readonly bytes: number;
  /** Uris of files that were staged and never shown. */
  readonly staged: readonly string[];
  /** Uris of writes that were decided and are finished now. */
  readonly finished: readonly string[];
}

/** A folder of a job or of a journal. */
interface JobFolder {
  readonly uri: string;
  readonly isJournal: boolean;
  readonly objects: readonly ObjectInfo[];
  readonly lease: StoredLease | null;
}

/**
 * Finds what dead jobs left in a workspace and where they wrote, and removes it; finishes the writes that they decided. A job is
 * dead when its lease has expired, or its process on this machine is gone. A job that only looks dead notices, before it writes
 * anything that counts, that its lease was taken.
 */
export async function collectGarbage(request: GcRequest): Promise<GcResult> {
  const { store, dryRun } = request;
  const folders = await jobFolders(request);
  const dead: JobFolder[] = [];
  const alive: LeaseSink[] = [];
  for (const folder of folders) {
    if (!(await isDead(folder, request))) alive.push(...sinkOf(folder));
    else if (dryRun || (await close(folder, store))) dead.push(folder);
  }
  const sweep = new Sweep(request, alive);
  // Decided writes first: what they name is staged, and not left over.
  for (const folder of dead) for (const sink of sinkOf(folder)) await sweep.sink(sink, folder.lease);
  for (const uri of request.sinks) await sweep.sink({ uri, fileName: null }, null);
  if (!dryRun) for (const { uri } of dead) await removeFolder(uri, new Set(), store);
  sweep.throwFailure();
  const objects = dead.flatMap((folder) => folder.objects);
  return {
    folders: dead.map(({ uri }) => uri),
    objects: objects.length,
    bytes: objects.reduce((sum, { sizeBytes }) => sum + sizeBytes, 0),
    ...sweep.result(),
  };
}

async function jobFolders({ store, workspace }: GcRequest): Promise<readonly JobFolder[]> {
  const found: JobFolder[] = [];
  for (const kind of ['jobs/', 'journal/']) {
    const below = new Map<string, ObjectInfo[]>();
    const parent = `${workspace}${kind}`;
    for await (const info of store.list(parent)) {
      const uri = `${parent}${info.uri.slice(parent.length).split('/')[0]}/`;
      const objects = below.get(uri) ?? [];
      objects.push(info);
      below.set(uri, objects);
    }
    await sideBySide(below, async ([uri, objects]) => {
      const lease = objects.some((object) => object.uri === leaseUri(uri)) ? await readLease(uri, store) : null;
      found.push({ uri, isJournal: kind === 'journal/', objects, lease });
    });
  }
  return found.sort((a, b) => (a.uri < b.uri ? -1 : 1));
}

async function isDead({ uri, isJournal, lease }: JobFolder, request: GcRequest): Promise<boolean> {
  const ageMs = isJournal ? request.olderThanMs.journals : request.olderThanMs.jobs;
  const nowMs = request.wallMs();
  // Without a lease: what an attempt wrote after its job's end, or an interrupted removal left. The name tells the start.
  if (!lease) return nowMs - (startOf(uri) ?? 0) >= Math.max(ageMs, request.olderThanMs.staged);
  const { record } = lease;
  // Somebody began to remove it.
  if (record.isClosed) return true;
  if (nowMs >= record.expiresMs + ageMs) return true;
  return nowMs >= record.startedMs + ageMs && (await request.isGone(record.owner));
}

/** When the job of a folder began, by the folder's name, milliseconds since 1970; null for a name that doesn't tell. */
export function startOf(folder: string): number | null {
  const digits = /^(\d{4})(\d\d)(\d\d)T(\d\d)(\d\d)(\d\d)Z-/.exec(nameOf(folder));
  if (!digits) return null;
  const [, year, month, day, hour, minute, second] = digits;
  return Date.parse(`${year}-${month}-${day}T${hour}:${minute}:${second}Z`);
}

/** A name for a job that tells when it began: `20240131T235959Z-` and what makes it its own. */
export function jobName(startedMs: number, id: string): string {
  return `${new Date(startedMs).toISOString().replace(/[-:]|\.\d+/g, '')}-${id}`;
}

/** Takes a dead job's lease, so that the job cannot go on; false when it gave a sign of life meanwhile. */
async function close({ uri, lease }: JobFolder, store: ObjectStore): Promise<boolean> {
  if (!lease || lease.record.isClosed) return true;
  try {
    await writeLease(uri, { ...lease.record, isClosed: true }, lease.version, store);
    return true;
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'OBJECT_CHANGED') return false;
    throw error;
  }
}

function sinkOf({ lease }: JobFolder): readonly LeaseSink[] {
  return lease?.record.sink ? [lease.record.sink] : [];
}

/** Goes through the places where dead jobs wrote. */
class Sweep {
  private readonly request: GcRequest;
  private readonly alive: readonly LeaseSink[];
  private readonly staged: string[] = [];
  private readonly finished = new Set<string>();
  private failure: { readonly error: unknown } | null = null;

  /** @param alive where live jobs write */
  constructor(request: GcRequest, alive: readonly LeaseSink[]) {
    this.request = request;
    this.alive = alive;
  }

  /** @param lease of the dead job whose sink it is; null for whosever */
  async sink(sink: LeaseSink, lease: StoredLease | null): Promise<void> {
    const { store, dryRun, olderThanMs, wallMs } = this.request;
    const isFolder = sink.uri.endsWith('/');
    // What a write names that is decided and cannot be finished must not be thrown away.
    if (isFolder && !(await this.finish(sink.uri))) return;
    const abandoned: StagedName[] = [];
    for await (const leftover of store.listStaged(isFolder ? sink.uri : folderOf(sink.uri))) {
      const isIts = isFolder ? nameOf(leftover.uri).startsWith(sink.fileName ?? '') : leftover.uri === sink.uri;
      // Those of a folder are told by their names; of one file several jobs may be at work.
      const isOld =
        lease && isFolder
          ? true
          : wallMs() - leftover.sinceMs >= (lease ? 0 : olderThanMs.staged) && !this.isAlive(leftover);
      if (isIts && isOld) abandoned.push(leftover);
    }
    for (const leftover of abandoned) {
      if (!dryRun) await store.abort(leftover);
      this.staged.push(leftover.uri);
    }
  }

  result(): Pick<GcResult, 'staged' | 'finished'> {
    return { staged: this.staged, finished: [...this.finished] };
  }

  /** @throws {StorageError} for the first write that is decided and cannot be finished; all else is done by then */
  throwFailure(): void {
    if (this.failure) throw this.failure.error;
  }

  private async finish(folder: string): Promise<boolean> {
    const { store, dryRun } = this.request;
    const { intents } = await survey(folder, store);
    for (const uri of intents) this.finished.add(uri);
    try {
      if (!dryRun) await rollForwardAll(folder, intents, store);
      return true;
    } catch (error) {
      this.failure ??= { error };
      return false;
    }
  }

  private isAlive({ uri }: StagedName): boolean {
    return this.alive.some((sink) =>
      sink.uri.endsWith('/')
        ? uri.startsWith(sink.uri) && nameOf(uri).startsWith(sink.fileName ?? '')
        : uri === sink.uri,
    );
  }
}
