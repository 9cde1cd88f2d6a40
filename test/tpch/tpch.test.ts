import { afterAll, beforeAll, expect, test } from 'vitest';
import { assertSameAnswer } from '../../bench/harness/answers.ts';
import { shoalQueries } from '../../bench/queries/shoal.ts';
import { openTables, type Tables } from '../../bench/queries/tables.ts';
import { queriesSql } from '../../bench/tpch/queries-sql.ts';
import { connect, type Session } from '../../src/index.ts';
import { openReference, type Reference } from './duckdb.ts';
import { tpchTables } from './tables.ts';

let session: Session;
let tables: Tables;
let reference: Reference;

beforeAll(async () => {
  const directory = await tpchTables();
  reference = await openReference(directory);
  session = await connect({ threads: 2 });
  tables = openTables(session, directory);
});

afterAll(async () => {
  await session?.close();
  reference?.close();
});

test('the queries are all 22', () => {
  expect(shoalQueries.map(([name]) => name)).toEqual(Object.keys(queriesSql));
});

test.each(shoalQueries)('%s gives the answer of its SQL', async (name, build) => {
  const expected = await reference.answer(queriesSql[name]);
  const rows = await build(tables).toArray({ results: { decimal: 'string' } });
  expect(rows.length, 'a query that finds nothing proves nothing').toBeGreaterThan(0);
  expect(Object.keys(rows[0] ?? {})).toEqual(expected.columns.map((column) => column.name));
  assertSameAnswer(name, expected, rows);
});
