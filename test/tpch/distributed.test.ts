import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertSameAnswer, type ReferenceAnswer } from '../../bench/harness/answers.ts';
import { type QueryBuilder, shoalQueries } from '../../bench/queries/shoal.ts';
import { openTables, type Tables } from '../../bench/queries/tables.ts';
import { queriesSql } from '../../bench/tpch/queries-sql.ts';
import { connect, type Session } from '../../src/index.ts';
import { tpchTables } from './tables.ts';

const workers = 4;

/** Small enough that each row group of the larger tables is read by a task of its own. */
const planner = { forceExchange: true, splitBytes: 5_000, partitions: 4 };

function named(...names: readonly string[]) {
  return shoalQueries.filter(([name]) => names.includes(name));
}

const ways = [
  { way: 'small sides of joins read whole', planner, queries: shoalQueries },
  {
    way: 'both sides of every join dealt by key',
    planner: { ...planner, broadcastBytes: 0 },
    queries: shoalQueries,
  },
  {
    way: 'what is dealt by key through relays',
    planner: { ...planner, broadcastBytes: 0, exchange: 'two-level' as const },
    // Groups, joins of either kind and of many sides, a sort by range.
    queries: named('q1', 'q3', 'q9', 'q13', 'q18', 'q21'),
  },
];

/** What one task in this process answers; tpch.test.ts holds that against DuckDB's own answer. */
const singleAnswers = new Map<string, ReferenceAnswer>();

let directory: string;

beforeAll(async () => {
  directory = await tpchTables();
  const session = await connect({ threads: 2 });
  const tables = openTables(session, directory);
  for (const [name, build] of shoalQueries) {
    singleAnswers.set(name, { ...(await answerOf(build(tables))), ordered: /\bORDER BY\b/.test(queriesSql[name]) });
  }
  await session.close();
});

describe.each(ways)(`${workers} workers, $way`, (options) => {
  let session: Session;
  let tables: Tables;
  let tasks = 0;

  beforeAll(async () => {
    session = await connect({ workers, workerThreads: 1, planner: options.planner });
    session.on('progress', (event) => {
      if (event.kind === 'task-finished') tasks++;
    });
    tables = openTables(session, directory);
  });

  afterAll(() => session?.close());

  test.each(options.queries)('%s gives the answer of the single task', async (name, build) => {
    tasks = 0;
    const rows = await build(tables).toArray({ results: { decimal: 'string' } });
    expect(tasks, 'a query that one task could do proves nothing').toBeGreaterThan(workers);
    const expected = singleAnswers.get(name);
    expect(Object.keys(rows[0] ?? {})).toEqual(expected?.columns.map((column) => column.name));
    if (expected) assertSameAnswer(name, expected, rows);
  });
});

async function answerOf(query: ReturnType<QueryBuilder>): Promise<Omit<ReferenceAnswer, 'ordered'>> {
  const columns = (await query.schema()).map(({ name, type }) => {
    return { name, kind: type.kind === 'float64' ? ('float' as const) : ('exact' as const) };
  });
  return { columns, rows: await query.toArray({ results: { decimal: 'string' } }) };
}
