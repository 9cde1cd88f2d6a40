import { randomUUID } from 'node:crypto';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describeParquet } from '../engine/describe-parquet.ts';
import { zstdHead } from '../formats/zstd-head.ts';
import { createResolveCache } from '../planner/resolve/cache.ts';
import type { ResolveIo } from '../planner/resolve/io.ts';
import type { ObjectInfo } from '../storage/store.ts';
import { localPath } from '../storage/uri.ts';
import { connectTo, type WorkerEnvironment } from '../worker/run-task.ts';

type Connection = Awaited<ReturnType<typeof connectTo>>;

/** Compressed bytes that are fetched of an object's beginning, at least: a block of zstd is up to 128 KiB of text. */
const zstdBytes = 256 << 10;

/** What finding out about sources uses of the session: its store and engines; what it learns lives as long. */
export function createResolveIo(environment: WorkerEnvironment): ResolveIo {
  const { store } = environment;
  return {
    store,
    cache: createResolveCache(),
    describeParquet: (paths) =>
      withConnection(environment, paths, (connection) =>
        Promise.all(paths.map((path) => describeParquet(connection, path))),
      ),
    describeEmptyParquet: (file) =>
      withScratchFile(environment, file, '.parquet', (path) =>
        withConnection(environment, [path], (connection) => describeParquet(connection, path)),
      ),
    zstdHead: (file, maxBytes) => {
      const path = localPath(file.uri);
      return path === null
        ? fetchedZstdHead(environment, file, maxBytes)
        : withConnection(environment, [path], (connection) => zstdHead(connection, path, maxBytes));
    },
  };
}

/** The engine reads a file that is cut off as far as it goes: then its last line is one only in part. */
async function fetchedZstdHead(
  environment: WorkerEnvironment,
  file: ObjectInfo,
  maxBytes: number,
): ReturnType<ResolveIo['zstdHead']> {
  const endByte = Math.min(file.sizeBytes, Math.max(zstdBytes, maxBytes));
  const packed = await environment.store.read(file.uri, { startByte: 0, endByte }, { version: file.version });
  const head = await withScratchFile(environment, packed, '.csv.zst', (path) =>
    withConnection(environment, [path], (connection) => zstdHead(connection, path, maxBytes)),
  );
  if (endByte === file.sizeBytes) return head;
  const bytes = Buffer.from(head.bytes);
  const lastLine = bytes.subarray(0, -1).lastIndexOf('\n') + 1;
  return { bytes: bytes.subarray(0, lastLine), atEnd: false };
}

async function withConnection<T>(
  environment: WorkerEnvironment,
  paths: readonly string[],
  use: (connection: Connection) => Promise<T>,
): Promise<T> {
  const connection = await connectTo(paths, environment);
  try {
    return await use(connection);
  } finally {
    connection.closeSync();
  }
}

/** A file that is there while `use` runs, under a name that no other one had. */
async function withScratchFile<T>(
  { scratchDirectory }: WorkerEnvironment,
  bytes: Uint8Array,
  extension: string,
  use: (path: string) => Promise<T>,
): Promise<T> {
  await mkdir(scratchDirectory, { recursive: true });
  const path = join(scratchDirectory, `resolve-${randomUUID()}${extension}`);
  await writeFile(path, bytes, { flag: 'wx' });
  try {
    return await use(path);
  } finally {
    await rm(path, { force: true });
  }
}
