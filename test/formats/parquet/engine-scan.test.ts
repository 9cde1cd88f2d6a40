import { writeFileSync } from 'node:fs';
import { tableFromArrays, tableToIPC } from 'apache-arrow';
import { Compression, Table, WriterPropertiesBuilder, writeParquet } from 'parquet-wasm';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readFooter } from '../../../src/formats/parquet/fetch-footer.ts';
import { pruneRowGroups } from '../../../src/formats/parquet/prune-row-groups.ts';
import { createFileStore } from '../../../src/storage/file-store.ts';
import { call, column, text } from './conditions.ts';
import { Bench, scanFileOf } from './zoo.ts';

let bench: Bench;
const paths: Record<string, string> = {};
const count = 8192;
const ids = Array.from({ length: count }, (_, index) => index);
// The same values over and over, so that statistics leave every row group and only dictionaries and filters differ.
const codes = ids.map((id) => ((id * 7919) % 101) + (Math.floor(id / 2048) % 2) * 101);

beforeAll(async () => {
  bench = await Bench.open();
  paths.duckdb = bench.freshPath();
  await bench.connection.run(`COPY (
    SELECT i AS id, i * 7919 % 101 + (i // 2048) % 2 * 101 AS code, repeat('x', 100) || (1000000 + i) AS word,
      CASE WHEN i % 100 = 7 THEN 'NaN'::DOUBLE ELSE i END AS real, [i, i + 1] AS list
    FROM range(${count}) t(i)
  ) TO '${paths.duckdb}' (ROW_GROUP_SIZE 2048)`);
  paths['parquet-wasm'] = bench.freshPath();
  const table = tableFromArrays({
    id: BigInt64Array.from(ids, BigInt),
    code: BigInt64Array.from(codes, BigInt),
    // Its writer cuts bounds to 64 bytes.
    word: ids.map((id) => `${'x'.repeat(100)}${1_000_000 + id}`),
    real: Float64Array.from(ids, (id) => (id % 100 === 7 ? Number.NaN : id)),
  });
  const properties = new WriterPropertiesBuilder().setMaxRowGroupSize(2048).setCompression(Compression.ZSTD).build();
  writeFileSync(paths['parquet-wasm'], writeParquet(Table.fromIPCStream(tableToIPC(table, 'stream')), properties));
  await bench.connection.run(`CREATE TABLE everything AS SELECT id, code, word, real FROM '${paths.duckdb}'`);
  await bench.connection.run('CREATE TABLE wanted AS SELECT unnest([50, 150, 9999]) AS key');
});
afterAll(() => bench.close());

describe.each(['duckdb', 'parquet-wasm'])('a file by %s, of which row groups 1 and 3 are there', (writer) => {
  // Ranges that do not begin at row 0; each of these made the engine look at what the old footer told of other row groups.
  test.each([
    ['equality', 'SELECT id, word FROM @t AS t WHERE code = 150'],
    ['equality with what only the others have', 'SELECT id FROM @t AS t WHERE code = 50'],
    ['IN', 'SELECT id, code FROM @t AS t WHERE code IN (50, 150, 151, 7)'],
    ['OR of ranges', 'SELECT id FROM @t AS t WHERE code < 105 OR code > 199 OR id BETWEEN 3000 AND 3010'],
    ['a join with a dynamic filter', 'SELECT t.id, key FROM @t AS t JOIN wanted ON t.code = key'],
    [
      'a join with one row',
      'SELECT t.id FROM @t AS t JOIN (SELECT max(key) - 9849 AS key FROM wanted) AS one ON t.code = one.key',
    ],
    ['a semi join', 'SELECT id FROM @t AS t WHERE code IN (SELECT key FROM wanted)'],
    ['a top', 'SELECT id, code FROM @t AS t ORDER BY code DESC, id LIMIT 20'],
    ['NaN above all', 'SELECT id, real FROM @t AS t WHERE real > 1e300'],
    ['NaN not equal', 'SELECT count(*) AS id FROM @t AS t WHERE real <> 5'],
    ['bounds that were cut', "SELECT id FROM @t AS t WHERE word = repeat('x', 100) || '1002100'"],
    ['min and max', 'SELECT min(id) AS id, max(id), min(code), max(code), max(real), min(word), count(*) FROM @t AS t'],
    ['count alone', 'SELECT count(*) AS id FROM @t AS t'],
    ['groups', 'SELECT code AS id, count(*), sum(t.id) FROM @t AS t GROUP BY ALL'],
  ])('%s', async (name, sql) => {
    const sparse = await bench.sparseFile(paths[writer] ?? '', [1, 3], ['id', 'code', 'word', 'real']);
    const run = (source: string) => bench.rows(`FROM (${sql.replace('@t', source)}) ORDER BY ALL`);
    const expected = await run('(FROM everything WHERE id // 2048 IN (1, 3))');
    const found = await run(`'${sparse.path}'`);
    expect(found.length > 0 || name.includes('only the others')).toBe(true);
    expect(found).toEqual(expected);
  });

  test('a column that was not fetched is an error, not a wrong answer', async () => {
    const sparse = await bench.sparseFile(paths[writer] ?? '', [1], ['id', 'code']);
    await expect(bench.rows(`SELECT word FROM '${sparse.path}'`)).rejects.toThrow('Referenced column "word" not found');
  });

  test('bounds that the writer cut still exclude and never too much', async () => {
    const footer = await readFooter(createFileStore(), await scanFileOf(paths[writer] ?? ''));
    const kept = (value: string) => pruneRowGroups(footer, [call('eq', column('word'), text(value))]).kept;
    for (const id of [0, 2047, 2048, 5000, 8191])
      expect(kept(`${'x'.repeat(100)}${1_000_000 + id}`)).toContain(Math.floor(id / 2048));
    expect(kept('w')).toEqual([]);
    expect(kept('y')).toEqual([]);
  });
});

test('several stand-ins are read as one table, in order', async () => {
  const first = await bench.sparseFile(paths.duckdb ?? '', [3], ['id', 'list']);
  const second = await bench.sparseFile(paths.duckdb ?? '', [0, 2], ['id', 'list']);
  const files = `read_parquet(['${first.path}', '${second.path}'])`;
  const sum = ids.filter((id) => Math.floor(id / 2048) !== 1).reduce((total, id) => total + id + 1, 0);
  expect(await bench.rows(`SELECT count(*), sum(list[2]) FROM ${files}`)).toEqual([['6144', String(sum)]]);
  // first() and last() would take any row with several threads.
  const inOrder = (await bench.rows(`SELECT id FROM ${files}`)).map(([id]) => Number(id));
  expect([inOrder[0], inOrder[2047], inOrder[2048], inOrder.at(-1)]).toEqual([6144, 8191, 0, 6143]);
});
