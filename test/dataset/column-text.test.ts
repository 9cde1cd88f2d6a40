import { type DuckDBConnection, DuckDBInstance } from '@duckdb/node-api';
import fc from 'fast-check';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { columnText } from '../../src/dataset/convert/column-text.ts';
import { formatDate, formatTimestamp } from '../../src/dataset/convert/time-text.ts';
import { readOne, sampleSql, samples } from './sample-batch.ts';

let connection: DuckDBConnection;

beforeAll(async () => {
  connection = await (await DuckDBInstance.create(':memory:', { threads: '1' })).connect();
  await connection.run("SET TimeZone = 'UTC'");
});

afterAll(() => connection.closeSync());

const floats = new Set(['FLOAT', 'DOUBLE']);

test.each(Object.keys(samples).filter((type) => !floats.has(type)))("%s: text is the engine's", async (type) => {
  const { columns } = await readOne(connection, `SELECT v, v::VARCHAR AS text FROM (${sampleSql(type)})`);
  const [values, texts] = columns.map(columnText);
  const rows = Array.from({ length: columns[0]?.length ?? 0 }, (_, row) => row);
  expect(rows.map((row) => values?.(row))).toEqual(rows.map((row) => texts?.(row)?.replace(/^(-?)\./, '$10.') ?? null));
});

test.each([...floats])('%s: text is the shortest that gives the value back', async (type) => {
  const { columns } = await readOne(connection, sampleSql(type));
  const [text] = columns.map(columnText);
  const texts = Array.from({ length: columns[0]?.length ?? 0 }, (_, row) => text?.(row) ?? null);
  expect(texts).toEqual(
    type === 'FLOAT'
      ? ['1.5', '0.1', 'NaN', 'Infinity', '-Infinity', '-0', '3.4028235e+38', null]
      : ['0.1', 'NaN', 'Infinity', '-Infinity', '-0', '5e-324', '1.7976931348623157e+308', null],
  );
});

test('dates and timestamps at random have the text of the engine', async () => {
  const days = fc.array(fc.integer({ min: -2_147_000_000, max: 2_147_000_000 }), { minLength: 1, maxLength: 50 });
  const micros = fc.array(fc.bigInt({ min: -9_223_372_022_400_000_000n, max: 9_223_372_036_854_775_806n }), {
    minLength: 1,
    maxLength: 50,
  });
  await fc.assert(
    fc.asyncProperty(days, micros, async (someDays, someMicros) => {
      const text = async (sql: string) => (await connection.runAndReadAll(sql)).getRows().map(([value]) => value);
      const engineDates = await text(
        `SELECT (DATE '1970-01-01' + d::INTEGER)::VARCHAR FROM (SELECT unnest([${someDays}]) AS d)`,
      );
      expect(someDays.map(formatDate)).toEqual(engineDates);
      const engineTimes = await text(
        `SELECT make_timestamp(m::BIGINT)::VARCHAR FROM (SELECT unnest([${someMicros}]::BIGINT[]) AS m)`,
      );
      expect(someMicros.map((value) => formatTimestamp(value, 'us'))).toEqual(engineTimes);
    }),
    { numRuns: 50 },
  );
});
