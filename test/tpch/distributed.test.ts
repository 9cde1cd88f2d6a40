import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { assertSameAnswer, type ReferenceAnswer } from '../../bench/harness/answers.ts';
import { type QueryBuilder, shoalQueries } from '../../bench/queries/shoal.ts';
import { openTables, type Tables } from '../../bench/queries/tables.ts';
import { queriesSql } from '../../bench/tpch/queries-sql.ts';
import { connect, type Session } from '../../src/index.ts';
import { tpchTables } from './tables.ts';

/** Small enough that tables of a few megabytes are read by several tasks. */
const planner = { forceExchange: true, splitBytes: 200_000, partitions: 4 };

const ways = [
  { way: 'small sides of joins read whole', planner },
  { way: 'both sides of every join dealt by key', planner: { ...planner, broadcastBytes: 0 } },
];

let directory: string;
let single: Session;

beforeAll(async () => {
  directory = await tpchTables();
  single = await connect({ threads: 2 });
});

afterAll(() => single?.close());

describe.each(ways)('4 workers, $way', (options) => {
  let session: Session;
  let tables: Tables;

  beforeAll(async () => {
    session = await connect({ workers: 4, workerThreads: 1, planner: options.planner });
    tables = openTables(session, directory);
  });

  afterAll(() => session?.close());

  test.each(shoalQueries)('%s gives the answer of the single task', async (name, build) => {
    const expected = await singleAnswer(build, /\bORDER BY\b/.test(queriesSql[name]));
    const rows = await build(tables).toArray({ results: { decimal: 'string' } });
    expect(Object.keys(rows[0] ?? {})).toEqual(expected.columns.map((column) => column.name));
    assertSameAnswer(name, expected, rows);
  });
});

/** What one task in this process answers, which is held against DuckDB's own answer in tpch.test.ts. */
async function singleAnswer(build: QueryBuilder, ordered: boolean): Promise<ReferenceAnswer> {
  const query = build(openTables(single, directory));
  const columns = (await query.schema()).map(({ name, type }) => {
    return { name, kind: type.kind === 'float64' ? ('float' as const) : ('exact' as const) };
  });
  return { columns, rows: await query.toArray({ results: { decimal: 'string' } }), ordered };
}
