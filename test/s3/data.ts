import { mkdir, mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, relative, sep } from 'node:path';
import { gzipSync } from 'node:zlib';
import { DuckDBInstance } from '@duckdb/node-api';
import type { S3Target } from '../support/s3-target.ts';

/** Rows of each row group of `sales/*.parquet`, which are sorted by `id`. */
export const rowGroupRows = 2_048;
/** Of the two files together. */
export const salesRows = 40_960;

const sales =
  "SELECT i AS id, ['DE','FR','IT','PL',NULL][1 + i % 5] AS country, (i * 7919) % 1000 AS amount, " +
  "md5(i::VARCHAR) AS code, DATE '2024-01-01' + (i % 366)::INTEGER AS day FROM range({from}, {to}) t(i)";
const events = `SELECT i AS id, 'line ' || i || CASE WHEN i % 97 = 0 THEN E'\\nand, "more"' ELSE '' END AS text, i % 13 AS kind, i / 8 AS score FROM range(6000) t(i)`;

/** The same files in a folder of this machine and below a uri of S3. */
export interface SameData {
  /** Ends in `/`. */
  readonly local: string;
  /** Ends in `/`. */
  readonly remote: string;
  remove(): Promise<void>;
}

/** Makes files of every format, with several row groups, and uploads them. */
export async function makeData(target: S3Target): Promise<SameData> {
  const folder = await mkdtemp(join(tmpdir(), 'shoal-s3-'));
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const copy = (query: string, path: string, options: string) =>
    connection.run(`COPY (${query}) TO '${join(folder, path)}' (${options})`);
  const between = (from: number, to: number) => sales.replace('{from}', String(from)).replace('{to}', String(to));
  const parquet = `FORMAT parquet, ROW_GROUP_SIZE ${rowGroupRows}`;
  for (const path of ['sales', 'hive/year=2023', 'hive/year=2024'])
    await mkdir(join(folder, path), { recursive: true });
  await copy(between(0, salesRows / 2), 'sales/a.parquet', parquet);
  await copy(between(salesRows / 2, salesRows), 'sales/b.parquet', parquet);
  await copy(between(0, 3_000), 'hive/year=2023/part.parquet', parquet);
  await copy(between(3_000, 9_000), 'hive/year=2024/part.parquet', parquet);
  await copy(events, 'events.csv', 'FORMAT csv, HEADER');
  await copy(events, 'events.csv.zst', 'FORMAT csv, HEADER, COMPRESSION zstd');
  await copy(events, 'events.ndjson', 'FORMAT json');
  connection.closeSync();
  instance.closeSync();
  await writeFile(join(folder, 'events.csv.gz'), gzipSync(await readFile(join(folder, 'events.csv'))));
  await writeFile(join(folder, 'countries.csv'), 'country,name\nDE,Germany\nFR,France\nES,Spain\n');
  const remote = target.newFolder();
  await upload(folder, remote, target);
  return { local: `${folder}/`, remote, remove: () => rm(folder, { recursive: true, force: true }) };
}

async function upload(folder: string, remote: string, { client, bucket }: S3Target): Promise<void> {
  const prefix = remote.slice(`s3://${bucket}/`.length);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  for (const entry of entries.filter((candidate) => candidate.isFile())) {
    const path = join(entry.parentPath, entry.name);
    const Key = prefix + relative(folder, path).split(sep).join('/');
    await client.putObject({ Bucket: bucket, Key, Body: await readFile(path) });
  }
}

/** Keys in a bucket below a uri that ends in `/`, and uploads that are neither completed nor aborted. */
export async function keysBelow(uri: string, { client, bucket }: S3Target): Promise<string[]> {
  const prefix = uri.slice(`s3://${bucket}/`.length);
  const { Contents = [] } = await client.listObjectsV2({ Bucket: bucket, Prefix: prefix });
  const { Uploads = [] } = await client.listMultipartUploads({ Bucket: bucket, Prefix: prefix });
  return [...Contents, ...Uploads].map(({ Key }) => Key?.slice(prefix.length) ?? '');
}
