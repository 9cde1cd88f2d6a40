import { expect, test } from 'vitest';
import { col, count, type Dataset, fn, lit, sql, sum } from '../../src/index.ts';
import { errorOf, messageOf, useSession } from '../support/use-session.ts';

const { session } = useSession();

const people = () =>
  session().from([
    { id: 1, name: 'Ada', age: 36 },
    { id: 2, name: 'Bob', age: null },
    { id: 3, name: 'Cy', age: 12 },
  ]);

/** Without a row type TypeScript knows no columns, so that mistakes reach the planner. */
const untyped = (): Dataset => people() as unknown as Dataset;

test('select takes names, expressions with a name and objects, in their order', async () => {
  const chosen = people().select('name', col('id').as('key'), { older: col('age').add(1) }, col('age'));
  expect(await chosen.toArray()).toEqual([
    { name: 'Ada', key: 1, older: 37, age: 36 },
    { name: 'Bob', key: 2, older: null, age: null },
    { name: 'Cy', key: 3, older: 13, age: 12 },
  ]);
  expect((await chosen.schema()).map((field) => field.name)).toEqual(['name', 'key', 'older', 'age']);
});

test('select refuses what it cannot name, names twice, or finds no column in', async () => {
  expect(messageOf(() => untyped().select(col('age').add(1)))).toBe(
    "select() needs a name for a computed column: select({ name: expression }) or expression.as('name').",
  );
  expect(messageOf(() => untyped().select('id', { id: lit(1) }))).toBe(
    `select() fills the column "id" twice; give one of them another name with .as('…').`,
  );
  expect(messageOf(() => untyped().select({ one: 1 as never }))).toBe(
    `select() was given 1 for "one"; wrap constants in lit(…) and name columns with col('…').`,
  );
  expect(messageOf(() => untyped().select(1 as never))).toBe(
    'select() takes column names, expressions, or an object of expressions by name; it was given 1.',
  );
  expect((await errorOf(untyped().select().toArray())).message).toBe(
    'select() leaves no column; a table has at least one.',
  );
});

test('an unknown column is an error that proposes the nearest name', async () => {
  const error = await errorOf(untyped().select('nmae').toArray());
  expect(error.message).toBe('Unknown column "nmae" in select(). Did you mean "name"? Available: id, name, age');
  expect(error).toMatchObject({ name: 'UnknownColumnError', code: 'UNKNOWN_COLUMN', details: { proposal: 'name' } });
  expect((await errorOf(untyped().select('city').toArray())).message).toBe(
    'Unknown column "city" in select(). Available: id, name, age',
  );
});

test('every verb that names columns says so itself', async () => {
  const messages = [
    untyped().drop('x'),
    untyped().rename({ x: 'y' }),
    untyped().withColumns({ y: col('x') }),
    untyped().filter(col('x').gt(1)),
    untyped().distinct('x'),
    untyped().sort('x'),
    untyped().groupBy('x').count(),
    untyped().agg({ y: sum('x') }),
    untyped().explode('x'),
    untyped().unpivot(['x']),
    untyped().dropNulls('x'),
    untyped().fillNull(0, 'x'),
    untyped().join(untyped(), { on: 'x' }),
    untyped().join(untyped(), { leftOn: 'id', rightOn: 'x' }),
    untyped().join(untyped(), { on: 'id', where: col('x').gt(1) }),
  ].map(async (dataset) => (await errorOf(dataset.toArray())).message);
  const columns = 'Available: id, name, age';
  expect(await Promise.all(messages)).toEqual([
    `Unknown column "x" in drop(). ${columns}`,
    `Unknown column "x" in rename(). ${columns}`,
    `Unknown column "x" in withColumns(). ${columns}`,
    `Unknown column "x" in filter(). ${columns}`,
    `Unknown column "x" in distinct(). ${columns}`,
    `Unknown column "x" in sort(). ${columns}`,
    `Unknown column "x" in groupBy(). ${columns}`,
    `Unknown column "x" in agg(). ${columns}`,
    `Unknown column "x" in explode(). ${columns}`,
    `Unknown column "x" in unpivot(). ${columns}`,
    `Unknown column "x" in dropNulls(). ${columns}`,
    `Unknown column "x" in fillNull(). ${columns}`,
    `Unknown column "x" in the left side of join(). ${columns}`,
    `Unknown column "x" in the right side of join(). ${columns}`,
    `Unknown column "x" in the \`where\` of join(). ${columns}, name_right, age_right`,
  ]);
});

test('an aggregate stands in agg() or has a window', async () => {
  expect(
    (
      await errorOf(
        people()
          .select({ all: sum('age') })
          .toArray(),
      )
    ).message,
  ).toBe(
    'select() computes a value from each row, and sum() needs many rows. Use .agg(…) or .groupBy(…).agg(…) for one row a group, or .over({ … }) for a value in every row.',
  );
  expect((await errorOf(people().filter(count().gt(1)).toArray())).message).toBe(
    'filter() computes a value from each row, and count() needs many rows. Aggregate first, then filter the result: .groupBy(…).agg(…).filter(…).',
  );
  expect((await errorOf(people().sort(sum('age')).toArray())).message).toBe(
    'sort() computes a value from each row, and sum() needs many rows. Aggregate first, then sort by the result.',
  );
  expect(
    await people()
      .select('id', { all: sum('age').over() })
      .first(),
  ).toEqual({ id: 1, all: 48 });
});

test('drop, rename and withColumns keep the order of the columns', async () => {
  expect(await people().drop('age').first()).toEqual({ id: 1, name: 'Ada' });
  expect(Object.entries((await people().rename({ id: 'key', age: 'years' }).first()) ?? {})).toEqual([
    ['key', 1],
    ['name', 'Ada'],
    ['years', 36],
  ]);
  const more = people().withColumns({ age: col('age').fillNull(0), next: col('age').add(1), id: col('id').neg() });
  expect(Object.entries((await more.first()) ?? {})).toEqual([
    ['id', -1],
    ['name', 'Ada'],
    ['age', 36],
    ['next', 37],
  ]);
});

test('rename swaps names, and refuses two of one name', async () => {
  expect(await people().rename({ id: 'age', age: 'id' }).first()).toEqual({ age: 1, name: 'Ada', id: 36 });
  expect((await errorOf(people().rename({ id: 'name' }).toArray())).message).toBe(
    'rename() would give two columns the name "name".',
  );
  expect((await errorOf(people().drop('id', 'name', 'age').toArray())).message).toBe(
    'drop() leaves no column; a table has at least one.',
  );
});

test('filter keeps rows by conditions, window expressions among them', async () => {
  expect(
    await people()
      .filter(col('age').gt(12).or(col('name').eq('Bob')))
      .select('id')
      .toArray(),
  ).toEqual([{ id: 1 }, { id: 2 }]);
  expect(
    await people()
      .filter(col('age').eq(sum('age').over().sub(12)))
      .toArray(),
  ).toEqual([{ id: 1, name: 'Ada', age: 36 }]);
});

test('filter refuses what is no condition', async () => {
  expect((await errorOf(untyped().filter(col('age')).toArray())).message).toBe(
    'A condition must be boolean: in filter(), col("age") is int64. Make it one, for instance col("age").ne(0).',
  );
  expect(messageOf(() => people().filter((row) => row.id > 1))).toBe(
    "filter() takes an expression in this version, such as filter(col('total').gt(100)); functions of the row are not supported yet.",
  );
});

test('operands of different types are refused, with the cast that mends it', async () => {
  expect((await errorOf(untyped().filter(col('id').eq('1')).toArray())).message).toBe(
    'Cannot compare col("id") (int64) with lit("1") (string) in filter(). Cast one side, for instance lit("1").cast("int64").',
  );
  expect(
    (
      await errorOf(
        untyped()
          .select({ x: col('name').add(1) })
          .toArray(),
      )
    ).message,
  ).toBe(
    'add() does not take (string, int32): col("name").add(lit(1)) in column "x". Cast an operand first: .cast(type).',
  );
  expect(
    (
      await errorOf(
        untyped()
          .select({ x: col('id').str.length() })
          .toArray(),
      )
    ).message,
  ).toBe(
    `str.length() does not take (int64): col("id").str.length() in column "x". Cast it to text first: .cast('string').`,
  );
  expect(
    (
      await errorOf(
        untyped()
          .select({ x: col('name').dt.year() })
          .toArray(),
      )
    ).message,
  ).toBe(
    `dt.year() does not take (string): col("name").dt.year() in column "x". Make it a date or timestamp first: .cast('date'), .cast('timestamp') or .str.toTimestamp(format).`,
  );
  expect(
    (
      await errorOf(
        untyped()
          .select({ x: col('id').cast('date') })
          .toArray(),
      )
    ).message,
  ).toBe('col("id") in column "x" is int64, which does not convert to date.');
});

test('names of types and functions are checked when they are typed', () => {
  expect(messageOf(() => col('id').cast('integr'))).toBe(
    'Unknown type "integr" (reading stopped at character 6). Types are boolean, int8…int128, uint8…uint128, float32, float64, decimal(p, s), string, binary, date, time, timestamp, timestamp(s|ms|ns), timestamptz, interval, uuid, enum(\'a\', …), list<T>, T[n], struct<a: T, …>, map<K, V>.',
  );
  expect(messageOf(() => fn('lenght' as never, col('name')))).toMatch(
    /^Unknown function "lenght"\. Available: add, sub, mul, /,
  );
  expect(messageOf(() => fn('pow', col('id')))).toBe('pow takes 2 operands, not 1.');
  expect(messageOf(() => col(''))).toBe(`col() takes a column's name, not "".`);
  expect(messageOf(() => lit({} as never))).toBe(
    'A value of type object cannot stand in an expression; use null, boolean, number, bigint, string, Date or Uint8Array.',
  );
});

test('sql() takes one row-wise expression over the columns', async () => {
  expect(
    await people()
      .select({ x: sql<number>('id * 10 + length(name)') })
      .toArray(),
  ).toEqual([{ x: 13 }, { x: 23 }, { x: 32 }]);
  const refused = ['(SELECT 1)', 'random()', 'id; DROP TABLE x', 'nmae', "read_text('/etc/passwd')"];
  const messages = refused.map(
    async (text) =>
      (
        await errorOf(
          people()
            .select({ x: sql(text) })
            .toArray(),
        )
      ).message,
  );
  expect(await Promise.all(messages)).toEqual([
    'sql("(SELECT 1)") is refused: it has a subquery; use join() instead.',
    'sql("random()") is refused: random() depends on more than its arguments (time, chance, settings, files); compute the value before and put it in with lit(…).',
    'sql("id; DROP TABLE x") is refused: it does not parse: syntax error at or near ";".',
    'Unknown column "nmae" in select(). Did you mean "name"? Available: id, name, age',
    `Unknown function read_text() in sql("read_text('/etc/passwd')"). Scalar functions of DuckDB may be used.`,
  ]);
});
