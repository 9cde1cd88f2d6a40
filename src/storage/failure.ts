import { type ErrorCode, StorageError } from '../errors.ts';

const codes: Readonly<Record<string, ErrorCode>> = {
  ENOENT: 'NOT_FOUND',
  ENOTDIR: 'NOT_FOUND',
  EACCES: 'ACCESS_DENIED',
  EPERM: 'ACCESS_DENIED',
  EROFS: 'ACCESS_DENIED',
  EEXIST: 'ALREADY_EXISTS',
  ENOSPC: 'STORAGE_FULL',
  EDQUOT: 'STORAGE_FULL',
  EFBIG: 'STORAGE_FULL',
};

/** Failures that may pass by themselves: too many open files, a busy or interrupted call, an error of the device. */
const passing: ReadonlySet<string> = new Set(['EMFILE', 'ENFILE', 'EAGAIN', 'EBUSY', 'EINTR', 'EIO', 'ETIMEDOUT']);

/**
 * The StorageError for what the operating system said of a file. Every other error (ours, an aborted signal's reason) is
 * given back as it is.
 *
 * @param doing what was tried, to stand before the uri: `read`, `write` …
 * @param bytes size of what was to be written, where it is known
 */
export function storageFailure(error: unknown, doing: string, uri: string, bytes?: number): unknown {
  const system = systemCode(error);
  if (system === '') return error;
  const code = codes[system] ?? 'STORAGE_FAILED';
  const told = error instanceof Error ? error.message : String(error);
  const size = bytes === undefined ? '' : ` (${bytes} bytes)`;
  return new StorageError(code, storageMessage(code, doing, `${uri}${size}`, told), {
    cause: error,
    retryable: passing.has(system),
    details: { uri, ...(bytes === undefined ? {} : { bytes }), status: system },
  });
}

/**
 * Whether an error says that the disk is full: from the operating system, or in the words of the engine, which writes files
 * itself.
 */
export function isStorageFull(error: unknown): boolean {
  if (codes[systemCode(error)] === 'STORAGE_FULL') return true;
  return error instanceof Error && /No space left on device|Disk quota exceeded|File too large/i.test(error.message);
}

function systemCode(error: unknown): string {
  const code = (error as { readonly code?: unknown } | null)?.code;
  if (typeof code === 'string' && /^E[A-Z0-9]+$/.test(code)) return code;
  const told = error instanceof Error ? error.message : '';
  return /No space left on device/i.test(told) ? 'ENOSPC' : /Disk quota exceeded/i.test(told) ? 'EDQUOT' : '';
}

/**
 * The message of a StorageError, the same for every store.
 *
 * @param told the store's own words, for what no better message is known
 */
export function storageMessage(code: ErrorCode, doing: string, what: string, told: string): string {
  if (code === 'NOT_FOUND') return `Cannot ${doing} ${what}: there is no such object.`;
  if (code === 'ACCESS_DENIED') return `Cannot ${doing} ${what}: access was denied (${told}).`;
  if (code === 'ALREADY_EXISTS') {
    return `Cannot ${doing} ${what}: it exists already. Write under another name, or replace it with { mode: 'overwrite' }.`;
  }
  if (code === 'STORAGE_FULL') {
    return `Cannot ${doing} ${what}: no space is left. Nothing stands under that name that did not before; free some space, or write elsewhere.`;
  }
  return `Cannot ${doing} ${what}: ${told}`;
}
