import { rmSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type fc from 'fast-check';
import { ShoalError } from '../../src/errors.ts';
import { InternalError } from '../../src/index.ts';
import { compareRows } from './compare-rows.ts';
import type { PlanQuery, RandomPlan } from './random-plan.ts';
import { Reference, type Rows } from './reference/reference.ts';

/** What running a plan came to. */
export type Outcome = { readonly rows: Rows } | { readonly error: Error };

/** Runs something and keeps its error. */
export async function outcomeOf(run: () => Promise<Rows>): Promise<Outcome> {
  try {
    return { rows: await run() };
  } catch (error) {
    return { error: error instanceof Error ? error : new Error(String(error)) };
  }
}

/** Indexes of the tables that a query reads. */
function tablesOf(query: PlanQuery): ReadonlySet<number> {
  const others = query.steps.flatMap((step) => ('other' in step ? [...tablesOf(step.other)] : []));
  return new Set([query.table, ...others]);
}

/** The reference, and files for the tables that come from files. */
export class Harness {
  readonly reference: Reference;
  readonly folder: string;
  private written = 0;

  private constructor(reference: Reference, folder: string) {
    this.reference = reference;
    this.folder = folder;
  }

  static async open(): Promise<Harness> {
    return new Harness(await Reference.open(), await mkdtemp(join(tmpdir(), 'shoal-property-')));
  }

  async close(): Promise<void> {
    this.reference.close();
    await rm(this.folder, { recursive: true, force: true });
  }

  /** Makes the tables that a plan reads, and their files. @returns paths by table, and what removes the files */
  async load(plan: RandomPlan): Promise<{ readonly files: ReadonlyMap<number, string>; readonly remove: () => void }> {
    const used = tablesOf(plan.query);
    await this.reference.load(plan.tables, used);
    const files = new Map<number, string>();
    for (const index of used) {
      const source = plan.tables[index]?.source ?? 'rows';
      if (source === 'rows') continue;
      // A name is never used twice: engines and planners remember files.
      const path = join(this.folder, `t${this.written++}.${source}`);
      await this.reference.write(index, path);
      files.set(index, path);
    }
    const remove = () => {
      for (const path of files.values()) rmSync(path, { force: true });
    };
    return { files, remove };
  }

  /** Compares what a plan came to with what it should; an error on one side only is a difference too. */
  async difference(plan: RandomPlan, expected: Outcome, actual: Outcome): Promise<string | null> {
    if ('error' in actual) {
      const meant = actual.error instanceof ShoalError && !(actual.error instanceof InternalError);
      if ('error' in expected && meant) return null;
      return `It failed: ${actual.error.stack}\n${'error' in expected ? `(expected: ${expected.error.message})` : 'No failure was expected.'}`;
    }
    if ('error' in expected) return `It should have failed: ${expected.error.message}`;
    return this.rowsDiffer(plan, expected.rows, actual.rows);
  }

  private async rowsDiffer(plan: RandomPlan, expected: Rows, actual: Rows): Promise<string | null> {
    const names = JSON.stringify(actual.names);
    if (names !== JSON.stringify(expected.names)) return `Columns are ${names}, not ${JSON.stringify(expected.names)}.`;
    if (!sameTypes(expected, actual)) {
      return `Types are ${JSON.stringify(actual.types)}, not ${JSON.stringify(expected.types)}.`;
    }
    const tolerances = new Map<number, number>();
    for (const [name, inexact] of Object.entries(plan.inexact)) {
      tolerances.set(expected.names.indexOf(name), 1e-12 * (await this.reference.magnitude(inexact)));
    }
    return compareRows(expected.rows, actual.rows, { ordered: plan.ordered, tolerances });
  }
}

/** Constants that come out as null are INTEGER to the engine or not, as its binder happens to see them. */
function sameTypes(expected: Rows, actual: Rows): boolean {
  return expected.types.every((type, column) => {
    const other = actual.types[column];
    const untyped = type === 'INTEGER' || other === 'INTEGER';
    return type === other || (untyped && expected.rows.every((row) => row[column] === null));
  });
}

/** Seed of the plans that every run of the suite tries; other plans by `SHOAL_SEED`, a number or `random`. */
const usualSeed = 2;

/** How many plans a test runs and from which seed: `SHOAL_RUNS` and `SHOAL_SEED` have the last word. A failure prints its seed. */
export function runParameters(runs: number): fc.Parameters<unknown> {
  const { SHOAL_RUNS, SHOAL_SEED } = process.env;
  const seed =
    SHOAL_SEED === 'random' ? (Date.now() ^ (Math.random() * 0x100000000)) | 0 : Number(SHOAL_SEED ?? usualSeed);
  return { numRuns: SHOAL_RUNS ? Number(SHOAL_RUNS) : runs, seed };
}
