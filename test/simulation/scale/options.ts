import { parseArgs } from 'node:util';

/** What `npm run simulate` is asked for. */
export interface ScaleOptions {
  readonly bytes: number;
  readonly objects: number;
  readonly workers: number;
  readonly seed: number;
  /** Partitions that S3 has made of the tables' objects. */
  readonly inputPartitions: number;
  readonly curve: boolean;
}

const units: Readonly<Record<string, number>> = { B: 1, KB: 1e3, MB: 1e6, GB: 1e9, TB: 1e12, PB: 1e15 };

/** Bytes of an object, unless there are to be so many: 80,000 of 10 TB. */
const objectBytes = 125e6;

/** Objects at least: of each table more than the driver itself would look at. */
const leastObjects = 1_200;

/**
 * Reads the command line: `--bytes 10TB --workers 1000 --objects 80000 --seed 1 --input-partitions 1 --no-curve`.
 *
 * @throws {RangeError} for a value that makes no sense; what `parseArgs` throws for an unknown option
 */
export function parseOptions(args: readonly string[]): ScaleOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      bytes: { type: 'string', default: '10TB' },
      objects: { type: 'string' },
      workers: { type: 'string', default: '1000' },
      seed: { type: 'string', default: '1' },
      'input-partitions': { type: 'string', default: '1' },
      'no-curve': { type: 'boolean', default: false },
    },
  });
  const bytes = parseBytes(values.bytes);
  const objects = whole('objects', values.objects ?? String(Math.max(leastObjects, Math.round(bytes / objectBytes))));
  if (objects < leastObjects) throw new RangeError(`--objects is ${leastObjects} or more; it was given ${objects}.`);
  return {
    bytes,
    objects,
    workers: whole('workers', values.workers),
    seed: whole('seed', values.seed),
    inputPartitions: whole('input-partitions', values['input-partitions']),
    curve: !values['no-curve'],
  };
}

/** Bytes with a decimal unit, such as `10TB`. */
function parseBytes(text: string): number {
  const [, number, unit = ''] = /^(\d+(?:\.\d+)?)\s*([KMGTP]?B)$/i.exec(text) ?? [];
  const bytes = Number(number) * (units[unit.toUpperCase()] ?? Number.NaN);
  if (!(bytes > 0))
    throw new RangeError(`--bytes is a size such as 100GB or 10TB; it was given ${JSON.stringify(text)}.`);
  return bytes;
}

function whole(name: string, text: string): number {
  const number = Number(text);
  if (!Number.isSafeInteger(number) || number < 1)
    throw new RangeError(`--${name} is a whole number, 1 or more; it was given ${JSON.stringify(text)}.`);
  return number;
}
