import { join } from 'node:path';
import { connect } from 'shoal';
import { loadForArquero } from '../contestants/arquero.ts';
import { openDuckDB } from '../contestants/duckdb.ts';
import { polarsRows, scanWithPolars } from '../contestants/polars.ts';
import { shoalRows } from '../contestants/shoal.ts';
import { type AnswerRow, assertSameAnswer, type ReferenceAnswer } from '../harness/answers.ts';
import { type Figure, timeRatio } from '../harness/figures.ts';
import { timePairs } from '../harness/pairs.ts';
import { geometricMeanEstimate } from '../harness/statistics.ts';
import { arqueroQueries } from '../queries/arquero.ts';
import { polarsQueries } from '../queries/polars.ts';
import { shoalQueries } from '../queries/shoal.ts';
import { openTables } from '../queries/tables.ts';
import { type QueryName, queriesSql } from '../tpch/queries-sql.ts';
import type { BenchContext } from './context.ts';

/** shoal is DuckDB underneath: what it adds must stay small. */
const GEOMETRIC_MEAN_GOAL = { bound: 'at most', value: 1.15 } as const;

/** Pairs with contestants that are there for comparison only, and are slower. */
const OTHER_PAIRS = { polars: 5, arquero: 3 };

/** arquero holds whole columns as JavaScript arrays; beyond this scale factor they take too much memory. */
const ARQUERO_SCALE_FACTOR = 1;

/** Another contestant in one query. */
interface Rival {
  readonly name: keyof typeof OTHER_PAIRS;
  readonly run: () => Promise<AnswerRow[]>;
}

/** TPC-H queries over Parquet, from building the query to rows as JavaScript objects. */
export async function measureQueries(context: BenchContext): Promise<Figure[]> {
  const { options, tables, note } = context;
  const duckdb = await openDuckDB(tables, options.threads);
  const shoal = await connect({ threads: options.threads });
  const datasets = openTables(shoal, tables);
  const figures: Figure[] = [];
  const ratios: (readonly number[])[] = [];
  try {
    for (const [name, build] of shoalQueries) {
      note(`${name}: comparing answers`);
      const sql = queriesSql[name];
      const expected = await duckdb.reference(sql);
      const ours = () => shoalRows(build(datasets));
      assertSameAnswer(`${name} in shoal`, expected, await ours());
      const rivals = await rivalsIn(name, context, expected);

      note(`${name}: timing`);
      const times = await timePairs(ours, () => duckdb.rows(sql), options.pairs);
      ratios.push(times.ratios);
      figures.push(timeRatio(name, 'DuckDB', times));
      for (const rival of rivals) {
        const pairs = Math.min(options.pairs, OTHER_PAIRS[rival.name]);
        figures.push(timeRatio(name, rival.name, await timePairs(ours, rival.run, pairs)));
      }
    }
  } finally {
    await shoal.close();
    duckdb.close();
  }
  const what = `geometric mean of ${ratios.length} queries: shoal ÷ DuckDB`;
  const mean: Figure = { what, unit: 'ratio', estimate: geometricMeanEstimate(ratios), goal: GEOMETRIC_MEAN_GOAL };
  return [...figures, mean];
}

/** The other contestants that can run a query, once their answers have been found right. */
async function rivalsIn(
  name: QueryName,
  { options, tables }: BenchContext,
  expected: ReferenceAnswer,
): Promise<Rival[]> {
  const rivals: Rival[] = [];
  const inPolars = polarsQueries[name];
  if (inPolars) {
    const frames = scanWithPolars(tables);
    rivals.push({ name: 'polars', run: () => polarsRows(inPolars(frames)) });
  }
  const inArquero = arqueroQueries[name];
  if (inArquero && options.scaleFactor <= ARQUERO_SCALE_FACTOR) {
    const lineitem = await loadForArquero(join(tables, 'lineitem.parquet'), inArquero.columns);
    rivals.push({ name: 'arquero', run: async () => inArquero.run(lineitem).objects() as AnswerRow[] });
  }
  for (const rival of rivals) {
    assertSameAnswer(`${name} in ${rival.name}`, expected, await rival.run(), { moneyIsFloat: true });
  }
  return rivals;
}
