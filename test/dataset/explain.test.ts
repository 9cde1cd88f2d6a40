import { rm } from 'node:fs/promises';
import { pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { col, count, type Dataset, sum } from '../../src/index.ts';
import { withoutFigures } from '../support/explain-text.ts';
import { errorOf, useSession } from '../support/use-session.ts';

const plain = useSession();
const spread = useSession({ planner: { forceExchange: true, splitBytes: 4_000, partitions: 3 } });

const hashed = useSession({
  planner: { forceExchange: true, splitBytes: 4_000, partitions: 3, broadcastBytes: 1_500 },
});

type Fixture = typeof plain;

/** 10 row groups of 2,048 rows in the order of `id`. */
async function numbers({ session, path }: Fixture, name: string): Promise<Dataset> {
  const rows = Array.from({ length: 20_480 }, (_, id) => ({ id, k: id % 7 }));
  await session().from(rows).write.parquet(path(name), { rowGroupRows: 2_048 });
  return session().read.parquet(path(name));
}

const readable = (text: string, { path }: Fixture) =>
  withoutFigures(text).replaceAll(pathToFileURL(path('')).href, 'file:///data');

test('one task on this machine: row groups that the engine will skip, and that it chose them', async () => {
  const data = await numbers(plain, 'one.parquet');
  const query = data.filter(col('id').between(4_000, 4_200)).select('k');
  const text = readable(await query.explain(), plain);
  expect(text).toMatchInlineSnapshot(`
    "Stage 0: 1 task, rows to the driver
      estimated: 2,048 rows; 4.51 KiB read in place
      project: k
        filter: (id between 4000 and 4200)
          scan parquet file:///data/one.parquet (26.2 KiB; 2 of 2 columns: id, k)
            2 of 10 row groups; the engine skips 8: id max 2047 < 4000, id min 6144 > 4200, and the like (6)"
  `);
  expect(readable(await query.explain({ run: true }), plain)).toMatchInlineSnapshot(`
    "Stage 0: 1 task, rows to the driver
      estimated: 2,048 rows; 4.51 KiB read in place
      measured: 201 rows; row groups chosen by the engine; 1 task; … ms, … ms in tasks
      project: k
        filter: (id between 4000 and 4200)
          scan parquet file:///data/one.parquet (26.2 KiB; 2 of 2 columns: id, k)
            2 of 10 row groups; the engine skips 8: id max 2047 < 4000, id min 6144 > 4200, and the like (6)"
  `);
});

test('row groups that hold every row: all of them are counted', async () => {
  const data = await numbers(plain, 'all.parquet');
  expect(readable(await data.select('k').explain(), plain)).toMatchInlineSnapshot(`
    "Stage 0: 1 task, rows to the driver
      estimated: 20,480 rows; 1.57 KiB read in place
      project: k
        scan parquet file:///data/all.parquet (26.2 KiB; 1 of 2 columns: k)
          10 row groups"
  `);
});

test('a result explains its run, also when its file is gone', async () => {
  const data = await numbers(plain, 'gone.parquet');
  const result = await data.filter(col('id').lt(5)).collect();
  await rm(plain.path('gone.parquet'));
  expect(readable(await result.explain(), plain)).toMatchInlineSnapshot(`
    "Stage 0: 1 task, rows to the driver
      measured: 5 rows; row groups chosen by the engine; 1 task; … ms, … ms in tasks
      filter: (id < 5)
        scan parquet file:///data/gone.parquet (26.2 KiB; 2 of 2 columns: id, k)
          the engine skips row groups by their statistics"
  `);
});

test('splits of a file in place, those with gaps between their row groups too', async () => {
  const data = await numbers(spread, 'gaps.parquet');
  const query = data
    .filter(col('id').lt(3_000).or(col('id').gte(17_000)))
    .groupBy('k')
    .agg({ n: count() });
  expect(readable(await query.explain({ run: true }), spread)).toMatchInlineSnapshot(`
    "Run: 5 tasks; … ms, … ms in tasks
    Stage 0: 3 tasks, rows to the next stage, by hash of k into 3 partitions
      estimated: 410 rows; 10.4 KiB read in place; 532 B within task results
      measured: 21 rows; 4 row groups read; … within task results; 3 tasks; … ms, … ms in tasks
      aggregate: by k: "partial 0.count" = count()
        filter: ((id < 3000) or (id >= 17000))
          scan parquet file:///data/gaps.parquet (26.2 KiB; 2 of 2 columns: id, k)
            3 splits of 2.26 KiB to 4.51 KiB; 4 of 10 row groups; skipped 6: id min 4096 > 3000 and id max 6143 < 17000, id min 6144 > 3000 and id max 8191 < 17000, and the like (4)
    Stage 1: about 1 task, rows to the next stage, all to one task
      estimated: 410 rows; 532 B within task results
      measured: 7 rows; … within task results; 1 task; … ms, … ms in tasks
      aggregate: by k: n = coalesce(cast(sum("partial 0.count") as int64), 0)
        read exchange 0: k, "partial 0.count"
    Stage 2: 1 task, rows to the driver
      estimated: 410 rows
      measured: 7 rows; 1 task; … ms, … ms in tasks
      read exchange 1: k, n"
  `);
});

test('a join whose small side every task reads whole', async () => {
  const data = await numbers(spread, 'join.parquet');
  const names = spread.session().read.csv(await spread.file('names.csv', 'k,name\n1,one\n2,two\n'));
  const query = data
    .join(names, { on: 'k' })
    .groupBy('name')
    .agg({ total: sum('id') });
  expect(readable(await query.explain({ run: true }), spread)).toMatchInlineSnapshot(`
    "Run: 9 tasks; … ms, … ms in tasks
    Stage 0: 1 task, rows to the next stage, all to every task
      estimated: 19 B read in place; 19 B within task results
      measured: 2 rows; … within task results; 1 task; … ms, … ms in tasks
      scan csv file:///data/names.csv (19 B; 2 of 2 columns: k, name)
    Stage 1: 6 tasks, rows to the next stage, by hash of name into 3 partitions
      estimated: 23.9 KiB read in place; 2.39 KiB within task results
      measured: 12 rows; 10 row groups read; … within task results; 6 tasks; … ms, … ms in tasks
      aggregate: by name: "partial 0.sum" = sum(id)
        inner join on k = k
          scan parquet file:///data/join.parquet (26.2 KiB; 2 of 2 columns: id, k)
            6 splits of 2.26 KiB to 4.51 KiB; 10 row groups
          read exchange 0: k, name
            every task reads all of it
    Stage 2: about 1 task, rows to the next stage, all to one task
      estimated: 2.39 KiB within task results
      measured: 2 rows; … within task results; 1 task; … ms, … ms in tasks
      aggregate: by name: total = sum("partial 0.sum")
        read exchange 1: name, "partial 0.sum"
    Stage 3: 1 task, rows to the driver
      measured: 2 rows; 1 task; … ms, … ms in tasks
      read exchange 2: name, total"
  `);
});

test('a side of a join that turns out small is read whole, and the stage that would have dealt the other is gone', async () => {
  const data = await numbers(hashed, 'dealt.parquet');
  const few = data.filter(col('id').mul(2).eq(8_000)).select('k', { other: col('id') });
  const query = data.join(few, { on: 'k' }).groupBy('k').agg({ n: count() });
  expect(readable(await query.explain(), hashed)).toMatchInlineSnapshot(`
    "Stage 0: 1 task, rows to the next stage, by hash of cast(k as int64) into 3 partitions
      estimated: 10,240 rows; 1.57 KiB read in place; 804 B within task results
      filter: isNotNull(k)
        scan parquet file:///data/dealt.parquet (26.2 KiB; 1 of 2 columns: k)
          10 row groups
    Stage 1: 6 tasks, rows to the next stage, by hash of cast(k as int64) into 3 partitions
      estimated: 5,120 rows; 23.9 KiB read in place; 5.98 KiB within task results
      filter: isNotNull(k)
        project: k
          filter: ((id * 2) = 8000)
            scan parquet file:///data/dealt.parquet (26.2 KiB; 2 of 2 columns: id, k)
              6 splits of 2.26 KiB to 4.51 KiB; 10 row groups
    Stage 2: about 1 task, rows to the next stage, by hash of k into 3 partitions
      estimated: 1,024 rows; 612 B within task results
      aggregate: by k: "partial 0.count" = count()
        inner join on k = k
          read exchange 0: k
          read exchange 1: k
    Stage 3: about 1 task, rows to the next stage, all to one task
      estimated: 1,024 rows; 612 B within task results
      aggregate: by k: n = coalesce(cast(sum("partial 0.count") as int64), 0)
        read exchange 2: k, "partial 0.count"
    Stage 4: 1 task, rows to the driver
      estimated: 1,024 rows
      read exchange 3: k, n"
  `);
  expect(readable(await query.explain({ run: true }), hashed)).toMatchInlineSnapshot(`
    "Note: Stage 1 was not needed: the stage that reads its rows does its work.
    Run: 9 tasks; … ms, … ms in tasks
    Stage 0: 1 task, rows to the next stage, by hash of cast(k as int64) into 3 partitions
      estimated: 10,240 rows; 1.57 KiB read in place; 804 B within task results
      measured: 20,480 rows; row groups chosen by the engine; … within task results; 1 task; … ms, … ms in tasks
      filter: isNotNull(k)
        scan parquet file:///data/dealt.parquet (26.2 KiB; 1 of 2 columns: k)
          10 row groups
    Stage 2: 6 tasks, rows to the next stage, by hash of k into 3 partitions
      estimated: 1,024 rows; 23.9 KiB read in place; 612 B within task results
      measured: 1 row; 10 row groups read; … within task results; 6 tasks; … ms, … ms in tasks
      aggregate: by k: "partial 0.count" = count()
        inner join on k = k
          read exchange 0: k
            every task reads all of it
          filter: isNotNull(k)
            project: k
              filter: ((id * 2) = 8000)
                scan parquet file:///data/dealt.parquet (26.2 KiB; 2 of 2 columns: id, k)
                  6 splits of 2.26 KiB to 4.51 KiB; 10 row groups
    Stage 3: about 1 task, rows to the next stage, all to one task
      estimated: 1,024 rows; 612 B within task results
      measured: 1 row; … within task results; 1 task; … ms, … ms in tasks
      aggregate: by k: n = coalesce(cast(sum("partial 0.count") as int64), 0)
        read exchange 2: k, "partial 0.count"
    Stage 4: 1 task, rows to the driver
      estimated: 1,024 rows
      measured: 1 row; 1 task; … ms, … ms in tasks
      read exchange 3: k, n"
  `);
});

test('rows of a plan are counted', async () => {
  const query = plain
    .session()
    .from([{ a: 1 }, { a: 2 }])
    .limit(1);
  expect(await query.explain()).toMatchInlineSnapshot(`
    "Stage 0: 1 task, rows to the driver
      estimated: 1 row
      limit: 1
        values: 2 rows of a"
  `);
});

test('the cost says where tasks would run', async () => {
  const data = await numbers(spread, 'cost.parquet');
  const text = await data.explain({ cost: true });
  expect(
    text
      .split('\n')
      .slice(0, 3)
      .map((line) => line.replaceAll(/[\d.]+ ms/g, '… ms')),
  ).toMatchInlineSnapshot(`
    [
      "Cost: many tasks, asked for by planner options",
      "  one task in this process: … ms, 23.9 KiB to read",
      "  6 splits in this process, 1 slot: … ms, about 23.9 KiB between 2 stages",
    ]
  `);
});

test('a batch cannot explain a run that goes on', async () => {
  const batches = plain
    .session()
    .from([{ a: 1 }])
    .batches();
  const { value: batch } = await batches.next();
  expect(await errorOf(batch.explain())).toMatchObject({
    code: 'INVALID_ARGUMENT',
    message:
      'A batch is a part of a run and cannot explain it; collect() gives a result that can, and explain({ run: true }) runs the query for it.',
  });
  await batches.return(undefined);
});
