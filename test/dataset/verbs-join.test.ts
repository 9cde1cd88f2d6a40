import { expect, test } from 'vitest';
import { col, type Dataset, sum } from '../../src/index.ts';
import { errorOf, messageOf, useSession } from '../support/use-session.ts';

const { session } = useSession();

const people = () =>
  session().from([
    { id: 1, name: 'Ada', team: 'x' },
    { id: 2, name: 'Bob', team: 'y' },
    { id: 3, name: 'Cy', team: null },
  ]);

const teams = () =>
  session().from([
    { team: 'x', name: 'Xenon' },
    { team: 'z', name: 'Zinc' },
    { team: null, name: 'None' },
  ]);

test('inner keeps pairs', async () => {
  expect(await people().join(teams(), { on: 'team' }).toArray()).toEqual([
    { id: 1, name: 'Ada', team: 'x', name_right: 'Xenon' },
  ]);
});

test('left keeps every row of the left side', async () => {
  expect(await people().join(teams(), { on: 'team', how: 'left' }).sort('id').toArray()).toEqual([
    { id: 1, name: 'Ada', team: 'x', name_right: 'Xenon' },
    { id: 2, name: 'Bob', team: 'y', name_right: null },
    { id: 3, name: 'Cy', team: null, name_right: null },
  ]);
});

test('right keeps every row of the right side; the shared key is its own', async () => {
  expect(await people().join(teams(), { on: 'team', how: 'right' }).sort('name_right').toArray()).toEqual([
    { id: null, name: null, team: null, name_right: 'None' },
    { id: 1, name: 'Ada', team: 'x', name_right: 'Xenon' },
    { id: null, name: null, team: 'z', name_right: 'Zinc' },
  ]);
});

test('full keeps every row of both sides', async () => {
  expect(await people().join(teams(), { on: 'team', how: 'full' }).sort('id', 'name_right').toArray()).toEqual([
    { id: 1, name: 'Ada', team: 'x', name_right: 'Xenon' },
    { id: 2, name: 'Bob', team: 'y', name_right: null },
    { id: 3, name: 'Cy', team: null, name_right: null },
    { id: null, name: null, team: null, name_right: 'None' },
    { id: null, name: null, team: 'z', name_right: 'Zinc' },
  ]);
});

test('semi and anti keep rows of the left side that have a partner, or none', async () => {
  const twice = teams().union(teams());
  expect(await people().join(twice, { on: 'team', how: 'semi' }).toArray()).toEqual([
    { id: 1, name: 'Ada', team: 'x' },
  ]);
  expect(await people().join(twice, { on: 'team', how: 'anti' }).sort('id').toArray()).toEqual([
    { id: 2, name: 'Bob', team: 'y' },
    { id: 3, name: 'Cy', team: null },
  ]);
});

test('cross pairs everything', async () => {
  const letters = session().from([{ l: 'a' }, { l: 'b' }]);
  const digits = session().from([{ d: 1 }, { d: 2 }]);
  expect(await letters.join(digits, { how: 'cross' }).sort('l', 'd').toArray()).toEqual([
    { l: 'a', d: 1 },
    { l: 'a', d: 2 },
    { l: 'b', d: 1 },
    { l: 'b', d: 2 },
  ]);
});

test('keys may be several, of other names, and computed', async () => {
  const right = session().from([
    { key: 2, tag: 'BOB', n: 7 },
    { key: 4, tag: 'ADA', n: 8 },
  ]);
  const options = { leftOn: [col('id').mul(2), col('name').str.upper()], rightOn: ['key', 'tag'] } as const;
  expect(
    await people()
      .join(right, { ...options, leftOn: ['id', col('name').str.upper()] })
      .toArray(),
  ).toEqual([{ id: 2, name: 'Bob', team: 'y', key: 2, tag: 'BOB', n: 7 }]);
  expect(await people().join(right, options).count()).toBe(0);
});

test('where is a further condition for partners, over the names of the result', async () => {
  const events = session().from([
    { id: 1, at: 5 },
    { id: 1, at: 15 },
    { id: 2, at: 30 },
  ]);
  const spans = session().from([
    { id: 1, at: 10, until: 20 },
    { id: 2, at: 0, until: 10 },
  ]);
  const within = col('at').between(col('at_right'), col('until'));
  expect(await events.join(spans, { on: 'id', where: within }).toArray()).toEqual([
    { id: 1, at: 15, at_right: 10, until: 20 },
  ]);
  expect(await events.join(spans, { on: 'id', how: 'left', where: within }).sort('at').toArray()).toEqual([
    { id: 1, at: 5, at_right: null, until: null },
    { id: 1, at: 15, at_right: 10, until: 20 },
    { id: 2, at: 30, at_right: null, until: null },
  ]);
  expect(await events.join(spans, { where: col('at').lt(col('at_right')) }).count()).toBe(1);
});

test('wrong keys are refused when the join is typed', () => {
  const [left, right] = [people() as unknown as Dataset, teams() as unknown as Dataset];
  expect(messageOf(() => left.join(right, {}))).toBe(
    "join() needs keys: { on: 'id' }, { leftOn: 'a', rightOn: 'b' }, a condition { where }, or { how: 'cross' }.",
  );
  expect(messageOf(() => left.join(right, { on: 'team', leftOn: 'id', rightOn: 'team' }))).toBe(
    'join() takes `on`, or `leftOn` with `rightOn`, not both.',
  );
  expect(messageOf(() => left.join(right, { leftOn: ['id', 'name'], rightOn: 'name' }))).toBe(
    'join() pairs the keys of `leftOn` (2) with those of `rightOn` (1); give as many of each.',
  );
  expect(messageOf(() => left.join(right, { on: 'team', how: 'cross' }))).toBe(
    "join() with how: 'cross' takes no keys and no condition; leave out `on`, `leftOn`, `rightOn` and `where`.",
  );
});

test('wrong names and types are refused before anything runs', async () => {
  const [left, right] = [people() as unknown as Dataset, teams() as unknown as Dataset];
  const messageFor = async (dataset: Dataset) => (await errorOf(dataset.toArray())).message;
  expect(await messageFor(left.join(right, { on: 'id' }))).toBe(
    'Unknown column "id" in the right side of join(). Available: team, name',
  );
  expect(await messageFor(left.join(right, { on: 'team', suffix: '' }))).toBe(
    `join() would give two columns the name "name"; choose another one: { suffix: '…' }, or rename or drop columns before.`,
  );
  expect(await messageFor(left.join(right, { leftOn: 'id', rightOn: 'name' }))).toBe(
    'Cannot compare col("id") (int64) with col("name") (string) in join(). Cast one side, for instance col("name").cast("int64").',
  );
  expect(await messageFor(left.join(right, { on: 'team', where: col('name_right') }))).toBe(
    `A condition must be boolean: in join(), col("name_right") is string. Make it one, for instance col("name_right").ne('').`,
  );
  expect(await messageFor(left.join(right, { on: 'team', where: sum('id').gt(1) }))).toBe(
    'join() computes a value from each row, and sum() needs many rows. Aggregate first, then join.',
  );
});

test('semi and anti joins above other joins keep and drop just what they would there', async () => {
  const orders = session().from([
    { id: 1, customer: 7, city: 'a' },
    { id: 2, customer: 7, city: null },
    { id: 3, customer: null, city: 'b' },
    { id: 4, customer: 9, city: 'b' },
    { id: 4, customer: 8, city: 'c' },
  ]);
  const items = session().from([
    { id: 1, product: 'p' },
    { id: 1, product: 'q' },
    { id: 4, product: null },
    { id: 4, product: 'p' },
    { id: 5, product: 'r' },
    { id: null, product: 'q' },
  ]);
  const keys = { id: [1, 1, 5, null], customer: [7, 8, 8, null], product: ['p', 'r', null] };
  const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(row)).sort();
  for (const how of ['inner', 'left', 'right', 'full', 'cross'] as const) {
    const pairs = (how === 'cross'
      ? orders.join(items, { how })
      : orders.join(items, { on: 'id', how })) as unknown as Dataset;
    const chain = pairs.filter(col('city').ne('c').or(col('city').isNull())).rename({ city: 'town' });
    const rows = await chain.toArray();
    for (const [name, wanted] of Object.entries(keys)) {
      const key = name as keyof typeof keys;
      const table = session().from(wanted.map((value) => ({ value })));
      const isWanted = (row: object) => {
        const value = (row as Record<string, number | string | null>)[key];
        return value !== null && (wanted as readonly unknown[]).includes(value);
      };
      const rowsOf = async (kind: 'semi' | 'anti') =>
        sorted(await chain.join(table, { leftOn: col(key), rightOn: col('value'), how: kind }).toArray());
      expect(await rowsOf('semi'), `${how} ${key}`).toEqual(sorted(rows.filter(isWanted)));
      expect(await rowsOf('anti'), `${how} ${key}`).toEqual(sorted(rows.filter((row) => !isWanted(row))));
    }
  }
});
