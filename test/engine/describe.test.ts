import { expect, test } from 'vitest';
import { describeSchema } from '../../src/engine/describe.ts';
import type { Expr } from '../../src/plan/expr.ts';
import type { JoinRel, RelNode } from '../../src/plan/relation.ts';
import {
  agg,
  asc,
  branch,
  call,
  cast,
  col,
  lambda,
  lit,
  named,
  scan,
  schema,
  sql,
  useConnection,
  values,
} from './sql/plan-builders.ts';

const connection = useConnection();

const columns = schema({
  id: 'int64',
  name: 'string',
  born: 'date',
  seen: 'timestamp',
  price: 'decimal(15, 2)',
  active: 'boolean',
  status: `enum('a', 'b')`,
  key: 'uuid',
  tags: 'list<string>',
  sizes: 'list<int64>',
  at: 'struct<x: float64, y: float64>',
});

/** The files do not exist: describing never looks. */
const people = scan({ kind: 'parquet' }, ['/nowhere/people.parquet'], columns);

const select = (expr: Expr, input: RelNode = people): RelNode => ({
  kind: 'project',
  input,
  columns: [{ name: 'x', expr }],
});
const filter = (predicate: Expr): RelNode => ({ kind: 'filter', input: people, predicate });
const aggregate = (expr: Expr): RelNode => ({
  kind: 'aggregate',
  input: people,
  keys: [],
  aggregates: [{ name: 'x', expr }],
});
const available = 'Available: id, name, born, seen, price, active, status, key, tags, sizes, at';

async function typeOf(expr: Expr): Promise<unknown> {
  const [field] = await describeSchema(connection(), select(expr));
  return field?.type;
}

test('a scan has its own types, in the order of its columns', async () => {
  expect(await describeSchema(connection(), people)).toEqual(columns);
  expect(await describeSchema(connection(), { ...people, columns: ['at', 'id'] })).toEqual([columns[10], columns[0]]);
});

test('types of expressions are the engine’s', async () => {
  expect(await typeOf(call('add', col('id'), 1))).toEqual({ kind: 'int64' });
  expect(await typeOf(call('mul', col('price'), 0.5))).toEqual({ kind: 'float64' });
  expect(await typeOf(call('eq', col('price'), 0.5))).toEqual({ kind: 'boolean' });
  expect(await typeOf(call('list.map', col('sizes'), lambda('x', call('div', col('x'), 2))))).toEqual({
    kind: 'list',
    item: { kind: 'float64' },
  });
  expect(await typeOf(sql(`coalesce(name, 'none')`))).toEqual({ kind: 'string' });
  expect(await describeSchema(connection(), aggregate(agg('sum', [col('id')])))).toEqual([
    { name: 'x', type: { kind: 'int128' } },
  ]);
});

test('what goes together in the engine is let through', async () => {
  const fine: Expr[] = [
    call('eq', col('id'), 1.5),
    call('lt', col('born'), col('seen')),
    call('eq', col('status'), 'a'),
    call('isIn', col('status'), 'a', 'z'),
    call('isIn', col('id'), 1, lit(null)),
    call('eqNullSafe', col('name'), lit(null)),
    call('between', col('price'), 1, col('id')),
    call('nullIf', col('id'), 0),
    call('and', col('active'), lit(null), sql('id > 1')),
    call('dt.date', col('seen')),
    call('dt.epochMs', col('born')),
    call('list.filter', col('sizes'), lambda('x', call('gt', col('x'), 1))),
    cast(col('born'), 'timestamp'),
    cast(col('id'), 'date', true),
  ];
  for (const expr of fine) expect(await describeSchema(connection(), select(expr))).toHaveLength(1);
});

const people2: RelNode = values({ id: 'int64', ID: 'int64' }, []);

const mistakes: [string, RelNode, string, string][] = [
  [
    'UnknownColumnError',
    select(col('nam')),
    'UNKNOWN_COLUMN',
    `Unknown column "nam" in column "x". Did you mean "name"? ${available}`,
  ],
  [
    'UnknownColumnError',
    filter(call('eq', col('ID'), 1)),
    'UNKNOWN_COLUMN',
    `Unknown column "ID" in filter(). Did you mean "id"? ${available}`,
  ],
  [
    'UnknownColumnError',
    filter(sql('nam = 1')),
    'UNKNOWN_COLUMN',
    `Unknown column "nam" in sql("nam = 1"). Did you mean "name"? ${available}`,
  ],
  [
    'UnknownColumnError',
    select(sql('current_date')),
    'UNKNOWN_COLUMN',
    `Unknown column "current_date" in sql("current_date"). ${available}`,
  ],
  [
    'UnknownColumnError',
    select(call('struct.field', col('at'), 'z')),
    'UNKNOWN_COLUMN',
    'Unknown column "z" in the struct col("at"). Did you mean "x"? Available: x, y',
  ],
  [
    'TypeMismatchError',
    filter(call('gt', col('born'), '2024-01-01')),
    'TYPE_MISMATCH',
    'Cannot compare col("born") (date) with lit("2024-01-01") (string) in filter(). Cast one side, for instance lit("2024-01-01").cast("date").',
  ],
  [
    'TypeMismatchError',
    filter(call('eq', col('name'), 5)),
    'TYPE_MISMATCH',
    'Cannot compare col("name") (string) with lit(5) (int32) in filter(). Cast one side, for instance col("name").cast("int32").',
  ],
  [
    'TypeMismatchError',
    filter(call('isIn', col('id'), 1, 'x')),
    'TYPE_MISMATCH',
    'Cannot compare col("id") (int64) with lit("x") (string) in filter(). Cast one side, for instance lit("x").cast("int64").',
  ],
  [
    'TypeMismatchError',
    select(call('nullIf', col('key'), 'x')),
    'TYPE_MISMATCH',
    'Cannot compare col("key") (uuid) with lit("x") (string) in column "x". Cast one side, for instance lit("x").cast("uuid").',
  ],
  [
    'TypeMismatchError',
    filter(col('id')),
    'TYPE_MISMATCH',
    'A condition must be boolean: in filter(), col("id") is int64. Make it one, for instance col("id").ne(0).',
  ],
  [
    'TypeMismatchError',
    filter(call('and', call('gt', col('id'), 1), col('born'))),
    'TYPE_MISMATCH',
    'A condition must be boolean: in filter(), col("born") is date. Make it one, for instance col("born").isNotNull().',
  ],
  [
    'TypeMismatchError',
    select(call('not', col('name'))),
    'TYPE_MISMATCH',
    'A condition must be boolean: in column "x", col("name") is string. Make it one, for instance col("name").ne(\'\').',
  ],
  [
    'TypeMismatchError',
    filter(sql('id + 1')),
    'TYPE_MISMATCH',
    'A condition must be boolean: in filter(), sql("id + 1") is int64. Make it one, for instance sql("id + 1").ne(0).',
  ],
  [
    'TypeMismatchError',
    select(call('list.filter', col('sizes'), lambda('s', col('s')))),
    'TYPE_MISMATCH',
    'A condition must be boolean: in column "x", col("s") is int64. Make it one, for instance col("s").ne(0).',
  ],
  [
    'TypeMismatchError',
    select({ kind: 'case', branches: [branch(col('id'), lit(1))], otherwise: null }),
    'TYPE_MISMATCH',
    'A condition must be boolean: in column "x", col("id") is int64. Make it one, for instance col("id").ne(0).',
  ],
  [
    'TypeMismatchError',
    select({ kind: 'case', branches: [branch(col('active'), col('id'))], otherwise: lit('none') }),
    'TYPE_MISMATCH',
    'The values of when() in column "x" have no common type: col("id") (int64), lit("none") (string). Cast them to one type.',
  ],
  [
    'TypeMismatchError',
    select(call('coalesce', col('id'), '-')),
    'TYPE_MISMATCH',
    'The values of coalesce() in column "x" have no common type: col("id") (int64), lit("-") (string). Cast them to one type.',
  ],
  [
    'TypeMismatchError',
    select(call('add', col('id'), call('add', col('id'), col('born')))),
    'TYPE_MISMATCH',
    'add() does not take (int64, date): col("id").add(col("born")) in column "x". Cast an operand first: .cast(type).',
  ],
  [
    'TypeMismatchError',
    select(call('list.map', col('sizes'), lambda('s', call('str.upper', col('s'))))),
    'TYPE_MISMATCH',
    `str.upper() does not take (int64): col("s").str.upper() in column "x". Cast it to text first: .cast('string').`,
  ],
  [
    'TypeMismatchError',
    select(call('dt.date', col('name'))),
    'TYPE_MISMATCH',
    `dt.date() does not take (string): col("name").dt.date() in column "x". Make it a date or timestamp first: .cast('date'), .cast('timestamp') or .str.toTimestamp(format).`,
  ],
  [
    'TypeMismatchError',
    aggregate(agg('sum', [col('name')])),
    'TYPE_MISMATCH',
    'sum() does not take (string): sum(col("name")) in column "x". Cast an operand first: .cast(type).',
  ],
  [
    'TypeMismatchError',
    aggregate(agg('median', [col('name')])),
    'TYPE_MISMATCH',
    'median() does not take (string): median(col("name")) in column "x". Cast an operand first: .cast(type).',
  ],
  [
    'TypeMismatchError',
    select(cast(col('id'), 'date')),
    'TYPE_MISMATCH',
    'col("id") in column "x" is int64, which does not convert to date.',
  ],
  [
    'TypeMismatchError',
    { kind: 'sort', input: people, keys: [asc(call('neg', col('name')))], stable: false },
    'TYPE_MISMATCH',
    'neg() does not take (string): col("name").neg() in sort(). Cast an operand first: .cast(type).',
  ],
  [
    'TypeMismatchError',
    select(sql('lower(id)')),
    'TYPE_MISMATCH',
    `sql("lower(id)") is not valid: No function matches the given name and argument types 'lower(BIGINT)'. Here id is int64.`,
  ],
  [
    'PlanError',
    select(call('str.matches', col('name'), '(')),
    'INVALID_EXPRESSION',
    'col("name").str.matches(lit("(")) in column "x" is not valid: missing ): (.',
  ],
  [
    'PlanError',
    select(sql('random()')),
    'INVALID_EXPRESSION',
    'sql("random()") is refused: random() depends on more than its arguments (time, chance, settings, files); compute the value before and put it in with lit(…).',
  ],
  [
    'PlanError',
    select(sql('id'), people2),
    'INVALID_EXPRESSION',
    'sql("id") cannot tell columns apart that differ in case only, and its input has such: id, ID. Rename or drop one before.',
  ],
  [
    'TypeMismatchError',
    { kind: 'union', inputs: [values({ a: 'int64' }, []), values({ a: 'int32' }, []), values({ a: 'string' }, [])] },
    'TYPE_MISMATCH',
    'union() needs the same types on all sides: column "a" is int64 in the first and string in side 3. Cast it there: .withColumns({ "a": col("a").cast("int64") }).',
  ],
  [
    'TypeMismatchError',
    { kind: 'set-operation', op: 'except', left: values({ a: 'date' }, []), right: values({ a: 'boolean' }, []) },
    'TYPE_MISMATCH',
    'except() needs the same types on all sides: column "a" is date in the first and boolean in side 2. Cast it there: .withColumns({ "a": col("a").cast("date") }).',
  ],
];

test('explode gives the type of the items, and takes lists only', async () => {
  const explode = (column: string): RelNode => ({ kind: 'explode', input: people, column, keepEmpty: true });
  expect((await describeSchema(connection(), explode('tags')))[8]).toEqual({ name: 'tags', type: { kind: 'string' } });
  for (const [column, type] of [
    ['name', 'string'],
    ['at', 'struct<x: float64, y: float64>'],
  ] as const) {
    await expect(describeSchema(connection(), explode(column))).rejects.toMatchObject({
      name: 'TypeMismatchError',
      message: `explode() needs a list; col("${column}") is ${type}.`,
    });
  }
});

test.each(mistakes)('%s %#', async (name, rel, code, message) => {
  await expect(describeSchema(connection(), rel)).rejects.toMatchObject({ name, code, message });
  // The mistake is found as well where it stands far below.
  const above: RelNode = { kind: 'limit', input: { kind: 'distinct', input: rel, on: null }, limit: 1, offset: 0 };
  await expect(describeSchema(connection(), above)).rejects.toMatchObject({ name, code, message });
});

test('joins: keys, conditions', async () => {
  const join: JoinRel = {
    kind: 'join',
    left: people,
    right: values({ id: 'string', n: 'int64' }, []),
    how: 'left',
    on: [{ left: col('id'), right: col('id') }],
    where: null,
    scope: [
      { name: 'id', left: 'id', right: null },
      { name: 'id_right', left: null, right: 'id' },
      { name: 'n', left: null, right: 'n' },
    ],
    columns: ['id', 'id_right', 'n'],
  };
  await expect(describeSchema(connection(), join)).rejects.toMatchObject({
    message:
      'Cannot compare col("id") (int64) with col("id") (string) in join(). Cast one side, for instance col("id").cast("int64").',
    details: { where: 'join()', types: ['int64', 'string'], columns: ['id'] },
  });
  const on = [{ left: col('id'), right: cast(col('id'), 'int64') }];
  await expect(describeSchema(connection(), { ...join, on, where: col('n') })).rejects.toMatchObject({
    message: 'A condition must be boolean: in join(), col("n") is int64. Make it one, for instance col("n").ne(0).',
  });
  await expect(describeSchema(connection(), { ...join, on, where: sql('n > id_rigth') })).rejects.toMatchObject({
    message: 'Unknown column "id_rigth" in sql("n > id_rigth"). Did you mean "id_right"? Available: id, id_right, n',
  });
  expect(await describeSchema(connection(), { ...join, on, where: sql('n > 1') })).toEqual(
    schema({ id: 'int64', id_right: 'string', n: 'int64' }),
  );
});

test('details say what programs need', async () => {
  await expect(describeSchema(connection(), filter(call('gt', col('born'), '2024')))).rejects.toMatchObject({
    details: { where: 'filter()', types: ['date', 'string'], columns: ['born'] },
    retryable: false,
  });
});

test('a type without counterpart is told with a cast', async () => {
  await expect(describeSchema(connection(), select(sql(`'101'::BIT`)))).rejects.toMatchObject({
    name: 'PlanError',
    code: 'UNSUPPORTED_TYPE',
  });
});

test('columns of both sides of a union get the common type', async () => {
  const inputs = [values({ a: 'int32', b: 'decimal(4, 1)' }, []), values({ a: 'int64', b: 'float64' }, [])];
  expect(await describeSchema(connection(), { kind: 'union', inputs })).toEqual(schema({ a: 'int64', b: 'float64' }));
});

test('windows are described, and their mistakes found', async () => {
  const over = (name: string): Expr => ({
    kind: 'window',
    fn: agg('sum', [col(name)]),
    partitionBy: [col('status')],
    orderBy: [asc(col('id'))],
    frame: null,
  });
  expect(await typeOf(over('price'))).toEqual({ kind: 'decimal', precision: 38, scale: 2 });
  await expect(typeOf(over('name'))).rejects.toMatchObject({
    message:
      'sum() does not take (string): sum(col("name")).over(…) in column "x". Cast an operand first: .cast(type).',
  });
});

test('named columns keep their order', async () => {
  const rel: RelNode = { kind: 'project', input: people, columns: named({ b: col('id'), a: col('name') }) };
  expect(await describeSchema(connection(), rel)).toEqual(schema({ b: 'int64', a: 'string' }));
});
