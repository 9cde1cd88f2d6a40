import type { ActionOptions } from 'shoal';
import type { AnswerRow } from '../harness/answers.ts';

/** A dataset of whatever rows. */
export interface ShoalQuery {
  toArray(options: ActionOptions): Promise<AnswerRow[]>;
}

/** Runs a query and returns its rows as objects. Decimals stay text: sums of money pass 15 digits at scale factor 1. */
export async function shoalRows(query: ShoalQuery): Promise<AnswerRow[]> {
  return query.toArray({ results: { decimal: 'string' } });
}
