import { partsBytes } from '../../plan/producer-output.ts';
import { type RelNode, relInputs } from '../../plan/relation.ts';
import type { SplitEvidence } from '../../plan/stage.ts';

/** Part of the rows that a condition leaves, when nothing is known of it: an optimist's third would broadcast too much. */
export const filterSelectivity = 0.5;

/** Part of the rows that stays of them in a partial aggregate or a distinct; nothing better is known before they run. */
export const reducedFraction = 0.1;

/** Bytes of a row of values in a plan, about. */
const valueRowBytes = 32;

/**
 * About how many bytes a relation is, as they lie in Parquet: those of its scans, less what conditions take away, of a join
 * its larger side. A guess that real sizes correct while the query runs.
 */
export function estimateBytes(rel: RelNode, splits: SplitEvidence): number {
  const inputs = () => relInputs(rel).map((input) => estimateBytes(input, splits));
  switch (rel.kind) {
    case 'scan':
      return splits.get(rel)?.splits.reduce((sum, split) => sum + split.bytes, 0) ?? 0;
    case 'values':
      return rel.rows.length * rel.schema.length * valueRowBytes;
    case 'read':
      return partsBytes(rel.parts);
    case 'filter':
      return sum(inputs()) * filterSelectivity;
    case 'limit':
      return Math.min(sum(inputs()), (rel.limit ?? Infinity) * 100);
    case 'join':
      return rel.how === 'cross' ? sum(inputs()) * 10 : Math.max(...inputs());
    default:
      return sum(inputs());
  }
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
