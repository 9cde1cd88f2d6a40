import { readdirSync, readFileSync } from 'node:fs';
import { mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { readFooter, readFooterBytes } from '../../../src/formats/parquet/fetch-footer.ts';
import { rewriteFooter } from '../../../src/formats/parquet/rewrite-footer.ts';
import { planSparseFile, type SparseFilePlan } from '../../../src/formats/parquet/sparse-file.ts';
import { materialize } from '../../../src/formats/parquet/write-sparse-file.ts';
import type { ScanFile } from '../../../src/plan/source.ts';
import { createFileStore } from '../../../src/storage/file-store.ts';
import type { ObjectStore } from '../../../src/storage/store.ts';

const zoo = resolve(import.meta.dirname, '../../../fixtures/parquet-zoo');

/** Paths of the committed Parquet files, made by several writers; `make.py` beside them says what is in each. */
export const zooPaths: readonly string[] = readdirSync(zoo)
  .filter((name) => name.endsWith('.parquet'))
  .map((name) => join(zoo, name));

/** Path of a committed file. */
export function zooPath(name: string): string {
  return join(zoo, `${name}.parquet`);
}

/** The rows of a committed file, in the form of DuckDB's JSON. */
export function zooRows(path: string): { readonly columns: readonly string[]; readonly rows: readonly unknown[][] } {
  return JSON.parse(readFileSync(path.replace(/\.parquet$/, '.json'), 'utf8'));
}

/** The Thrift struct of a local file's footer. */
export function footerOf(path: string): Uint8Array {
  const bytes = readFileSync(path);
  const length = bytes.readUInt32LE(bytes.length - 8);
  return bytes.subarray(bytes.length - 8 - length, bytes.length - 8);
}

/** A local file as a scan names it. */
export async function scanFileOf(path: string): Promise<ScanFile> {
  return { ...(await createFileStore().head(pathToFileURL(path).href)), partition: {} };
}

/** A folder that goes away, and a DuckDB that reads in it. */
export class Bench {
  readonly folder: string;
  readonly connection: DuckDBConnection;
  private readonly instance: DuckDBInstance;
  private files = 0;

  private constructor(folder: string, instance: DuckDBInstance, connection: DuckDBConnection) {
    this.folder = folder;
    this.instance = instance;
    this.connection = connection;
  }

  static async open(): Promise<Bench> {
    const instance = await DuckDBInstance.create(':memory:', { threads: '2' });
    const connection = await instance.connect();
    await connection.run(`SET TimeZone = 'UTC'; SET enable_external_file_cache = false`);
    return new Bench(await mkdtemp(join(tmpdir(), 'shoal-zoo-')), instance, connection);
  }

  async close(): Promise<void> {
    this.connection.closeSync();
    this.instance.closeSync();
    await rm(this.folder, { recursive: true });
  }

  /** A path that was never used. */
  freshPath(): string {
    this.files++;
    return join(this.folder, `${this.files}.parquet`);
  }

  /** Rows of a query, as arrays of JSON values. */
  async rows(sql: string): Promise<unknown[][]> {
    return (await this.connection.runAndReadAll(sql)).getRowsJson();
  }

  async columnNames(sql: string): Promise<readonly string[]> {
    return (await this.connection.runAndReadAll(sql)).columnNames();
  }

  /**
   * Makes the stand-in of a file that has some row groups and columns only. Holes are filled with bytes that no reader
   * can take for pages, so that a scan which meets one fails.
   */
  async sparseFile(
    path: string,
    rowGroups: readonly number[],
    columns: readonly string[] | null,
    store: ObjectStore = createFileStore(),
  ): Promise<{ readonly path: string; readonly plan: SparseFilePlan }> {
    const file = await scanFileOf(path);
    const plan = planSparseFile(await readFooter(store, file), rowGroups, columns);
    const footer = rewriteFooter(await readFooterBytes(store, file), plan);
    const fetched = await Promise.all(
      plan.ranges.map(async (range) => ({ startByte: range.startByte, bytes: await store.read(file.uri, range) })),
    );
    const target = this.freshPath();
    await materialize(target, plan, fetched, footer);
    await fillHoles(target, plan, footer.length);
    return { path: target, plan };
  }
}

async function fillHoles(path: string, plan: SparseFilePlan, footerBytes: number): Promise<void> {
  const file = await open(path, 'r+');
  const written = [...plan.ranges, { startByte: plan.sizeBytes - footerBytes - 8, endByte: plan.sizeBytes }];
  let position = 4;
  for (const { startByte, endByte } of written) {
    if (startByte > position)
      await file.write(Buffer.alloc(startByte - position, 0xee), 0, startByte - position, position);
    position = Math.max(position, endByte);
  }
  await file.close();
}
