import { expect, test } from 'vitest';
import {
  avg,
  col,
  count,
  cumeDist,
  type Dataset,
  denseRank,
  type Expression,
  firstValue,
  lag,
  lastValue,
  lead,
  max,
  nthValue,
  ntile,
  percentRank,
  rank,
  rowNumber,
  sum,
} from '../../src/index.ts';
import { errorOf, messageOf, useSession } from '../support/use-session.ts';

const { session } = useSession();

const scores = () =>
  session().from([
    { team: 'a', day: 1, score: 10 },
    { team: 'a', day: 2, score: 20 },
    { team: 'a', day: 3, score: 20 },
    { team: 'a', day: 5, score: null },
    { team: 'b', day: 1, score: 7 },
  ]);

/** A window expression's values, by team and day. */
async function valuesOf(expression: unknown): Promise<unknown[]> {
  const data = scores() as unknown as Dataset;
  const rows = await data
    .withColumns({ value: expression as Expression })
    .sort('team', 'day')
    .toArray();
  return rows.map((row) => row.value);
}

const byTeam = { partitionBy: 'team', orderBy: 'score' } as const;
const byDay = { partitionBy: 'team', orderBy: 'day' } as const;

test('ranking functions: ties share a rank, rows are numbered in a total order', async () => {
  expect(await valuesOf(rank().over(byTeam))).toEqual([1, 2, 2, 4, 1]);
  expect(await valuesOf(denseRank().over(byTeam))).toEqual([1, 2, 2, 3, 1]);
  expect(await valuesOf(rowNumber().over(byTeam))).toEqual([1, 2, 3, 4, 1]);
  expect(await valuesOf(rowNumber().over({ orderBy: col('score').desc() }))).toEqual([3, 1, 2, 5, 4]);
  expect(await valuesOf(percentRank().over(byTeam))).toEqual([0, 1 / 3, 1 / 3, 1, 0]);
  expect(await valuesOf(cumeDist().over(byTeam))).toEqual([0.25, 0.75, 0.75, 1, 1]);
  expect(await valuesOf(ntile(2).over(byDay))).toEqual([1, 1, 2, 2, 1]);
});

test('neighbours: lag, lead and values of the frame', async () => {
  expect(await valuesOf(lag('score').over(byDay))).toEqual([null, 10, 20, 20, null]);
  expect(await valuesOf(lag('score', 2, 0).over(byDay))).toEqual([0, 0, 10, 20, 0]);
  expect(await valuesOf(lead(col('day').mul(10)).over(byDay))).toEqual([20, 30, 50, null, null]);
  expect(await valuesOf(firstValue('day').over(byDay))).toEqual([1, 1, 1, 1, 1]);
  expect(await valuesOf(lastValue('day').over({ ...byDay, rows: [null, null] }))).toEqual([5, 5, 5, 5, 1]);
  expect(await valuesOf(nthValue('day', 2).over({ ...byDay, rows: [null, null] }))).toEqual([2, 2, 2, 2, null]);
});

test('aggregates over a window: all rows, a partition, up to the current row', async () => {
  expect(await valuesOf(sum('score').over())).toEqual([57, 57, 57, 57, 57]);
  expect(await valuesOf(count().over({ partitionBy: 'team' }))).toEqual([4, 4, 4, 4, 1]);
  expect(await valuesOf(sum('score').over(byDay))).toEqual([10, 30, 50, 50, 7]);
  // Without a frame of rows, ties of the order count together.
  expect(await valuesOf(count().over(byTeam))).toEqual([1, 3, 3, 4, 1]);
  expect(await valuesOf(max('score').where(col('day').lt(2)).over({ partitionBy: 'team' }))).toEqual([
    10, 10, 10, 10, 7,
  ]);
});

test('frames: rows and ranges around the current one', async () => {
  expect(await valuesOf(sum('day').over({ ...byDay, rows: [-1, 0] }))).toEqual([1, 3, 5, 8, 1]);
  expect(await valuesOf(sum('day').over({ ...byDay, rows: [0, null] }))).toEqual([11, 10, 8, 5, 1]);
  expect(await valuesOf(avg('day').over({ ...byDay, range: [-1, 1] }))).toEqual([1.5, 2, 2.5, 5, 1]);
  expect(await valuesOf(count().over({ ...byDay, range: [null, -1] }))).toEqual([0, 1, 2, 3, 0]);
});

test('several keys and computed ones', async () => {
  const even = col('day').mod(2).eq(0);
  expect(await valuesOf(count().over({ partitionBy: ['team', even] }))).toEqual([3, 1, 3, 3, 1]);
  expect(await valuesOf(rank().over({ orderBy: ['team', col('day').desc()] }))).toEqual([4, 3, 2, 1, 5]);
  expect(await valuesOf(rank().over({ orderBy: col('score').nullsFirst() }))).toEqual([3, 4, 4, 1, 2]);
});

test('window expressions compute, nest in others, and filter', async () => {
  const share = col('score').div(sum('score').over({ partitionBy: 'team' }));
  expect(await valuesOf(share)).toEqual([0.2, 0.4, 0.4, null, 1]);
  const best = await scores()
    .filter(
      rowNumber()
        .over({ partitionBy: 'team', orderBy: col('score').desc() })
        .eq(1),
    )
    .sort('team')
    .toArray();
  expect(best).toEqual([
    { team: 'a', day: 2, score: 20 },
    { team: 'b', day: 1, score: 7 },
  ]);
});

test('a frame is checked when it is typed', () => {
  expect(messageOf(() => sum('day').over({ rows: [-1, 0] }))).toBe(
    'A window frame needs an order: pass `orderBy` beside it.',
  );
  expect(messageOf(() => sum('day').over({ orderBy: 'day', rows: [0, 1], range: [0, 1] }))).toBe(
    'A window frame is given by `rows` or by `range`, not by both.',
  );
  expect(messageOf(() => sum('day').over({ orderBy: 'day', rows: [1, 0] }))).toBe(
    'A window frame starts before it ends; rows: [1, 0] does not.',
  );
  expect(messageOf(() => col('day').add(rank() as never))).toBe(
    'A window function needs its window: call .over({ … }) on it.',
  );
});

test('windows stand in select, withColumns and filter only', async () => {
  const message = (verb: string) =>
    `${verb}() takes no window expression; compute it first: .withColumns({ w: ….over(…) }).${verb}('w').`;
  const ranked = rank().over({ orderBy: 'day' });
  expect((await errorOf(scores().sort(ranked).toArray())).message).toBe(message('sort'));
  expect((await errorOf(scores().groupBy({ ranked }).count().toArray())).message).toBe(message('groupBy'));
  expect((await errorOf(scores().join(scores(), { leftOn: ranked, rightOn: 'day' }).toArray())).message).toBe(
    message('join'),
  );
});
