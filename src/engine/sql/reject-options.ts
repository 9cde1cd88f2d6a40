import { quoteString } from './quote.ts';
import type { RenderContext } from './render-context.ts';

/** Options with which the CSV reader leaves bad records out, putting them into the context's tables where it has any. */
export function rejectOptions({ rejects }: RenderContext): string[] {
  if (!rejects) return ['ignore_errors = TRUE'];
  return [
    'store_rejects = TRUE',
    `rejects_table = ${quoteString(rejects.errors)}`,
    `rejects_scan = ${quoteString(rejects.scans)}`,
    'rejects_limit = 0',
  ];
}
