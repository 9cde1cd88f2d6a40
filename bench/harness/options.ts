import { availableParallelism } from 'node:os';
import { parseArgs } from 'node:util';

/** Settings that every benchmark takes. */
export interface BenchOptions {
  /** Scale factor of the TPC-H data. */
  readonly scaleFactor: number;
  /** Interleaved pairs per figure. */
  readonly pairs: number;
  /** Threads of every contestant. */
  readonly threads: number;
  /** Whether to judge the figures by their goals, and fail where one is missed. */
  readonly check: boolean;
  /** Names of the only parts to run; all when empty. */
  readonly only: readonly string[];
}

/** Fewer pairs than this are for trying things out: their interval says little. */
const LEAST_PAIRS = 15;

/**
 * Reads `--sf --pairs --threads --check --only a,b` with defaults.
 *
 * @param defaults those of the benchmark, where they are not the same for all
 * @throws {TypeError} for an unknown option
 * @throws {RangeError} for a number that makes no sense, or too few pairs for `--check`
 */
export function parseOptions(args: readonly string[], defaults: { readonly scaleFactor?: number } = {}): BenchOptions {
  const { values } = parseArgs({
    args: [...args],
    options: {
      sf: { type: 'string', default: String(defaults.scaleFactor ?? 1) },
      pairs: { type: 'string', default: String(LEAST_PAIRS) },
      threads: { type: 'string', default: String(availableParallelism()) },
      check: { type: 'boolean', default: false },
      only: { type: 'string', default: '' },
    },
  });
  const options = {
    scaleFactor: positive('sf', values.sf),
    pairs: positive('pairs', values.pairs),
    threads: positive('threads', values.threads),
    check: values.check,
    only: values.only.split(',').filter((name) => name !== ''),
  };
  if (options.check && options.pairs < LEAST_PAIRS) {
    throw new RangeError(`--check needs at least ${LEAST_PAIRS} pairs, and --pairs is ${options.pairs}`);
  }
  return options;
}

function positive(name: string, text: string): number {
  const value = Number(text);
  if (!(value > 0)) throw new RangeError(`--${name} must be a positive number, and is '${text}'`);
  return value;
}
