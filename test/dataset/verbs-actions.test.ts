import { readFile } from 'node:fs/promises';
import { expect, test, vi } from 'vitest';
import { AbortError, col, connect, PlanError, Result, sum } from '../../src/index.ts';
import { errorOf, messageOf, useSession } from '../support/use-session.ts';

const { session, path } = useSession();

const rows = [
  { id: 1, name: 'Ada', score: 1.5 },
  { id: 2, name: 'Bob', score: null },
  { id: 3, name: 'Çelik', score: -2 },
];

const people = () => session().from(rows);

test('collect gives a Result, which is iterable and knows its columns', async () => {
  const result = await people().collect();
  expect(result).toBeInstanceOf(Result);
  expect([result.numRows, result.columns]).toEqual([3, ['id', 'name', 'score']]);
  expect([...result]).toEqual(rows);
  expect(result.toArray()).toEqual(rows);
  expect(result.toColumns()).toEqual({
    id: new Float64Array([1, 2, 3]),
    name: ['Ada', 'Bob', 'Çelik'],
    score: [1.5, null, -2],
  });
  expect(await result.toCSV()).toBe('id,name,score\n1,Ada,1.5\n2,Bob,\n3,Çelik,-2\n');
  expect(String(result)).toMatchInlineSnapshot(`
    "┌───────┬────────┬─────────┐
    │    id │ name   │   score │
    │ int64 │ string │ float64 │
    ├───────┼────────┼─────────┤
    │     1 │ Ada    │     1.5 │
    │     2 │ Bob    │    null │
    │     3 │ Çelik  │      -2 │
    └───────┴────────┴─────────┘
    3 rows, 3 columns"
  `);
});

test('count, first and toArray', async () => {
  expect(await people().count()).toBe(3);
  expect(await people().first()).toEqual(rows[0]);
  expect(await people().filter(col('id').gt(9)).first()).toBeNull();
  expect(await people().toArray()).toEqual(rows);
});

test('toArrow gives an apache-arrow table, fromArrow takes one', async () => {
  const table = await people().toArrow();
  expect(table.numRows).toBe(3);
  expect(table.schema.fields.map((field) => `${field.name}: ${field.type}`)).toEqual([
    'id: Int64',
    'name: Utf8',
    'score: Float64',
  ]);
  expect(await session().fromArrow(table).toArray()).toEqual(rows);
});

test('batches and for await give the rows in order, and may be left early', async () => {
  const many = session().from(Array.from({ length: 10_000 }, (_, n) => ({ n })));
  const sizes: number[] = [];
  for await (const batch of many.batches({ batchRows: 4096 })) sizes.push(batch.numRows);
  expect(sizes).toEqual([4096, 4096, 1808]);
  const seen: number[] = [];
  for await (const row of many) {
    seen.push(row.n);
    if (seen.length === 3) break;
  }
  expect(seen).toEqual([0, 1, 2]);
  expect((await errorOf(many.batches({ batchRows: 0 }).next())).message).toBe(
    'batchRows is a whole number, 1 or more; it was given 0.',
  );
});

test('show prints the first rows', async () => {
  const write = vi.spyOn(process.stdout, 'write').mockReturnValue(true);
  try {
    await people().show(2);
    expect(write.mock.calls.map(([text]) => text).join('')).toMatchInlineSnapshot(`
      "┌───────┬────────┬─────────┐
      │    id │ name   │   score │
      │ int64 │ string │ float64 │
      ├───────┼────────┼─────────┤
      │     1 │ Ada    │     1.5 │
      │     2 │ Bob    │    null │
      └───────┴────────┴─────────┘
      2 rows, 3 columns
      "
    `);
  } finally {
    write.mockRestore();
  }
});

test('schema and explain read no rows', async () => {
  const data = people().select('id', { twice: col('score').mul(2) });
  expect(await data.schema()).toEqual([
    { name: 'id', type: { kind: 'int64' } },
    { name: 'twice', type: { kind: 'float64' } },
  ]);
  expect(await data.explain()).toMatchInlineSnapshot(`
    "Stage 0: 1 task, rows to the driver
      estimated: 3 rows
      project: id, twice = (score * 2)
        values: 3 rows of id, score"
  `);
});

test('write.csv and write.parquet tell what they wrote', async () => {
  const csv = await people().write.csv(path('people.csv'), { delimiter: ';', nullValue: 'NA' });
  expect(await readFile(path('people.csv'), 'utf8')).toBe('id;name;score\n1;Ada;1.5\n2;Bob;NA\n3;Çelik;-2.0\n');
  expect(csv).toMatchObject({ rows: 3, rejectedCount: 0, files: [{ uri: `file://${path('people.csv')}`, rows: 3 }] });
  await people().write.parquet(path('people.parquet'));
  expect(await session().read.parquet(path('people.parquet')).toArray()).toEqual(rows);
});

test('a file that is there already is an error, unless it is to be overwritten', async () => {
  const target = path('twice.parquet');
  await people().write.parquet(target);
  const error = await errorOf(people().limit(1).write.parquet(target));
  expect(error.message.replaceAll(target, '<path>')).toBe(
    "Cannot write file://<path> (461 bytes): it exists already. Write under another name, or replace it with { mode: 'overwrite' }.",
  );
  expect(error).toMatchObject({ code: 'ALREADY_EXISTS' });
  expect(await session().read.parquet(target).count()).toBe(3);
  await people().limit(1).write.parquet(target, { mode: 'overwrite' });
  expect(await session().read.parquet(target).count()).toBe(1);
});

test('a signal ends an action, a timeout does too', async () => {
  const ended = await errorOf(people().collect({ signal: AbortSignal.abort() }));
  expect(ended).toBeInstanceOf(AbortError);
  expect(ended.message).toBe('The query was aborted by its signal.');
  const big = session().from(Array.from({ length: 2000 }, (_, n) => ({ n })));
  const slow = big.join(big, { how: 'cross', suffix: '2' }).join(big, { how: 'cross', suffix: '3' });
  expect((await errorOf(slow.agg({ total: sum(col('n').mul(col('n3'))) }).collect({ timeoutMs: 20 }))).message).toBe(
    'The query did not finish within its timeoutMs.',
  );
  expect((await errorOf(people().collect({ timeoutMs: -1 }))).message).toBe(
    'timeoutMs is a number of milliseconds above 0; it was given -1.',
  );
});

test('a closed session runs nothing', async () => {
  const shoal = await connect({ threads: 1 });
  const data = shoal.from([{ n: 1 }]);
  await shoal.close();
  await shoal.close();
  expect((await errorOf(data.count())).message).toBe('The session is closed; connect() again.');
});

test('progress events tell stages and tasks', async () => {
  await using shoal = await connect({ threads: 1 });
  const kinds: string[] = [];
  shoal.on('progress', (event) => kinds.push(event.kind));
  await shoal.from([{ n: 1 }]).count();
  expect(kinds[0]).toBe('stage-started');
  expect(kinds).toContain('task-finished');
  expect(messageOf(() => shoal.on('progres' as never, () => {}))).toBe('Unknown event "progres". Available: progress');
});

test('connect refuses settings that make no sense', async () => {
  const refused = async (options: object) => {
    const error = await errorOf(connect(options));
    expect(error).toBeInstanceOf(PlanError);
    return error.message;
  };
  expect(await refused({ threads: 0 })).toBe('connect({ threads }) is 0; threads is a whole number, 1 or more.');
  expect(await refused({ memoryLimit: 'lots' })).toBe(
    `connect({ memoryLimit }) is "lots"; a memory limit is a number of bytes or a text such as '4GB', 64MiB at least.`,
  );
  expect(await refused({ timeZone: 'Mars/Olympus' })).toBe(
    `connect({ timeZone }) is "Mars/Olympus"; a time zone is an IANA name such as 'UTC' or 'Europe/Berlin'.`,
  );
});
