import type { ObjectStore } from '../store.ts';
import { openClient } from './client.ts';
import { addressOf, type Connection, send } from './connection.ts';
import { headObject } from './head.ts';
import { listObjects } from './list.ts';
import { listUploads } from './list-uploads.ts';
import { resolveOptions, type S3Options } from './options.ts';
import { readObject } from './read.ts';
import { realTiming, type Timing } from './retry.ts';
import { abortObject, canCommitObject, commitObject, stageObject } from './upload.ts';
import { writeObject } from './write.ts';

/** A store over S3 and what speaks its protocol; the SDK is loaded here and nowhere else. */
export async function openS3Store(options: S3Options = {}, timing: Timing = realTiming): Promise<ObjectStore> {
  const resolved = resolveOptions(options);
  const connection: Connection = { s3: await openClient(resolved), options: resolved, timing };
  return {
    head: (uri, { signal } = {}) => headObject(connection, uri, signal),
    read: (uri, range = null, readOptions = {}) => readObject(connection, uri, range, readOptions),
    list: (prefix, listOptions = {}) => listObjects(connection, prefix, listOptions),
    stagingPath: async () => null,
    stage: (uri, content, { signal } = {}) => stageObject(connection, uri, content, signal),
    commit: (staged, mode) => commitObject(connection, staged, mode),
    canCommit: (staged) => canCommitObject(connection, staged),
    abort: (staged) => abortObject(connection, staged),
    listStaged: (prefix) => listUploads(connection, prefix),
    write: (uri, content, mode, writeOptions = {}) => writeObject(connection, uri, content, mode, writeOptions),
    delete: (uri) => deleteObject(connection, uri),
  };
}

async function deleteObject(connection: Connection, uri: string): Promise<void> {
  await send(connection, { doing: 'delete', uri }, (s3) => s3.deleteObject(addressOf(connection, uri)));
}
