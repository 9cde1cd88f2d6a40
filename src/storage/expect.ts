import { SourceError, StorageError } from '../errors.ts';
import type { ObjectInfo } from './store.ts';

/**
 * Passes when no version is wanted, or the one that was found.
 *
 * @throws {SourceError} OBJECT_CHANGED
 */
export function expectVersion(found: ObjectInfo, version: string | undefined): void {
  if (version === undefined || found.version === version) return;
  throw new SourceError(
    'OBJECT_CHANGED',
    `${found.uri} changed while the query ran: its version was ${version}, and is ${found.version} (${found.sizeBytes} bytes) now. Run the query again.`,
    { details: { uri: found.uri, expectedVersion: version, version: found.version } },
  );
}

/** The error of a write that was to take the place of another version than the one that is there. */
export function changedError(uri: string, version: string): StorageError {
  return new StorageError(
    'OBJECT_CHANGED',
    `Cannot write ${uri}: somebody else wrote or removed it meanwhile, it is not of version ${version} any more. Read it again.`,
    { details: { uri, expectedVersion: version } },
  );
}

/**
 * Passes when an object has all the bytes of a range.
 *
 * @throws {StorageError} STORAGE_FAILED
 */
export function expectWithin(object: ObjectInfo, startByte: number, endByte: number): void {
  if (startByte >= 0 && startByte <= endByte && endByte <= object.sizeBytes) return;
  throw new StorageError(
    'STORAGE_FAILED',
    `Cannot read bytes ${startByte} to ${endByte} (exclusive) of ${object.uri}: it has ${object.sizeBytes} bytes.`,
    { details: { uri: object.uri, startByte, endByte, sizeBytes: object.sizeBytes } },
  );
}
