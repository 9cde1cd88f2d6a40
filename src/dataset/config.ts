import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PlanError } from '../errors.ts';
import type { S3Options } from '../storage/s3/options.ts';
import type { ConvertOptions } from './convert/options.ts';
import { checkResume, checkS3Options, type StorageConfig, workspaceUri } from './storage-config.ts';

/** What `connect` takes. What it doesn't say, `SHOAL_*` variables do, then `shoal.config.{json,js,mjs,ts}`, then the defaults. */
export interface ConnectOptions {
  /** Where tasks run; `local` (default) is this machine. `SHOAL_BACKEND` */
  readonly backend?: string;
  /** Threads of a query; default: all that this process may use. `SHOAL_THREADS` */
  readonly threads?: number;
  /** Memory of a query before it spills, in bytes or as '4GB'; default: 70 % of what this process may use. `SHOAL_MEMORY_LIMIT` */
  readonly memoryLimit?: number | string;
  /**
   * Worker processes that share the local backend's tasks; default 0: one task at a time, in this process. What one of them
   * loses by a crash is run again by another. `SHOAL_WORKERS`
   */
  readonly workers?: number;
  /** Threads of each worker process; default: an equal part of `threads`. `SHOAL_WORKER_THREADS` */
  readonly workerThreads?: number;
  /** Memory of each worker process before it spills; default: an equal part of `memoryLimit`. `SHOAL_WORKER_MEMORY_LIMIT` */
  readonly workerMemoryLimit?: number | string;
  /** How queries are cut into tasks for workers. */
  readonly planner?: PlannerOptions;
  /** Folder for temporary files; default: `shoal` in the system's own. `SHOAL_SCRATCH` */
  readonly scratchDirectory?: string;
  /**
   * How `s3://` is reached: endpoint, region …; what is left out, and all credentials, come from the environment as the AWS SDK
   * reads it (`AWS_REGION`, `AWS_ENDPOINT_URL_S3`, `AWS_PROFILE` …), here and in every worker.
   */
  readonly s3?: S3Options;
  /**
   * Folder, as a path or `s3://bucket/prefix`, through which the tasks of a query hand rows to each other, each query in one of
   * its own that goes when it ends; default: the scratch folder, which workers on this machine share. `SHOAL_WORKSPACE`
   */
  readonly workspace?: string;
  /**
   * Keep what tasks have done in the workspace, which must outlive the script, until the query has succeeded: when the script was
   * killed, or the query failed, the next run does only what is left. Default false. `SHOAL_RESUME`
   */
  readonly resume?: boolean;
  /** IANA name of the zone in which date methods see zoned timestamps; default 'UTC'. `SHOAL_TIME_ZONE` */
  readonly timeZone?: string;
  /** How 64-bit integers, decimals and timestamps become JavaScript values. */
  readonly results?: ConvertOptions;
}

/** How queries are cut into tasks; what is left out follows from the data and the backend. */
export interface PlannerOptions {
  /** Cut every query, however small and wherever it runs: for tests and measurements. */
  readonly forceExchange?: boolean;
  /** Bytes that a task reads, about; default 128 MiB. */
  readonly splitBytes?: number;
  /** Tasks that scans are cut into, whatever it costs; default: by `splitBytes`. */
  readonly tasks?: number;
  /** Partitions of an exchange by key; default: about 64 MiB each, as many as there are workers at least. */
  readonly partitions?: number;
  /** Largest side of a join that every task reads whole, bytes; default 64 MiB. */
  readonly broadcastBytes?: number;
  /**
   * How rows dealt by key reach their readers: `direct`, each reads from what each task wrote, or `two-level`, through tasks that
   * lay many objects together; default: direct up to 32,768 reads.
   */
  readonly exchange?: 'direct' | 'two-level';
}

/** Options with nothing left open. */
export interface Config extends StorageConfig {
  readonly backend: string;
  readonly threads: number;
  readonly memoryLimitBytes: number;
  readonly workers: number;
  readonly workerThreads: number;
  readonly workerMemoryLimitBytes: number;
  readonly planner: PlannerOptions;
  readonly scratchDirectory: string;
  readonly timeZone: string;
  readonly results: ConvertOptions;
}

/**
 * Options, environment, configuration file and defaults made one, in that order.
 *
 * @throws {PlanError} INVALID_ARGUMENT naming the setting, where it came from, and what it should be
 */
export async function resolveConfig(
  options: ConnectOptions,
  env: NodeJS.ProcessEnv,
  directory: string,
): Promise<Config> {
  const file = await readConfigFile(directory);
  const pick = <T>(name: keyof ConnectOptions, variable: string): Setting<T> =>
    options[name] !== undefined
      ? { value: options[name] as T, from: `connect({ ${name} })` }
      : env[variable] !== undefined && env[variable] !== ''
        ? { value: env[variable], from: variable }
        : { value: file.options[name] as T | undefined, from: `${name} in ${file.path}` };
  const zone = pick<string>('timeZone', 'SHOAL_TIME_ZONE');
  const workspace = pick<string>('workspace', 'SHOAL_WORKSPACE').value;
  return {
    backend: pick<string>('backend', 'SHOAL_BACKEND').value ?? 'local',
    ...resolveResources(pick),
    storeOptions: { s3: checkS3Options({ ...file.options.s3, ...options.s3 }) },
    workspace: workspace === undefined ? null : workspaceUri(workspace),
    resume: checkResume(pick<boolean>('resume', 'SHOAL_RESUME'), workspace),
    planner: checkPlanner({ ...file.options.planner, ...options.planner }),
    scratchDirectory: resolve(pick<string>('scratchDirectory', 'SHOAL_SCRATCH').value ?? join(tmpdir(), 'shoal')),
    timeZone: zone.value === undefined ? 'UTC' : checkTimeZone(zone.value, zone.from),
    results: { ...file.options.results, ...options.results },
  };
}

/** A setting as it was given (text, from the environment) and where. */
interface Setting<T> {
  readonly value: T | string | undefined;
  readonly from: string;
}

/** Threads and memory: what one task in this process may use, and each of the worker processes. */
function resolveResources(
  pick: (name: keyof ConnectOptions, variable: string) => Setting<number>,
): Pick<Config, 'threads' | 'memoryLimitBytes' | 'workers' | 'workerThreads' | 'workerMemoryLimitBytes'> {
  const count = (name: keyof ConnectOptions, variable: string, least: number): number | undefined => {
    const { value, from } = pick(name, variable);
    return value === undefined ? undefined : parseCount(value, from, name, least);
  };
  const bytes = (name: keyof ConnectOptions, variable: string): number | undefined => {
    const { value, from } = pick(name, variable);
    return value === undefined ? undefined : parseBytes(value, from);
  };
  const threads = count('threads', 'SHOAL_THREADS', 1) ?? availableParallelism();
  const memoryLimitBytes = bytes('memoryLimit', 'SHOAL_MEMORY_LIMIT') ?? Math.floor(usableMemoryBytes() * 0.7);
  const workers = count('workers', 'SHOAL_WORKERS', 0) ?? 0;
  const share = (total: number, least: number) => Math.max(least, Math.floor(total / Math.max(1, workers)));
  return {
    threads,
    memoryLimitBytes,
    workers,
    workerThreads: count('workerThreads', 'SHOAL_WORKER_THREADS', 1) ?? share(threads, 1),
    workerMemoryLimitBytes:
      bytes('workerMemoryLimit', 'SHOAL_WORKER_MEMORY_LIMIT') ?? share(memoryLimitBytes, leastMemoryBytes),
  };
}

/** Less than the machine has where a container limits this process. */
function usableMemoryBytes(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function parseCount(value: number | string, from: string, name: string, least: number): number {
  const count = Number(value);
  if (Number.isInteger(count) && count >= least) return count;
  throw new PlanError(
    'INVALID_ARGUMENT',
    `${from} is ${JSON.stringify(value)}; ${name} is a whole number, ${least} or more.`,
  );
}

function checkPlanner(planner: PlannerOptions): PlannerOptions {
  for (const [name, least] of Object.entries({ splitBytes: 1, tasks: 1, partitions: 1, broadcastBytes: 0 })) {
    const value = planner[name as 'splitBytes' | 'tasks' | 'partitions' | 'broadcastBytes'];
    if (value !== undefined && !(Number.isSafeInteger(value) && value >= least)) {
      throw new PlanError('INVALID_ARGUMENT', `planner.${name} is ${value}; it is a whole number, ${least} or more.`);
    }
  }
  const { exchange } = planner;
  if (exchange !== undefined && exchange !== 'direct' && exchange !== 'two-level') {
    throw new PlanError(
      'INVALID_ARGUMENT',
      `planner.exchange is ${JSON.stringify(exchange)}; it is 'direct' or 'two-level'.`,
    );
  }
  return planner;
}

function checkTimeZone(zone: string, from: string): string {
  try {
    // Its own list of names is the engine's too: both are ICU's.
    return new Intl.DateTimeFormat('en', { timeZone: zone }).format() && zone;
  } catch (cause) {
    throw new PlanError(
      'INVALID_ARGUMENT',
      `${from} is ${JSON.stringify(zone)}; a time zone is an IANA name such as 'UTC' or 'Europe/Berlin'.`,
      { cause },
    );
  }
}

const unitBytes: Readonly<Record<string, number>> = {
  '': 1,
  B: 1,
  KB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KIB: 2 ** 10,
  MIB: 2 ** 20,
  GIB: 2 ** 30,
  TIB: 2 ** 40,
};

/** Below this DuckDB cannot hold even one row group of a wide file. */
const leastMemoryBytes = 64 * 2 ** 20;

function parseBytes(value: number | string, from: string): number {
  const [, digits, unit = ''] = /^\s*(\d+(?:\.\d+)?)\s*([A-Za-z]*)\s*$/.exec(String(value)) ?? [];
  const factor = unitBytes[unit.toUpperCase()];
  const bytes = digits !== undefined && factor ? Math.floor(Number(digits) * factor) : Number.NaN;
  if (bytes >= leastMemoryBytes) return bytes;
  throw new PlanError(
    'INVALID_ARGUMENT',
    `${from} is ${JSON.stringify(value)}; a memory limit is a number of bytes or a text such as '4GB', 64MiB at least.`,
  );
}

async function readConfigFile(directory: string): Promise<{ readonly path: string; readonly options: ConnectOptions }> {
  const path = ['json', 'js', 'mjs', 'ts']
    .map((extension) => join(directory, `shoal.config.${extension}`))
    .find((candidate) => existsSync(candidate));
  if (!path) return { path: 'shoal.config.*', options: {} };
  try {
    const options: unknown = path.endsWith('.json')
      ? JSON.parse(await readFile(path, 'utf8'))
      : (await import(pathToFileURL(path).href)).default;
    if (typeof options !== 'object' || options === null) throw new TypeError('its default export is no object');
    return { path, options };
  } catch (cause) {
    throw new PlanError(
      'INVALID_ARGUMENT',
      `${path} cannot be read: ${cause instanceof Error ? cause.message : String(cause)}.`,
      { cause },
    );
  }
}
