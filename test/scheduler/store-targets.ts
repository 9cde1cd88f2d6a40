import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';
import { createFileStore } from '../../src/storage/file-store.ts';
import { openS3Store } from '../../src/storage/s3/s3-store.ts';
import type { ObjectStore } from '../../src/storage/store.ts';
import { toUri } from '../../src/storage/uri.ts';
import { openTestServer } from '../support/s3-target.ts';

/** A store and new folders of it. */
export interface StoreTarget {
  readonly name: string;
  readonly store: ObjectStore;
  /** Uri of an empty folder, ending in `/`. */
  newFolder(): string;
}

/** Files of this machine and the S3 test server, for the tests of a file. */
export async function storeTargets(): Promise<readonly [StoreTarget, StoreTarget]> {
  const server = await openTestServer();
  const folder = mkdtempSync(join(tmpdir(), 'shoal-scheduler-'));
  let count = 0;
  afterAll(async () => {
    await server.close();
    rmSync(folder, { recursive: true, force: true });
  });
  return [
    { name: 'files', store: createFileStore(), newFolder: () => toUri(`${folder}/${count++}/`) },
    { name: 'S3', store: await openS3Store(server.options), newFolder: () => server.newFolder() },
  ];
}

/** Uris below a folder, without it, sorted. */
export async function namesBelow(folder: string, store: ObjectStore): Promise<string[]> {
  const names: string[] = [];
  for await (const { uri } of store.list(folder)) names.push(uri.slice(folder.length));
  return names.sort();
}

/** What is staged below a folder, by its final names. */
export async function stagedBelow(folder: string, store: ObjectStore): Promise<string[]> {
  const names: string[] = [];
  for await (const { uri } of store.listStaged(folder)) names.push(uri.slice(folder.length));
  return names.sort();
}
