import type { Figure } from './figures.ts';
import type { BenchOptions } from './options.ts';
import { figuresTable, goalsTable, missedFigures } from './report.ts';

/**
 * Runs the parts of a benchmark that `--only` names, or all, and prints their figures.
 *
 * @param parts each is loaded when it runs
 * @returns the exit code: 1 where `--check` finds a goal missed
 * @throws {RangeError} for a name that is no part's
 */
export async function runParts<Context extends { readonly options: BenchOptions }>(
  parts: Readonly<Record<string, () => Promise<(context: Context) => Promise<Figure[]>>>>,
  context: Context,
): Promise<number> {
  const { only, scaleFactor, threads, pairs, check } = context.options;
  const unknown = only.filter((name) => !Object.hasOwn(parts, name));
  if (unknown.length > 0)
    throw new RangeError(`Unknown part ${unknown.join(', ')}. Parts: ${Object.keys(parts).join(', ')}`);
  const figures: Figure[] = [];
  for (const [name, load] of Object.entries(parts)) {
    if (only.length > 0 && !only.includes(name)) continue;
    const measure = await load();
    figures.push(...(await measure(context)));
  }
  console.log(`scale factor ${scaleFactor}, ${threads} threads, ${pairs} interleaved pairs\n`);
  console.log(figuresTable(figures));
  if (!check) return 0;
  console.log(`\n${goalsTable(figures)}`);
  return missedFigures(figures).length > 0 ? 1 : 0;
}
