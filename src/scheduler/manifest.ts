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

/** What a folder holds: all files of the writes that were finished, and no others. */
export interface Manifest {
  readonly version: 1;
  readonly files: readonly ManifestFile[];
}

/** The manifest as it is stored, with totals for whoever reads it. */
export function encodeManifest({ version, files }: Manifest): Uint8Array {
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  return Buffer.from(`${JSON.stringify({ version, rows, bytes, files }, null, 2)}\n`);
}

/**
 * The manifest of a folder; null when it has none.
 *
 * @throws {StorageError} STORAGE_FAILED for one that is none
 */
export async function readManifest(folder: string, store: ObjectStore): Promise<Manifest | null> {
  const uri = joinUri(folder, manifestName);
  let bytes: Uint8Array;
  try {
    bytes = await store.read(uri);
  } catch (error) {
    if (error instanceof ShoalError && error.code === 'NOT_FOUND') return null;
    throw error;
  }
  try {
    const manifest: unknown = JSON.parse(Buffer.from(bytes).toString('utf8'));
    if (isManifest(manifest)) return manifest;
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
