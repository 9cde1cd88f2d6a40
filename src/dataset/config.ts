import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { availableParallelism, tmpdir, totalmem } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { PlanError } from '../errors.ts';
import type { ConvertOptions } from './convert/options.ts';

/** What `connect` takes. What it doesn't say, `SHOAL_*` variables do, then `shoal.config.{json,js,mjs,ts}`, then the defaults. */
export interface ConnectOptions {
  /** Where tasks run; `local` (default) is this process. `SHOAL_BACKEND` */
  readonly backend?: string;
  /** Threads of a query; default: all that this process may use. `SHOAL_THREADS` */
  readonly threads?: number;
  /** Memory of a query before it spills, in bytes or as '4GB'; default: 70 % of what this process may use. `SHOAL_MEMORY_LIMIT` */
  readonly memoryLimit?: number | string;
  /** Folder for temporary files; default: `shoal` in the system's own. `SHOAL_SCRATCH` */
  readonly scratchDirectory?: string;
  /** IANA name of the zone in which date methods see zoned timestamps; default 'UTC'. `SHOAL_TIME_ZONE` */
  readonly timeZone?: string;
  /** How 64-bit integers, decimals and timestamps become JavaScript values. */
  readonly results?: ConvertOptions;
}

/** Options with nothing left open. */
export interface Config {
  readonly backend: string;
  readonly threads: number;
  readonly memoryLimitBytes: number;
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
  const pick = <T>(name: keyof ConnectOptions, variable: string): { value: T | string | undefined; from: string } =>
    options[name] !== undefined
      ? { value: options[name] as T, from: `connect({ ${name} })` }
      : env[variable] !== undefined && env[variable] !== ''
        ? { value: env[variable], from: variable }
        : { value: file.options[name] as T | undefined, from: `${name} in ${file.path}` };
  const threads = pick<number>('threads', 'SHOAL_THREADS');
  const memory = pick<number>('memoryLimit', 'SHOAL_MEMORY_LIMIT');
  const zone = pick<string>('timeZone', 'SHOAL_TIME_ZONE');
  return {
    backend: pick<string>('backend', 'SHOAL_BACKEND').value ?? 'local',
    threads: threads.value === undefined ? availableParallelism() : parseThreads(threads.value, threads.from),
    memoryLimitBytes:
      memory.value === undefined ? Math.floor(usableMemoryBytes() * 0.7) : parseBytes(memory.value, memory.from),
    scratchDirectory: resolve(pick<string>('scratchDirectory', 'SHOAL_SCRATCH').value ?? join(tmpdir(), 'shoal')),
    timeZone: zone.value === undefined ? 'UTC' : checkTimeZone(zone.value, zone.from),
    results: { ...file.options.results, ...options.results },
  };
}

/** Less than the machine has where a container limits this process. */
function usableMemoryBytes(): number {
  const limit = process.constrainedMemory?.() ?? 0;
  return limit > 0 ? Math.min(limit, totalmem()) : totalmem();
}

function parseThreads(value: number | string, from: string): number {
  const threads = Number(value);
  if (Number.isInteger(threads) && threads >= 1) return threads;
  throw new PlanError('INVALID_ARGUMENT', `${from} is ${JSON.stringify(value)}; threads is a whole number, 1 or more.`);
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
