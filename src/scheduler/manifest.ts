import { ShoalError, StorageError } from '../errors.ts';
import type { ObjectStore } from '../storage/store.ts';
import { joinUri } from '../storage/uri.ts';

/** Name of the manifest in a folder that was written; readers skip names with a leading `_`. */
export const manifestName = '_manifest.json';

/** One file of a folder. */
export interface ManifestFile {
  /** Relative to the folder, as it stands in the file system or in the key. */
  readonly path: string;
  readonly rows: number;
  readonly bytes: number;
}

/** A finished write to a folder. */
export interface Commit {
  /** 1 for the first write to the folder, then counting on. */
  readonly number: number;
  /** The job that made it. */
  readonly job: string;
}

/** What a folder holds: all files of the writes that were finished, and no others. */
export interface Manifest {
  readonly version: 1;
  /** The last write that is in it. */
  readonly commit: Commit;
  readonly files: readonly ManifestFile[];
}

/** The manifest of a folder that has none. */
export const noManifest: Manifest = { version: 1, commit: { number: 0, job: '' }, files: [] };

/** A manifest, and the version of the object that holds it. */
export interface StoredManifest {
  readonly manifest: Manifest;
  /** Null where there is none. */
  readonly objectVersion: string | null;
}

/**
 * The manifest of a folder; {@link noManifest} when it has none.
 *
 * @throws {StorageError} STORAGE_FAILED for one that is none
 */
export async function readManifest(folder: string, store: ObjectStore): Promise<StoredManifest> {
  const uri = joinUri(folder, manifestName);
  for (;;) {
    try {
      const { version } = await store.head(uri);
      return { manifest: decodeManifest(await store.read(uri, null, { version }), uri), objectVersion: version };
    } catch (error) {
      if (error instanceof ShoalError && error.code === 'NOT_FOUND')
        return { manifest: noManifest, objectVersion: null };
      // Another write was finished between the two looks.
      if (!(error instanceof ShoalError && error.code === 'OBJECT_CHANGED')) throw error;
    }
  }
}

/**
 * Puts a manifest in the place of the one that was read before.
 *
 * @returns false when that is not there any more; then nothing is written
 */
export async function replaceManifest(
  folder: string,
  manifest: Manifest,
  before: StoredManifest,
  store: ObjectStore,
): Promise<boolean> {
  const content = { kind: 'bytes', bytes: encodeManifest(manifest) } as const;
  const uri = joinUri(folder, manifestName);
  try {
    if (before.objectVersion === null) await store.write(uri, content, 'create');
    else await store.write(uri, content, 'replace', { ifVersion: before.objectVersion });
    return true;
  } catch (error) {
    if (error instanceof ShoalError && (error.code === 'ALREADY_EXISTS' || error.code === 'OBJECT_CHANGED'))
      return false;
    throw error;
  }
}

/** The manifest as it is stored, with totals for whoever reads it. */
function encodeManifest({ version, commit, files }: Manifest): Uint8Array {
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return Buffer.from(`${JSON.stringify({ version, rows, bytes, commit, files }, null, 2)}\n`);
}

function decodeManifest(bytes: Uint8Array, uri: string): Manifest {
  try {
    const manifest: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    // Whoever keeps a manifest by other means has made no write of ours.
    if (isManifest(manifest)) return { ...manifest, commit: manifest.commit ?? noManifest.commit };
  } catch {
    // Told below, as every other text that is no manifest.
  }
  throw new StorageError('STORAGE_FAILED', `${uri} is no manifest of shoal. Remove it, or write elsewhere.`, {
    details: { uri },
  });
}

function isManifest(value: unknown): value is Manifest {
  return (
    typeof value === 'object' &&
    value !== null &&
    'version' in value &&
    value.version === 1 &&
    'files' in value &&
    Array.isArray(value.files)
  );
}
