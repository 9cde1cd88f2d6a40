import { ShoalError, StorageError } from '../errors.ts';
import type { SinkMode } from '../plan/stage.ts';
import type { StagedFile } from '../plan/task.ts';
import type { ObjectStore } from '../storage/store.ts';
import { joinUri, parseUri } from '../storage/uri.ts';

/**
 * A write to a folder that is decided: whoever finds it carries it out. It lies in the folder itself, so that whoever comes
 * next finds it, wherever the writer's own files lay.
 */
export interface Intent {
  readonly version: 1;
  /** Number of the commit that it will be: that of the manifest that it was decided on, and one. */
  readonly number: number;
  /** The job that decided it. */
  readonly job: string;
  readonly mode: SinkMode;
  /** To be shown. */
  readonly files: readonly StagedFile[];
  /** Uris of files to be deleted once the manifest is written. */
  readonly remove: readonly string[];
}

/** Uri of a folder's intent of a number; readers skip names with a leading `_`. */
export function intentUri(folder: string, number: number): string {
  return joinUri(folder, `_intent-${number}.json`);
}

/** Number of the intent that a uri in a folder names; null for any other object. */
export function intentNumber(folder: string, uri: string): number | null {
  const number = /^_intent-(\d+)\.json$/.exec(parseUri(uri).path.slice(parseUri(folder).path.length))?.[1];
  return number === undefined ? null : Number(number);
}

/**
 * Decides a write, unless another one of its number is decided.
 *
 * @returns false when there is one
 */
export async function writeIntent(folder: string, intent: Intent, store: ObjectStore): Promise<boolean> {
  const bytes = Buffer.from(JSON.stringify(intent));
  try {
    await store.write(intentUri(folder, intent.number), { kind: 'bytes', bytes }, 'create');
    return true;
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'ALREADY_EXISTS') return false;
    throw error;
  }
}

/**
 * The intent of a number; null when there is none.
 *
 * @throws {StorageError} STORAGE_FAILED for an object of that name that is none
 */
export async function readIntent(folder: string, number: number, store: ObjectStore): Promise<Intent | null> {
  const uri = intentUri(folder, number);
  let bytes: Uint8Array;
  try {
    bytes = await store.read(uri);
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
  try {
    const intent: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (isIntent(intent) && intent.number === number) return intent;
  } catch {
    // Told below, as every other text that is no intent.
  }
  throw new StorageError('STORAGE_FAILED', `${uri} is no intent of shoal. Remove it, or write elsewhere.`, {
    details: { uri },
  });
}

function isIntent(value: unknown): value is Intent {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === 1 &&
    'number' in value &&
    'job' in value &&
    'files' in value &&
    Array.isArray(value.files) &&
    'remove' in value &&
    Array.isArray(value.remove)
  );
}
