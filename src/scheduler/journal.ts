import { ShoalError } from '../errors.ts';
import { decodeOutput } from '../plan/exchange-wire.ts';
import type { Task, TaskResult } from '../plan/task.ts';
import type { ObjectInfo, ObjectStore } from '../storage/store.ts';
import { joinUri, nameOf } from '../storage/uri.ts';
import { type Lease, type LeaseHost, type LeaseSink, type LeaseTerms, readLease, takeLease } from './lease.ts';
import { sideBySide } from './side-by-side.ts';
import { taskKey } from './task-key.ts';

/** Results of tasks that outlive the run. */
export interface Journal {
  /** Uri of its folder, ending in `/`, with all that the job's runs wrote: removed when the job has succeeded. */
  readonly folder: string;
  /**
   * Whether a file of the sink is the job's, which a run before may have shown. Told by its name: records may be gone already,
   * of a run that was killed while it removed them.
   */
  isOwn(uri: string): boolean;
  /** The result of the same task in a run before, whose outputs are still there. */
  find(task: Task): TaskResult | null;
  /** Keeps a task's result: once the promise resolves, the task need not run again. */
  record(task: Task, result: TaskResult): Promise<void>;
}

/** A journal at the beginning of a run. */
export interface OpenedJournal {
  readonly journal: Journal;
  readonly lease: Lease;
  /** What the lease says of the job: names of its files are those of the first run. */
  readonly sink: LeaseSink | null;
}

/**
 * Opens a journal: takes its lease, from a run before too, and finds in one listing what is there. A record counts only while
 * all that it names does: objects of the same version, staged files that are still staged or have been shown.
 *
 * @param folder uri, ending in `/`; named for all that the job's answer depends on
 * @param terms what the first run says of itself; later ones keep its sink
 * @returns null when somebody is about to remove the journal, or opens it at this moment
 */
export async function openJournal(folder: string, terms: LeaseTerms, host: LeaseHost): Promise<OpenedJournal | null> {
  const { store } = host;
  const before = await readLease(folder, store);
  if (before?.record.isClosed) return null;
  const sink = before ? before.record.sink : terms.sink;
  let lease: Lease;
  try {
    lease = await takeLease(folder, { ...terms, sink }, before?.version ?? null, host);
  } catch (error) {
    if (error instanceof ShoalError && (error.code === 'OBJECT_CHANGED' || error.code === 'ALREADY_EXISTS'))
      return null;
    throw error;
  }
  try {
    const listed = new Map<string, ObjectInfo>();
    for await (const info of store.list(folder)) listed.set(info.uri, info);
    return { journal: await readJournal(folder, listed, sink, store), lease, sink };
  } catch (error) {
    lease.release();
    throw error;
  }
}

/** Where records lie, below the journal's folder. */
const recordsFolder = 'done/';

/** Task keys are of 64 hexadecimal digits. */
const recordName = /^[0-9a-f]{64}\.json$/;

async function readJournal(
  folder: string,
  listed: ReadonlyMap<string, ObjectInfo>,
  sink: LeaseSink | null,
  store: ObjectStore,
): Promise<Journal> {
  const records = joinUri(folder, recordsFolder);
  const found = new Map<string, TaskResult>();
  const fileName = sink?.fileName ?? null;
  // A run that was killed may have left the beginning of a record, under a temporary name.
  const uris = [...listed.keys()].filter((uri) => uri.startsWith(records) && recordName.test(nameOf(uri)));
  await sideBySide(uris, async (uri) => {
    const result = await readRecord(uri, store);
    if (result !== null && (await isUsable(result, listed, store))) found.set(nameOf(uri).replace('.json', ''), result);
  });
  // What is recorded and of no use any more gives way to the new result.
  const stale = new Set(uris.map((uri) => nameOf(uri).replace('.json', '')).filter((key) => !found.has(key)));
  return {
    folder,
    isOwn: (uri) => fileName !== null && uri.startsWith(sink?.uri ?? '') && nameOf(uri).startsWith(fileName),
    find: (task) => found.get(taskKey(task)) ?? null,
    record: async (task, result) => {
      if (task.output.kind === 'result') return;
      const key = taskKey(task);
      const content = { kind: 'bytes', bytes: Buffer.from(JSON.stringify(result)) } as const;
      try {
        await store.write(joinUri(records, `${key}.json`), content, stale.has(key) ? 'replace' : 'create');
      } catch (error) {
        // Two tasks may do the very same; either's result is good.
        if (!(error instanceof ShoalError && error.code === 'ALREADY_EXISTS')) throw error;
      }
    },
  };
}

/** A record; null for one that was removed meanwhile. */
async function readRecord(uri: string, store: ObjectStore): Promise<TaskResult | null> {
  try {
    return JSON.parse(Buffer.from(await store.read(uri)).toString()) as TaskResult;
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
}

async function isUsable(
  { produced, staged }: TaskResult,
  listed: ReadonlyMap<string, ObjectInfo>,
  store: ObjectStore,
): Promise<boolean> {
  const place = produced === null ? null : decodeOutput(produced).place;
  if (place?.kind === 'object' && listed.get(place.uri)?.version !== place.version) return false;
  for (const file of staged) if (!(await store.canCommit(file))) return false;
  return true;
}
