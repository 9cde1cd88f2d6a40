import { AbortError, ShoalError, StorageError } from '../errors.ts';
import type { StagedFile } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';
import { notEmpty, type SinkTarget, type Survey, survey } from './check-target.ts';
import type { Clock } from './clock.ts';
import { type Intent, intentUri, readIntent, writeIntent } from './intent.ts';
import { type Manifest, readManifest } from './manifest.ts';
import { backoffMs, type Policy } from './policy.ts';
import { manifestFiles, rollForward, rollForwardAll } from './roll-forward.ts';
import { sideBySide } from './side-by-side.ts';

/** What a commit is given. */
export interface CommitContext {
  readonly store: ObjectStore;
  /** Names the job; no other one has the name. */
  readonly job: string;
  /** Looked at until the write is decided. */
  readonly signal: AbortSignal;
  /** Whether staged files are of use to a later run of the job, and so stay when the write is not decided. */
  readonly keepStaged: boolean;
  /** Called before the write is decided: throws when it must not be any more. */
  readonly confirm: () => Promise<void>;
  readonly clock: Clock;
  readonly random: () => number;
  readonly policy: Policy;
}

/**
 * Shows staged files, all or none. One file is committed. Files of a folder are first named in an intent, which decides the
 * write: of all who write to the folder at once one is the next, and the others finish its write before theirs. See
 * {@link rollForward} for what happens then, by whoever comes first.
 *
 * What fails before the write is decided throws the staged files away; what fails later throws nothing away.
 *
 * @throws {StorageError} ALREADY_EXISTS where something is and `mode` is 'error'; STORAGE_FAILED for a write that is decided
 * and not finished, which the next one to the folder finishes, or `gc`; {AbortError}
 */
export async function commitSink(
  staged: readonly StagedFile[],
  target: SinkTarget,
  context: CommitContext,
): Promise<void> {
  const { folder } = target;
  if (folder === null) return commitFile(staged, target, context);
  for (let tries = 1; ; tries++) {
    const intent = await beforeDecision(staged, context, () =>
      nextIntent(staged, { ...target, folder }, tries > 1, context),
    );
    if (intent === null) return discard(staged, context.store);
    if (await decide(folder, intent, context)) return;
    await pause(backoffMs(tries, context.policy, context.random()), context.clock);
  }
}

async function commitFile(staged: readonly StagedFile[], { mode }: SinkTarget, context: CommitContext): Promise<void> {
  await beforeDecision(staged, context, async () => {
    throwIfAborted(context.signal);
    await context.confirm();
    for (const file of staged) await context.store.commit(file, mode === 'overwrite' ? 'replace' : 'create');
  });
}

/**
 * The write as it would be decided now, after those that others decided are finished; null when it is done already, by a run
 * before or by others.
 *
 * @param lost whether somebody else was faster before
 */
async function nextIntent(
  staged: readonly StagedFile[],
  target: SinkTarget & { readonly folder: string },
  lost: boolean,
  context: CommitContext,
): Promise<Intent | null> {
  const { mode, folder } = target;
  const { store, job, signal } = context;
  // Before the listing: what is shown in between has a later number, and the intent of this one is not taken then.
  const { manifest } = await readManifest(folder, store);
  const number = manifest.commit.number + 1;
  const found =
    mode === 'append'
      ? await lookFor(folder, lost ? [number - 1, number] : [number - 1], store)
      : await survey(folder, store);
  if (found.intents.length > 0) {
    await rollForwardAll(folder, found.intents, store);
    return nextIntent(staged, target, false, context);
  }
  if (staged.length > 0 && isIn(manifest, folder, staged)) return null;
  throwIfAborted(signal);
  const own = new Set(staged.map(({ uri }) => uri));
  const others = found.files.filter((uri) => !own.has(uri));
  const foreign = others[0] ?? found.manifest;
  if (mode === 'error' && foreign !== null) throw notEmpty(folder, foreign);
  await context.confirm();
  return { version: 1, number, job, mode, files: staged, remove: mode === 'overwrite' ? others : [] };
}

/**
 * Intents of these numbers, without a listing, which an append does not need: that of the last write in the manifest is there
 * while files are to be deleted, the next one's while it is being carried out. Others never counted.
 */
async function lookFor(folder: string, numbers: readonly number[], store: ObjectStore): Promise<Survey> {
  const intents: string[] = [];
  for (const number of numbers) {
    if (number > 0 && (await readIntent(folder, number, store))) intents.push(intentUri(folder, number));
  }
  return { intents, files: [], manifest: null };
}

/** Decides the write and carries it out; false when another one came before it. */
async function decide(folder: string, intent: Intent, { store }: CommitContext): Promise<boolean> {
  try {
    return (await writeIntent(folder, intent, store)) && (await rollForward(folder, intent, store));
  } catch (error) {
    throw unfinished(folder, intent, error);
  }
}

/** Runs `work`; when it fails, the staged files are thrown away, as far as the store lets us. */
async function beforeDecision<T>(
  staged: readonly StagedFile[],
  { store, keepStaged }: CommitContext,
  work: () => Promise<T>,
): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!keepStaged) await discard(staged, store);
    throw error;
  }
}

/** What the store does not let us throw away is left to `gc`. */
async function discard(staged: readonly StagedFile[], store: ObjectStore): Promise<void> {
  await sideBySide(staged, (file) => store.abort(file)).catch(() => {});
}

function isIn(manifest: Manifest, folder: string, staged: readonly StagedFile[]): boolean {
  const named = new Set(manifest.files.map(({ path }) => path));
  return manifestFiles(folder, staged).every(({ path }) => named.has(path));
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.reason instanceof ShoalError) throw signal.reason;
  if (signal.aborted)
    throw new AbortError('ABORTED', 'The query was aborted before its files were shown.', { cause: signal.reason });
}

function unfinished(folder: string, { files, number }: Intent, cause: unknown): StorageError {
  const message = cause instanceof Error ? cause.message : String(cause);
  return new StorageError(
    'STORAGE_FAILED',
    `The write of ${files.length} files to ${folder} may be decided and is not finished: ${message} If _intent-${number}.json is there, the next write to the folder finishes it, or gc().`,
    { cause, retryable: cause instanceof ShoalError && cause.retryable, details: { uri: folder } },
  );
}

function pause(delayMs: number, clock: Clock): Promise<void> {
  return new Promise((resolve) => {
    clock.after(delayMs, resolve);
  });
}
