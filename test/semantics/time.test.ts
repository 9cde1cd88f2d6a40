import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import { col, collectList, connect, max } from '../../src/index.ts';
import { useSession } from '../support/use-session.ts';

const { session } = useSession();

test('time: the engine runs in UTC, whatever the zone of the process', async () => {
  const script = `
    const { connect, col } = await import(${JSON.stringify(new URL('../../src/index.ts', import.meta.url).href)});
    const shoal = await connect({ threads: 1 });
    const rows = shoal.from([{ at: '2024-07-01T12:30:00Z' }], { schema: { at: 'timestamptz' } });
    console.log(JSON.stringify(await rows.select({ hour: col('at').dt.hour(), text: col('at').cast('string') }).first()));
    await shoal.close();`;
  const { stdout } = await promisify(execFile)(
    process.execPath,
    ['--import', 'tsx', '--input-type=module', '-e', script],
    {
      env: { ...process.env, TZ: 'Asia/Tokyo' },
    },
  );
  expect(JSON.parse(stdout)).toEqual({ hour: 12, text: '2024-07-01 12:30:00+00' });
});

test('time: zone-less timestamps are taken as they are', async () => {
  const data = session()
    .from([{ at: '2024-07-01 12:30:00' }])
    .select({ at: col('at').cast('timestamp') });
  expect(await data.select('at', { hour: col('at').dt.hour() }).first()).toEqual({
    at: new Date('2024-07-01T12:30:00Z'),
    hour: 12,
  });
});

test('time: timeZone of the session shifts the date parts of zoned timestamps, and of no others', async () => {
  await using shoal = await connect({ threads: 1, timeZone: 'America/New_York' });
  const instants = ['2024-11-03T05:30:00Z', '2024-11-03T06:30:00Z', '2024-12-31T23:30:00Z'];
  const data = shoal
    .from(
      instants.map((at) => ({ at })),
      { schema: { at: 'timestamptz' } },
    )
    .withColumns({ plain: col('at').cast('timestamp') });
  const rows = await data
    .select({
      hour: col('at').dt.hour(),
      plain: col('plain').dt.hour(),
      date: col('at').dt.date(),
      text: col('at').dt.format('%d %H:%M'),
    })
    .toArray();
  expect(rows).toEqual([
    { hour: 1, plain: 5, date: new Date('2024-11-03'), text: '03 01:30' },
    // The clock shows this hour a second time.
    { hour: 1, plain: 6, date: new Date('2024-11-03'), text: '03 01:30' },
    { hour: 18, plain: 23, date: new Date('2024-12-31'), text: '31 18:30' },
  ]);
});

test('time: timeZone shifts truncation, calendar arithmetic and differences in days', async () => {
  await using shoal = await connect({ threads: 1, timeZone: 'America/New_York' });
  const data = shoal.from([{ at: '2024-11-03T05:30:00Z' }], { schema: { at: 'timestamptz' } });
  expect(
    await data
      .select({
        day: col('at').dt.truncate('day'),
        hour: col('at').dt.truncate('hour'),
        // From 1:30 in summer time to 1:30 in winter time: 25 hours.
        tomorrow: col('at').dt.add(1, 'day'),
        later: col('at').dt.add(24, 'hour'),
        days: col('at').dt.diff(new Date('2024-11-05T04:59:59Z'), 'day'),
        epoch: col('at').dt.epochMs(),
      })
      .first(),
  ).toEqual({
    day: new Date('2024-11-03T04:00:00Z'),
    hour: new Date('2024-11-03T05:00:00Z'),
    tomorrow: new Date('2024-11-04T06:30:00Z'),
    later: new Date('2024-11-04T05:30:00Z'),
    days: 1,
    epoch: Date.parse('2024-11-03T05:30:00Z'),
  });
});

test('time: timeZone reaches every expression: conditions, keys, sorts, joins, aggregates, lists', async () => {
  await using shoal = await connect({ threads: 1, timeZone: 'Asia/Kolkata' });
  const data = shoal.from(
    [
      { at: '2024-01-01T18:00:00Z', v: 1 },
      { at: '2024-01-01T19:00:00Z', v: 2 },
    ],
    { schema: { at: 'timestamptz' } },
  );
  const day = col('at').dt.day();
  expect(await data.filter(day.eq(2)).select('v').toArray()).toEqual([{ v: 2 }]);
  expect(await data.groupBy({ day }).count().sort('day').toArray()).toEqual([
    { day: 1, count: 1 },
    { day: 2, count: 1 },
  ]);
  expect(await data.sort(col('at').dt.hour()).select('v').toArray()).toEqual([{ v: 2 }, { v: 1 }]);
  expect(await data.agg({ last: max(day) }).first()).toEqual({ last: 2 });
  const days = shoal.from([{ d: 2, name: 'second' }]);
  expect(await data.join(days, { leftOn: day, rightOn: 'd' }).select('v', 'name').toArray()).toEqual([
    { v: 2, name: 'second' },
  ]);
  expect(
    await data
      .agg({ all: collectList('at', { orderBy: 'v' }) })
      .select({ hours: col('all').list.map((at) => at.dt.hour()) })
      .first(),
  ).toEqual({ hours: [23, 0] });
});

test('time: DATE becomes a Date at UTC midnight, and a Date at UTC midnight is one', async () => {
  const data = session().from([{ d: '2024-02-29' }, { d: '1969-12-31' }], { schema: { d: 'date' } });
  expect(await data.toArray()).toEqual([
    { d: new Date('2024-02-29T00:00:00Z') },
    { d: new Date('1969-12-31T00:00:00Z') },
  ]);
  expect(await data.filter(col('d').eq(new Date('2024-02-29'))).count()).toBe(1);
  expect(await data.filter(col('d').lt(new Date('2024-02-29T12:00:00Z'))).count()).toBe(2);
  const given = session().from([{ d: new Date('2024-02-29') }], { schema: { d: 'date' } });
  expect(await given.schema()).toEqual([{ name: 'd', type: { kind: 'date' } }]);
  expect(await given.toArray()).toEqual([{ d: new Date('2024-02-29') }]);
});
