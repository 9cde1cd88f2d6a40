import { StorageError } from '../errors.ts';
import type { SinkMode } from '../plan/stage.ts';
import type { ObjectStore } from '../storage/store.ts';
import { intentNumber } from './intent.ts';
import { manifestName } from './manifest.ts';
import { pathBelow, rollForwardAll } from './roll-forward.ts';

/** Where staged files go. */
export interface SinkTarget {
  readonly mode: SinkMode;
  /** Uri of the folder that they belong to, ending in `/`; null for one file of its own. */
  readonly folder: string | null;
}

/**
 * Refuses to write where something is, before any work is done; what comes there later is caught at the commit. Writes that
 * others decided and did not finish are finished first.
 *
 * @param isOwn whether an earlier run of the same job may have shown a file
 * @throws {StorageError} ALREADY_EXISTS, naming what is there
 */
export async function checkTarget(
  { mode, folder }: SinkTarget,
  isOwn: (uri: string) => boolean,
  store: ObjectStore,
): Promise<void> {
  if (mode !== 'error' || folder === null) return;
  const { intents, files, manifest } = await survey(folder, store);
  if (intents.length > 0) {
    await rollForwardAll(folder, intents, store);
    return checkTarget({ mode, folder }, isOwn, store);
  }
  const foreign = files.find((uri) => !isOwn(uri)) ?? (files.length === 0 ? manifest : null);
  if (foreign !== null) throw notEmpty(folder, foreign);
}

/** What a folder holds. */
export interface Survey {
  /** Uris of decided writes that are not finished. */
  readonly intents: readonly string[];
  /** Uris of all files that a reader might take for data: neither temporary ones nor shoal's own. */
  readonly files: readonly string[];
  readonly manifest: string | null;
}

/** Lists a folder. */
export async function survey(folder: string, store: ObjectStore): Promise<Survey> {
  const intents: string[] = [];
  const files: string[] = [];
  let manifest: string | null = null;
  for await (const { uri } of store.list(folder)) {
    const path = pathBelow(folder, uri);
    if (intentNumber(folder, uri) !== null) intents.push(uri);
    else if (path === manifestName) manifest = uri;
    else if (!isHidden(path)) files.push(uri);
  }
  return { intents, files, manifest };
}

/** The error of a write to a folder that is not empty. */
export function notEmpty(folder: string, uri: string): StorageError {
  return new StorageError(
    'ALREADY_EXISTS',
    `${folder} is not empty: it holds ${uri}. Write with { mode: 'append' } or { mode: 'overwrite' }, or elsewhere.`,
    { details: { uri } },
  );
}

/** Temporary files of writers, ours among them, have names with a leading dot. */
function isHidden(path: string): boolean {
  return path.split('/').some((name) => name.startsWith('.'));
}
