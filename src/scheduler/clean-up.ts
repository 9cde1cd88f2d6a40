import type { ObjectStore } from '../storage/store.ts';
import { joinUri } from '../storage/uri.ts';
import type { JobRun } from './job-run.ts';
import { leaseUri } from './lease.ts';
import { sideBySide } from './side-by-side.ts';

/** Where workers that nobody can stop look before they write: the job is over when there is an object. */
export function cancelMarkerOf(workspace: string): string {
  return joinUri(workspace, 'cancelled');
}

/**
 * Removes what a job's tasks handed on: at once, and again after the last moment at which an attempt may write that nobody
 * can stop. Until then a marker tells such attempts not to. What is journalled goes when the job has succeeded, unless another
 * run of it has come by then.
 */
export async function cleanUp(job: JobRun, succeeded: boolean): Promise<void> {
  const { store, workspace, clock, later, journal, lease } = job.context;
  const marker = cancelMarkerOf(workspace);
  const { lateMs } = job;
  if (lateMs > 0) {
    await store.write(marker, { kind: 'bytes', bytes: Buffer.from('The job is over.\n') }, 'replace');
    later(
      new Promise<void>((resolve) => clock.after(lateMs, resolve)).then(() =>
        removeFolder(workspace, new Set(), store),
      ),
    );
  }
  if (!journal) return removeFolder(workspace, new Set([marker]), store);
  const isOurs = async () => {
    await lease?.confirm();
    return true;
  };
  if (succeeded && (await isOurs().catch(() => false)))
    await removeFolder(journal.folder, new Set(lateMs > 0 ? [marker] : []), store);
}

/**
 * Removes what lies in a job's folder (`<workspace>/jobs/<id>/` or `<workspace>/journal/<hash>/`), its lease at last: so long as
 * there is anything, `gc` knows whose it is. Of folders only the workspace stays.
 */
export async function removeFolder(folder: string, kept: ReadonlySet<string>, store: ObjectStore): Promise<void> {
  const uris: string[] = [];
  for await (const { uri } of store.list(folder)) if (!kept.has(uri)) uris.push(uri);
  const lease = leaseUri(folder);
  const below = { emptyFoldersBelow: folder.replace(/[^/]+\/[^/]+\/$/, '') };
  await sideBySide(
    uris.filter((uri) => uri !== lease),
    (uri) => store.delete(uri, below),
  );
  if (uris.includes(lease)) await store.delete(lease, below);
}
