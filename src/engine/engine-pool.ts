import { resolve, sep } from 'node:path';
import type { DuckDBConnection } from '@duckdb/node-api';
import { ShoalError } from '../errors.ts';
import { type Engine, type EngineOptions, openEngine } from './instance.ts';

/** Limits of an {@link EnginePool}. */
export interface EnginePoolOptions {
  /** Engines kept at most while idle; 4 unless told. */
  readonly maxEngines?: number;
  /** How long an engine waits for the next query before it is closed; 30 s unless told. */
  readonly idleMs?: number;
}

interface WarmEngine {
  readonly options: EngineOptions;
  readonly engine: Promise<Engine>;
  /** Connections promised or open. */
  users: number;
  lastUsed: number;
  idleTimer: NodeJS.Timeout | null;
}

/**
 * A few engines kept warm between tasks. A locked engine cannot gain folders, so there is one for each set of options; a
 * request whose folders lie within those of a warm engine, all else equal, gets that one.
 */
export class EnginePool {
  private readonly maxEngines: number;
  private readonly idleMs: number;
  private readonly warm = new Set<WarmEngine>();
  private uses = 0;
  private closed = false;

  constructor(options: EnginePoolOptions = {}) {
    this.maxEngines = options.maxEngines ?? 4;
    this.idleMs = options.idleMs ?? 30_000;
  }

  /** Engines that are open or opening. */
  get size(): number {
    return this.warm.size;
  }

  /**
   * A connection in a sandbox that allows at least what `options` name. Its `closeSync()` gives it back; temporary objects
   * end with it, and nothing else may be created.
   *
   * @throws {ShoalError} CLOSED after {@link close}
   */
  async connect(options: EngineOptions): Promise<DuckDBConnection> {
    if (this.closed)
      throw new ShoalError('CLOSED', 'The engine pool is closed: it was asked for a connection after close().');
    const entry = this.find(options) ?? this.open(options);
    this.take(entry);
    try {
      const connection = await (await entry.engine).connect();
      const disconnect = connection.disconnectSync.bind(connection);
      let open = true;
      connection.disconnectSync = () => {
        disconnect();
        if (open) this.giveBack(entry);
        open = false;
      };
      return connection;
    } catch (error) {
      this.giveBack(entry);
      throw error;
    }
  }

  /** Interrupts and closes every engine; callers' running queries fail. */
  async close(): Promise<void> {
    this.closed = true;
    await Promise.all([...this.warm].map((entry) => this.discard(entry)));
  }

  private find(options: EngineOptions): WarmEngine | undefined {
    return [...this.warm].find((entry) => covers(entry.options, options));
  }

  private open(options: EngineOptions): WarmEngine {
    const entry = { options, engine: openEngine(options), users: 0, lastUsed: 0, idleTimer: null };
    // A failed start is told to whoever asked for it, and not kept.
    entry.engine.catch(() => this.warm.delete(entry));
    this.warm.add(entry);
    return entry;
  }

  private take(entry: WarmEngine): void {
    entry.users++;
    entry.lastUsed = ++this.uses;
    if (entry.idleTimer) clearTimeout(entry.idleTimer);
    entry.idleTimer = null;
    this.evict();
  }

  private giveBack(entry: WarmEngine): void {
    entry.users--;
    if (entry.users > 0 || !this.warm.has(entry)) return;
    entry.idleTimer = setTimeout(() => void this.discard(entry), this.idleMs);
    // An idle engine is no reason for the process to stay.
    entry.idleTimer.unref();
    this.evict();
  }

  private evict(): void {
    const idle = [...this.warm].filter((entry) => entry.users === 0).sort((a, b) => a.lastUsed - b.lastUsed);
    for (const entry of idle.slice(0, Math.max(0, this.warm.size - this.maxEngines))) void this.discard(entry);
  }

  private async discard(entry: WarmEngine): Promise<void> {
    this.warm.delete(entry);
    if (entry.idleTimer) clearTimeout(entry.idleTimer);
    const engine = await entry.engine.catch(() => null);
    await engine?.close();
  }
}

/** Whether an engine of `warm` may serve `wanted`: same resources, and every file within what it allows. */
function covers(warm: EngineOptions, wanted: EngineOptions): boolean {
  if (warm.threads !== wanted.threads || warm.memoryLimitBytes !== wanted.memoryLimitBytes) return false;
  if (resolve(warm.scratchDirectory) !== resolve(wanted.scratchDirectory)) return false;
  const directories = [warm.scratchDirectory, ...warm.allowedDirectories].map((path) => resolve(path));
  const paths = new Set((warm.allowedPaths ?? []).map((path) => resolve(path)));
  const within = (path: string) => directories.some((directory) => isWithin(directory, path));
  return (
    wanted.allowedDirectories.every((path) => within(resolve(path))) &&
    (wanted.allowedPaths ?? []).every((path) => paths.has(resolve(path)) || within(resolve(path)))
  );
}

function isWithin(directory: string, path: string): boolean {
  return path === directory || path.startsWith(directory.endsWith(sep) ? directory : directory + sep);
}
