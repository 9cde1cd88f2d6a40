import { randomUUID } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { type DuckDBConnection, DuckDBInstance, version as engineVersion } from '@duckdb/node-api';
import { macros } from './macros.ts';
import { tableSizes } from './scale.ts';
import { tableNames, tableQueries } from './tables.ts';

/** Raise it with every change to the data: folders of another version are generated anew. */
const GENERATOR_VERSION = 1;

/** Says, inside a finished folder, what it holds. It is written last. */
const MARKER = 'generated.json';

/** Rows of a Parquet row group where none are asked for: DuckDB's own default, and a size that other writers use too. */
const ROW_GROUP_ROWS = 122_880;

/** What to generate, and where. */
export interface GenerateOptions {
  /** 1 is about 1 GB of text: 6 million line items. At least 0.01. */
  readonly scaleFactor: number;
  /** The folder that will hold the files; it is replaced if it holds anything else. */
  readonly directory: string;
  /** Whether to write `lineitem.csv`, the one file larger than all others together. True by default. */
  readonly csv?: boolean;
  /** Rows of a Parquet row group: fewer cut small tables into several, for tests of splitting. 122,880 by default. */
  readonly rowGroupRows?: number;
  /** Threads of the engine; by default one per core. The files are the same with any number. */
  readonly threads?: number;
}

/**
 * Makes sure that `directory` holds the eight TPC-H tables as `<table>.parquet`, and line items as `lineitem.csv` too.
 *
 * Does nothing where this generator has already written what is asked. The data is deterministic, needs no network, and
 * streams through bounded memory at any scale. Two processes may call this at once: each writes aside, and the first to
 * finish wins.
 *
 * @returns the absolute path of the folder
 */
export async function generate(options: GenerateOptions): Promise<string> {
  const directory = resolve(options.directory);
  const wanted = describeContents(options);
  if (await holds(directory, wanted)) return directory;

  const aside = `${directory}.${randomUUID().slice(0, 8)}`;
  await mkdir(aside, { recursive: true });
  try {
    await writeTables(aside, options);
    await writeFile(join(aside, MARKER), `${JSON.stringify(wanted, null, 2)}\n`);
    await moveIntoPlace(aside, directory, wanted);
  } finally {
    await rm(aside, { recursive: true, force: true });
  }
  return directory;
}

/** The contents of the marker file. */
interface Contents {
  readonly generator: number;
  /** The engine's hash function is the source of randomness, and could change with its version. */
  readonly engine: string;
  readonly scaleFactor: number;
  readonly csv: boolean;
  /** Not there where nothing was asked. */
  readonly rowGroupRows: number | undefined;
}

function describeContents({ scaleFactor, csv = true, rowGroupRows }: GenerateOptions): Contents {
  return { generator: GENERATOR_VERSION, engine: engineVersion(), scaleFactor, csv, rowGroupRows };
}

async function holds(directory: string, wanted: Contents): Promise<boolean> {
  let found: Contents;
  try {
    found = JSON.parse(await readFile(join(directory, MARKER), 'utf8'));
  } catch {
    // Absent or unreadable: either way the folder is not one that was finished.
    return false;
  }
  const same = found.generator === wanted.generator && found.engine === wanted.engine;
  const alike = found.scaleFactor === wanted.scaleFactor && found.rowGroupRows === wanted.rowGroupRows;
  return same && alike && (found.csv || !wanted.csv);
}

/** Renames `aside` to `directory`, unless another process has put the same data there in the meantime. */
async function moveIntoPlace(aside: string, directory: string, wanted: Contents): Promise<void> {
  if (await holds(directory, wanted)) return;
  await rm(directory, { recursive: true, force: true });
  await mkdir(dirname(directory), { recursive: true });
  try {
    await rename(aside, directory);
  } catch (error) {
    if (!(await holds(directory, wanted))) throw error;
  }
}

async function writeTables(directory: string, options: GenerateOptions): Promise<void> {
  const config: Record<string, string> = { memory_limit: '2GB', temp_directory: join(directory, 'spill') };
  if (options.threads !== undefined) config.threads = String(options.threads);
  const instance = await DuckDBInstance.create(':memory:', config);
  const connection = await instance.connect();
  try {
    const sizes = tableSizes(options.scaleFactor);
    for (const statement of macros(sizes)) await connection.run(statement);
    const queries = tableQueries(sizes);
    const rows = options.rowGroupRows ?? ROW_GROUP_ROWS;
    for (const table of tableNames) {
      await writeParquet(connection, queries[table], join(directory, `${table}.parquet`), rows);
    }
    if (options.csv ?? true) await writeCsv(connection, directory);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

async function writeParquet(
  connection: DuckDBConnection,
  query: string,
  path: string,
  rowGroupRows: number,
): Promise<void> {
  const format = `FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE ${rowGroupRows}`;
  await connection.run(`COPY (${query}) TO ${quote(path)} (${format})`);
}

async function writeCsv(connection: DuckDBConnection, directory: string): Promise<void> {
  const lineitem = quote(join(directory, 'lineitem.parquet'));
  await connection.run(`COPY (FROM ${lineitem}) TO ${quote(join(directory, 'lineitem.csv'))} (FORMAT csv, HEADER)`);
}

function quote(path: string): string {
  return `'${path.replaceAll("'", "''")}'`;
}
