import fc from 'fast-check';
import { generatePlan, type PlanOptions, type TableSeed } from './generate/generate-plan.ts';
import type { RandomPlan } from './random-plan.ts';

/** How large plans get, and what they hold. */
export interface PlanSize extends Partial<PlanOptions> {
  /** Default 5. */
  readonly maxSteps?: number;
  /** Default 3. */
  readonly maxTables?: number;
  /** Default 40. */
  readonly maxRows?: number;
}

const anySource = ['rows', 'parquet', 'csv', 'rows'] as const;

const decision = fc.nat({ max: 0xffff });

/** Many tables are very small: there edges are near. */
function rowSeeds(maxRows: number): fc.Arbitrary<number[]> {
  const seed = fc.nat({ max: 0x7fffffff });
  const few = fc.array(seed, { maxLength: Math.min(maxRows, 8), size: 'max' });
  const many = fc.array(seed, { minLength: Math.min(maxRows, 6), maxLength: maxRows, size: 'max' });
  return fc.oneof(few, many);
}

function tableSeed(maxRows: number): fc.Arbitrary<TableSeed> {
  return fc.record({ columns: fc.array(decision, { minLength: 24, maxLength: 24 }), rows: rowSeeds(maxRows) });
}

/**
 * Random plans: one to three tables of up to 40 rows, and a chain of up to five verbs over them. They shrink to fewer verbs,
 * fewer rows, and simpler decisions within each verb.
 */
export function planArbitrary(size: PlanSize = {}): fc.Arbitrary<RandomPlan> {
  const { maxSteps = 5, maxTables = 3, maxRows = 40, persisted = true, sources = anySource } = size;
  const tables = fc.array(tableSeed(maxRows), { minLength: 1, maxLength: maxTables, size: 'max' });
  const stepSeed = fc.array(decision, { minLength: 48, maxLength: 48 });
  const steps = fc.array(stepSeed, { minLength: 1, maxLength: maxSteps, size: 'max' });
  return fc
    .tuple(tables, steps)
    .map(([tableSeeds, stepSeeds]) => generatePlan(tableSeeds, stepSeeds, { persisted, sources }));
}
