import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { avg, col, connect, count, first, lit, type Session, sql, sum } from '../../src/index.ts';

// What random plans found first, each in its smallest form.

let shoal: Session;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'shoal-traps-'));
  shoal = await connect({ threads: 4 });
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  await connection.run(
    `COPY (SELECT i AS pos, i % 10 AS k, hash(i) % 200000 AS scattered FROM range(1000000) r(i)) TO '${path()}' (FORMAT parquet)`,
  );
  connection.closeSync();
  instance.closeSync();
});

afterAll(async () => {
  await shoal.close();
  await rm(folder, { recursive: true, force: true });
});

function path(): string {
  return join(folder, 'numbers.parquet');
}

test('a join sees the rows that limit and offset leave, not more', async () => {
  const numbers = shoal.read.parquet<{ pos: number; k: number }>(path());
  const wanted = shoal.from([{ k: 5 }, { k: 7 }]);
  const joined = (rows: typeof numbers) => rows.join(wanted, { on: 'k' }).sort('pos').select('pos').toArray();
  expect(await joined(numbers.limit(6))).toEqual([{ pos: 5 }]);
  expect(await joined(numbers.offset(999_990))).toEqual([{ pos: 999_995 }, { pos: 999_997 }]);
  expect(await joined(numbers.limit(30).offset(24))).toEqual([{ pos: 25 }, { pos: 27 }]);
  expect(await joined(numbers.sort(col('pos').desc()).limit(4))).toEqual([{ pos: 999_997 }]);
  expect(await joined(numbers.limit(8).union(numbers.limit(3)))).toEqual([{ pos: 5 }, { pos: 7 }]);
});

test('distinct by names keeps the first row in source order, with any number of threads', async () => {
  const numbers = shoal.read.parquet<{ pos: number; k: number; scattered: number }>(path());
  const firsts = numbers.distinct('scattered').agg({ rows: count(), mean: avg('pos') });
  const least = numbers
    .groupBy('scattered')
    .agg({ pos: first('pos', { orderBy: 'pos' }) })
    .agg({ rows: count(), mean: avg('pos') });
  expect(await firsts.toArray()).toEqual(await least.toArray());
  const last = numbers.sort(col('pos').desc()).distinct('k').sort('k').select('pos').limit(2);
  expect(await last.toArray()).toEqual([{ pos: 999_990 }, { pos: 999_991 }]);
});

test('a number to sort by is a constant, not the place of a column', async () => {
  const rows = shoal.from([{ a: 2 }, { a: 1 }]);
  expect(await rows.sort(lit(1), { stable: true }).toArray()).toEqual([{ a: 2 }, { a: 1 }]);
  expect(await rows.sort(lit(7), 'a').toArray()).toEqual([{ a: 1 }, { a: 2 }]);
});

test('a fraction fills decimals exactly, and leaves columns alone that cannot hold it', async () => {
  const schema = { big: 'decimal(38, 10)', small: 'decimal(4, 4)', byte: 'int8' };
  const rows = shoal.from(
    [
      { big: '9999999999999999999999999999.9999999999', small: null, byte: null },
      { big: null, small: null, byte: null },
    ],
    { schema },
  );
  const strings = { results: { decimal: 'string' } } as const;
  expect(await rows.fillNull(1.5).toArray(strings)).toEqual([
    { big: '9999999999999999999999999999.9999999999', small: null, byte: null },
    { big: '1.5000000000', small: null, byte: null },
  ]);
  expect(await rows.select('small', 'byte').fillNull(300).limit(1).toArray()).toEqual([{ small: null, byte: null }]);
});

test('a filter by eqNullSafe of lists keeps the order of the rows', async () => {
  const rows = Array.from({ length: 30 }, (_, pos) => ({ pos, list: pos % 3 === 0 ? null : [pos] }));
  const kept = shoal
    .from(rows, { schema: { list: 'list<int64>' } })
    .filter(col('list').eqNullSafe(col('list').list.sort()));
  expect(await kept.select('pos').toArray()).toEqual(rows.map(({ pos }) => ({ pos })));
});

test('null casts to lists and structs; first over a window takes a condition', async () => {
  const rows = shoal.from([{ a: 1 }, { a: 2 }]);
  const empty = rows.select(lit(null).cast('list<int64>').as('l'), lit(null).cast('struct<x: int32>').as('s')).limit(1);
  expect(await empty.toArray()).toEqual([{ l: null, s: null }]);
  const second = first('a', { orderBy: 'a' }).where(col('a').gt(1)).over();
  expect(await rows.withColumns({ second }).toArray()).toEqual([
    { a: 1, second: 2 },
    { a: 2, second: 2 },
  ]);
});

test('a union of which no column is wanted keeps its rows', async () => {
  const rows = shoal.from([{ a: 1, l: [1, 2] }]);
  const exploded = rows.explode('l');
  expect(await exploded.union(exploded.select('l', 'a').limit(1)).count()).toBe(3);
});

test('a join by a constant binds', async () => {
  const rows = shoal.from([{ a: 1, b: 2 }]);
  const grouped = rows.groupBy(lit(0.5).as('a')).agg({ n: count() });
  const joined = rows
    .limit(3)
    .distinct('a')
    .join(grouped, { leftOn: 'a', rightOn: lit(1) })
    .filter(col('a_right').eq(col('a_right')));
  expect(await joined.toArray()).toEqual([{ a: 1, b: 2, a_right: 0.5, n: 1 }]);
});

test('a fragment stays above names that differ in case only', async () => {
  const rows = shoal.from(
    [
      { A: null, a: 1 },
      { A: 2, a: null },
    ],
    { schema: { A: 'int32', a: 'int32' } },
  );
  const kept = rows.distinct().select('a').filter(sql('"a" IS NOT NULL'));
  expect(await kept.toArray()).toEqual([{ a: 1 }]);
});

test('a fragment is a key of a join whose sides have the same names', async () => {
  const rows = shoal.from([
    { a: 1, b: 2 },
    { a: 2, b: 3 },
  ]);
  const next = rows.join(rows, { leftOn: sql<number>('a + 1'), rightOn: 'a' });
  expect(await next.toArray()).toEqual([{ a: 1, b: 2, a_right: 2, b_right: 3 }]);
  expect(await rows.join(rows, { leftOn: 'a', rightOn: sql<number>('b'), how: 'anti' }).toArray()).toEqual([
    { a: 1, b: 2 },
  ]);
});

test('a persisted table keeps types that Parquet has not', async () => {
  const rows = shoal
    .from([{ a: 1 }, { a: 2 }])
    .agg({ total: sum('a') })
    .persist();
  expect(await rows.schema()).toEqual([{ name: 'total', type: { kind: 'int128' } }]);
  expect(await rows.toArray()).toEqual([{ total: 3 }]);
});
