import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import { ShoalError } from '../errors.ts';
import { loadDuckDB } from './duckdb.ts';

/** What an engine may use of the machine. */
export interface EngineOptions {
  /** Threads of one query; two queries at once use more. */
  readonly threads: number;
  /** Bytes of data that the engine holds before it spills; the process needs up to 300 MB above it. */
  readonly memoryLimitBytes: number;
  /** Folder for spilled data and for the caller's own files; made when missing. */
  readonly scratchDirectory: string;
  /** Folders that queries may read and write, with all that is below them; the scratch folder always is one. */
  readonly allowedDirectories: readonly string[];
  /** Single files that queries may read and write. */
  readonly allowedPaths?: readonly string[];
}

/** One sandboxed DuckDB instance. */
export interface Engine {
  /** DuckDB's version, as in `1.5.6`. */
  readonly version: string;
  /** Connections that are not closed yet. */
  readonly openConnections: number;
  /**
   * A connection of its own for one caller. Give it back by `closeSync()`, never in mid query: interrupt and await first.
   *
   * @throws {ShoalError} CLOSED after {@link close}
   */
  connect(): Promise<DuckDBConnection>;
  /** Interrupts what runs, waits until every caller has closed its connection, then frees the instance. */
  close(): Promise<void>;
}

/** Longest wait for callers to close their connections; a forgotten one is then left to the garbage collector. */
const closeGraceMs = 5_000;

/** Settings that shoal still changes on a locked engine: none of them reaches beyond speed and memory. */
const unlockedSettings = [
  'streaming_buffer_size',
  'partitioned_write_flush_threshold',
  'partitioned_write_max_open_files',
];

/** What the engine prepares while rows are taken out; with DuckDB's 1 MB it waits for the reader at every other chunk. */
const streamingBuffer = '16MB';

/**
 * Opens an empty in-memory DuckDB that reads and writes the allowed folders only, has no network, loads no extension,
 * runs in UTC, and whose settings nobody can change any more.
 */
export async function openEngine(options: EngineOptions): Promise<Engine> {
  const { DuckDBInstance, version } = loadDuckDB();
  await mkdir(options.scratchDirectory, { recursive: true });
  const instance = await DuckDBInstance.create(':memory:', {
    threads: String(options.threads),
    memory_limit: `${options.memoryLimitBytes}B`,
    autoinstall_known_extensions: 'false',
    autoload_known_extensions: 'false',
    allow_community_extensions: 'false',
  });
  const connection = await instance.connect();
  try {
    for (const statement of sandboxStatements(options)) await connection.run(statement);
  } catch (error) {
    instance.closeSync();
    throw error;
  } finally {
    connection.closeSync();
  }
  return new InstanceEngine(instance, version().replace(/^v/, ''));
}

/**
 * The order matters: each of the first needs access to files, and the last one forbids all further changes. The engine
 * follows links itself, on both sides: a link that leaves the allowed folders is refused.
 */
function sandboxStatements(options: EngineOptions): string[] {
  const list = (paths: readonly string[]) => `[${paths.map((path) => quote(resolve(path))).join(', ')}]`;
  return [
    // A folder of its own: spilled files are numbered, and instances that share a folder would overwrite each other's.
    `SET GLOBAL temp_directory = ${quote(join(resolve(options.scratchDirectory), `spill-${randomUUID()}`))}`,
    `SET GLOBAL allowed_directories = ${list([options.scratchDirectory, ...options.allowedDirectories])}`,
    `SET GLOBAL allowed_paths = ${list(options.allowedPaths ?? [])}`,
    // Memory goes back to the system early: 20–100 MB less at the peak. With 1 MB in bulk a query takes 30 % longer.
    `SET GLOBAL allocator_flush_threshold = '1MB'`,
    `SET GLOBAL allocator_bulk_deallocation_flush_threshold = '32MB'`,
    // It takes a file that was rewritten at the same size within a second for the old one.
    'SET GLOBAL enable_external_file_cache = false',
    // GLOBAL: plain SET changes this connection only, and the next one would be in the machine's zone.
    `SET GLOBAL TimeZone = 'UTC'`,
    'SET GLOBAL enable_external_access = false',
    `SET GLOBAL allowed_configs = [${unlockedSettings.map(quote).join(', ')}]`,
    'SET GLOBAL lock_configuration = true',
  ];
}

function quote(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

class InstanceEngine implements Engine {
  readonly version: string;
  private readonly instance: DuckDBInstance;
  private readonly connections = new Set<DuckDBConnection>();
  private closing: Promise<void> | null = null;

  constructor(instance: DuckDBInstance, version: string) {
    this.instance = instance;
    this.version = version;
  }

  get openConnections(): number {
    return this.connections.size;
  }

  async connect(): Promise<DuckDBConnection> {
    if (this.closing) throw closedError();
    const connection = await this.instance.connect();
    if (this.closing) {
      connection.closeSync();
      throw closedError();
    }
    this.connections.add(connection);
    // closeSync calls disconnectSync: the one place where a connection ends.
    const disconnect = connection.disconnectSync.bind(connection);
    connection.disconnectSync = () => {
      if (this.connections.delete(connection)) disconnect();
    };
    // This setting has no global form.
    await connection.run(`SET streaming_buffer_size = ${quote(streamingBuffer)}`);
    return connection;
  }

  close(): Promise<void> {
    this.closing ??= this.shutDown();
    return this.closing;
  }

  private async shutDown(): Promise<void> {
    const deadline = Date.now() + closeGraceMs;
    while (this.connections.size > 0 && Date.now() < deadline) {
      // Again and again: an interrupt ends the running statement, and a caller in mid job may have started its next one.
      for (const connection of this.connections) connection.interrupt();
      await sleep(5);
    }
    this.instance.closeSync();
  }
}

function closedError(): ShoalError {
  return new ShoalError('CLOSED', 'The engine is closed: it was asked for a connection after close().');
}
